"""Where tests find the checkout, and the real and hostile rosters that may lie beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "tests" / "data"
SHARED = ROOT.parent / "shared" / "data"
ROSTERS = SHARED / "rosters"
BENCHMARKS = SHARED / "benchmarks"
CORPORA = SHARED / "corpora"
NAUGHTY = CORPORA / "blns" / "blns.json"

needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
