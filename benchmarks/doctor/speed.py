"""How long a check of 20,000 rows takes, against the csv module and the same validated models.

    python benchmarks/doctor/speed.py --generator gen_roster.py --n 20000

Both start from the same bytes and end in a `Roster`. The baseline is what a script would do:
``csv.DictReader``, the lists split, pydantic for the rest. The best of three runs counts for each;
caches are emptied before every run of the reader.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cohortopt.io.doctor import cells, hours, people, skills_text, slots, zones
from cohortopt.io.roster import read_roster_report
from cohortopt.model import Person, Roster

LISTS = ("prefers", "vetoes", "past", "role")
SKILLS = ("skills_offered", "skills_wanted")
MAYBE = ("level", "hours", "manager", "availability", "role", "timezone")


def baseline(data: bytes) -> Roster:
    """Parse with the standard library into validated models."""
    found = []
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        fields: dict[str, Any] = dict(row)
        for key in LISTS:
            fields[key] = tuple(p.strip() for p in row[key].split(";") if p.strip())
        for key in SKILLS:
            pairs = (part.partition(":") for part in row[key].split(";") if part.strip())
            fields[key] = {skill.strip(): int(degree or 3) for skill, _, degree in pairs}
        for key in MAYBE:
            fields[key] = fields[key] or None
        found.append(Person(**fields))
    return Roster(people=tuple(found))


def forget() -> None:
    """Empty the caches of the reader."""
    for module in (cells, hours, people, skills_text, slots, zones):
        for value in vars(module).values():
            clear = getattr(value, "cache_clear", None)
            if clear and getattr(value, "__module__", "") == module.__name__:
                clear()


def best(work: Callable[[], object], runs: int = 3) -> float:
    """Return the shortest of several runs, in seconds."""
    times = []
    for _ in range(runs):
        forget()
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    """Print both times and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--n", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--mess", type=int, nargs="+", default=[0, 2])
    chosen = parser.parse_args()
    spec = importlib.util.spec_from_file_location("gen_roster", chosen.generator)
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    clean, _ = generator.generate(chosen.n, chosen.seed, 0)
    base = best(lambda: baseline(clean))
    print(f"csv module and models, clean: {base:6.2f} s")
    for mess in chosen.mess:
        data, _ = generator.generate(chosen.n, chosen.seed, mess)
        taken = best(lambda data=data: read_roster_report(data))  # type: ignore[misc]
        print(
            f"read_roster_report, mess {mess}:   {taken:6.2f} s, {taken / base:.2f} times as long"
        )


if __name__ == "__main__":
    main()
