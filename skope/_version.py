"""The version, alone and without `typing`, so that reading it costs nothing."""

VERSION = "0.1.0"
