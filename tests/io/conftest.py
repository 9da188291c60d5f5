"""Let the tests of files use the hand-built solutions of the tests of reports."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "report"))
