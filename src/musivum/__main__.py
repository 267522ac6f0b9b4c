"""``python -m musivum``."""

import sys

from musivum.cli import main

sys.exit(main())
