"""``python -m skope.tui``: a process of its own, so that nobody else imports what it needs."""

import sys

from skope.tui.process import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
