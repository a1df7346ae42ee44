"""`python -m cdp_pipelines.cli`: the same command where its script is not on the path."""

import sys

from cdp_pipelines.cli import main

sys.exit(main())
