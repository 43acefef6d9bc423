"""``python -m skope``."""

from skope.cli.main import entry

if __name__ == "__main__":
    entry()
