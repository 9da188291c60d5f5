"""How well the roster doctor repairs and reports synthetic rosters whose truth is known.

    python benchmarks/doctor/score.py --generator gen_roster.py --seeds 1 2 3 --n 300

A *recoverable* defect counts as repaired if the person is there and the damaged column equals the
truth (a fixed offset counts for a zone name if the zone has that standard offset). A wish by a name
that two people share is no recoverable defect: nobody can tell. An *unrecoverable* defect counts as
located if some problem stands on its line (a row of the file; a defect of the whole file needs any
problem of the file as a whole or of several lines). *Wrongly merged* people were swallowed by
somebody else.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib.util
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any
from zoneinfo import ZoneInfo

from cohortopt.io.doctor.people import name_fold
from cohortopt.io.roster import RosterReport, read_roster_report
from cohortopt.model import Person
from cohortopt.model.time import zone

WINTER, SUMMER = dt.datetime(2027, 1, 15, 12), dt.datetime(2027, 7, 15, 12)
LISTS = ("prefers", "vetoes", "past")


def load(path: Path) -> ModuleType:
    """Import the generator from its file."""
    spec = importlib.util.spec_from_file_location("gen_roster", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["gen_roster"] = module
    spec.loader.exec_module(module)
    return module


def offset(name: str | None, when: dt.datetime) -> dt.timedelta | None:
    """Return a zone's distance from UTC at a moment."""
    if name is None:
        return None
    return when.replace(tzinfo=ZoneInfo(name) if "/" in name else zone(name)).utcoffset()


def same_zone(found: str | None, truth: str) -> bool:
    """Whether a zone is the true one, or a fixed offset that it has at some time of the year."""
    return found == truth or bool(
        {offset(found, WINTER), offset(found, SUMMER)}
        & {offset(truth, WINTER), offset(truth, SUMMER)}
    )


def hours_of(blocks: list[Any]) -> str:
    """Return the true hours in canonical form."""
    return "; ".join(f"{day} {a:02d}:00-{b:02d}:00" for day, a, b in blocks)


def agrees(person: Person, column: str, truth: dict[str, Any], kind: str, titles: str) -> bool:
    """Whether one column of a person is what the truth says."""
    if column == "title":
        return person.attributes.get(titles, "") == truth["title"]
    if column == "start_date":
        return truth["start_date"] in person.attributes.values()
    if column in ("id", "email", "department", "role"):
        value = ";".join(person.role or ()) if column == "role" else getattr(person, column)
        return bool(value == truth[column])
    if column == "name":
        return name_fold(person.name) == name_fold(truth["name"])
    if column == "timezone":
        return same_zone(person.timezone, truth["timezone"])
    if column == "skills_offered":
        return person.skills_offered == truth["skills_offered"]
    if column == "skills_wanted":
        return set(person.skills_wanted) == set(truth["skills_wanted"])
    if column == "availability":
        return str(person.availability or "") == hours_of(truth["availability"])
    if column in LISTS:
        return set(getattr(person, column)) == set(truth[column])
    if column == "manager":
        return (person.manager or "") == truth["manager"]
    if kind == "odd_capacity":
        return person.capacity in (2, 3)
    return bool(getattr(person, column) == truth[column])


def score(report: RosterReport, truth: dict[str, Any]) -> tuple[Counter[str], list[str]]:
    """Count defects repaired and located; return the counts and a line for each failure."""
    counts: Counter[str] = Counter()
    failures: list[str] = []
    people = {person["id"]: person for person in truth["people"]}
    lines: dict[int, set[str]] = {}
    for problem in report.problems:
        lines.setdefault(problem.row, set()).add(problem.code)
    lost = {d["id"] for d in truth["defects"] if d["kind"] == "ragged_short"}
    blamed = {(d["id"], d["column"]) for d in truth["defects"] if not d["recoverable"]}
    names = Counter(name_fold(person["name"]) for person in truth["people"])
    shared = {one for one, person in people.items() if names[name_fold(person["name"])] > 1}
    titles = truth["headers"]["title"].strip()
    many_lines = sum("CO302" in codes for codes in lines.values()) > 0
    for defect in truth["defects"]:
        one, column, kind = defect["id"], defect["column"], defect["kind"]
        if not defect["recoverable"]:
            counts["unrecoverable"] += 1
            located = (
                defect["line"] in lines if defect["line"] else bool(lines.get(0)) or many_lines
            )
            counts["located"] += located
            if not located:
                failures.append(f"not located: line {defect['line']} {kind} {column}")
            continue
        if one is None or column is None:
            counts["recoverable"] += 1
            fine = one is None or one in report.roster or one in lost
            counts["repaired"] += fine
            continue
        if one in lost or (one, column) in blamed:
            continue  # the row or the cell is lost for another reason
        if column in LISTS and shared & set(people[one][column]):
            counts["ambiguous"] += 1
            continue
        counts["recoverable"] += 1
        person = report.roster.by_id.get(one)
        fine = person is not None and agrees(person, column, people[one], kind, titles)
        counts["repaired"] += fine
        if not fine:
            got = person.attribute(column) if person else "nobody"
            failures.append(
                f"not repaired: line {defect['line']} {kind} {column}: {got!r}, "
                f"truth {people[one].get(column)!r}"
            )
    gone = set(people) - set(report.roster.by_id) - lost
    counts["wrongly merged"] += len(gone)
    failures += [f"missing person: {one}" for one in sorted(gone)]
    counts["invented"] += len(set(report.roster.by_id) - set(people))
    return counts, failures


def share(part: int, whole: int) -> str:
    """Return a percentage."""
    return f"{100 * part / whole:6.2f} %" if whole else "      –"


def main() -> None:
    """Print one line for each level of mess and seed, and the totals."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--generator", type=Path, required=True)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3, 4, 5])
    parser.add_argument("--mess", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--n", type=int, default=300)
    parser.add_argument("--failures", action="store_true", help="list what went wrong")
    chosen = parser.parse_args()
    generator = load(chosen.generator)
    print("mess seed  repaired            located           wrongly merged  ambiguous wishes")
    for mess in chosen.mess:
        total: Counter[str] = Counter()
        for seed in chosen.seeds:
            data, truth = generator.generate(chosen.n, seed, mess)
            counts, failures = score(read_roster_report(data), truth)
            total += counts
            show(mess, str(seed), counts)
            if chosen.failures:
                print("\n".join(f"    {line}" for line in failures))
        show(mess, "all", total)


def show(mess: int, seed: str, counts: Counter[str]) -> None:
    """Print one line of the table."""
    repaired = share(counts["repaired"], counts["recoverable"])
    located = share(counts["located"], counts["unrecoverable"])
    print(
        f"{mess:4} {seed:>4}  {repaired} of {counts['recoverable']:5}  {located} of "
        f"{counts['unrecoverable']:4}  {counts['wrongly merged']:14}  {counts['ambiguous']:16}"
    )


if __name__ == "__main__":
    main()
