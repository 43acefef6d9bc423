"""Writes every byte there is, and a line without an end, to stdout and stderr."""

import sys


def main() -> None:
    for stream in (sys.stdout.buffer, sys.stderr.buffer):
        stream.write(bytes(range(256)) * 4 + b"\x1b[2J\xff\xfe no newline")
        stream.flush()


if __name__ == "__main__":
    main()
