"""``python -m skope.sampler``, as the supervisor starts it."""

import sys

from skope.sampler.process import main

sys.exit(main(sys.argv[1:]))
