"""``python -m skope.publish``, as the supervisor starts it."""

import sys

from skope.publish.process import main

sys.exit(main(sys.argv[1:]))
