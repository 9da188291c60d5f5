"""How far a sweep is: a table redrawn in place on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cohortopt.io.safe import printable
from cohortopt.report.quality import amount, proof_word
from cohortopt.report.terminal import plain_table
from cohortopt.scenarios.sweep import Outcome, Variation
from cohortopt.words import counted

if TYPE_CHECKING:
    from rich.live import Live

SPARE = 6  # lines of the screen for what stands around the rows
WAITING = "…"


class SweepTable:
    """Shows each combination with what came of it; nothing when quiet.

    On a terminal all combinations stand there from the start and are filled in; where they are
    more than the screen is high, those around the latest result are shown.
    """

    def __init__(
        self, console: Console, variations: Sequence[Variation], quiet: bool = False
    ) -> None:
        self.console = console
        self.variations = variations
        self.quiet = quiet
        self._rows: dict[int, tuple[str, ...]] = {}
        self._latest = 0
        self._live: Live | None = None
        self._started = time.monotonic()

    def announce(self, jobs: int, seconds: float, known: int) -> None:
        """Say what will be run, before anything is."""
        if self.quiet:
            return
        count = len(self.variations)
        each = f"{jobs} at a time, {seconds:g} s each"
        self._say(f"{counted(count, 'combination')}, {each}.")
        if not (self.console.is_terminal and count <= self._height):
            for variation in self.variations:
                self._say(f"  {variation.name}")
        if known:
            self._say(f"{counted(known, 'is', 'are')} there from an earlier run.")

    def __enter__(self) -> SweepTable:
        self._started = time.monotonic()
        if self.console.is_terminal and not self.quiet:
            from rich.live import Live

            self._live = Live(self._table(), console=self.console, auto_refresh=False)
            self._live.start(refresh=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._live is not None:
            self._live.stop()
            self._live = None

    def show(self, outcome: Outcome) -> None:
        """Add what came of a combination."""
        if self.quiet:
            return
        spent = f"{time.monotonic() - self._started:.0f} s"
        cells = (*told(outcome), spent)
        self._rows[outcome.variation.number] = cells
        self._latest = self.variations.index(outcome.variation)
        if self._live is not None:
            self._live.update(self._table(), refresh=True)
        else:
            placed, points, proof, _ = cells
            figures = f"{placed} placed  {points} points  {proof}" if placed else proof
            self._say(f"{outcome.variation.name}  {figures}  ({spent})")

    @property
    def _height(self) -> int:
        return max(1, self.console.height - SPARE)

    def _table(self) -> Table:
        table = plain_table("combination", "placed", "points", "proof", "after")
        first = min(max(0, self._latest - self._height // 2), len(self.variations) - self._height)
        for variation in self.variations[max(0, first) :][: self._height]:
            cells = self._rows.get(variation.number, ("", "", WAITING, ""))
            style = "" if variation.number in self._rows else "dim"
            table.add_row(*(Text(printable(cell), style) for cell in (variation.name, *cells)))
        table.caption = f"{len(self._rows):,} of {len(self.variations):,} done"
        table.caption_justify = "left"
        return table

    def _say(self, text: str) -> None:
        self.console.print(Text(printable(text)), soft_wrap=True)


def told(outcome: Outcome) -> tuple[str, str, str]:
    """Return people placed, points and proof; for an error its first line alone."""
    solution = outcome.solution
    if solution is None:
        return "", "", outcome.message.split("\n", 1)[0]
    tier = solution.tier("points")
    seated = len({person for part in solution.programs for person in part.placed})
    return f"{seated:,}", amount(solution.total, tier.scale if tier else 1), proof_word(solution)
