"""`python -m skope.front`: started by the supervisor, of no use by hand."""

import gc
import os
import sys

from skope.front.life import bind_to_parent

if __name__ == "__main__":
    bind_to_parent()
    gc.disable()  # until it serves: nothing that is imported becomes garbage

    from skope.front.process import main

    code = main(sys.argv[1:])
    sys.stderr.flush()
    # Not sys.exit: a diff still being computed in a thread would be waited for.
    os._exit(code)
