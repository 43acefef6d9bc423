"""Skope benchmarks applications and says honestly what changed between two versions."""

from skope._version import VERSION as __version__

__all__ = ["__version__"]
