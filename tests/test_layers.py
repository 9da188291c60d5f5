"""Imports point down only."""

from __future__ import annotations

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from tests.places import ROOT

SOURCE = ROOT / "src" / "cohortopt"
LAYERS = (
    ("errors", "words"),
    ("model",),
    ("instance",),
    ("rules", "goals"),
    ("programs",),
    ("compile", "solvers", "verify"),
    ("certificates", "reasons", "keep", "decode"),
    ("demands", "finish", "portfolio"),
    ("joint",),
    ("engine", "repair"),
    ("explain", "scenarios"),
    ("report", "io"),
    ("cli", "__init__", "serve"),
    ("__main__",),
)
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}


def room(module: str) -> str:
    parts = module.split(".")
    return parts[1] if len(parts) > 1 else "__init__"


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return {module for module in found if module.split(".")[0] == "cohortopt"}


def test_imports_point_down_only() -> None:
    wrong: list[str] = []
    for path in sorted(SOURCE.rglob("*.py")):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        here = parts[0]
        assert here in LEVEL, f"{here} has no place in the house"
        for module in imports(path):
            if LEVEL[room(module)] > LEVEL[here]:
                wrong.append(f"{'/'.join(parts)} imports {module}")
    assert wrong == []


def test_the_map_of_the_house_names_every_room() -> None:
    plan = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rooms = {path.name for path in SOURCE.iterdir() if path.suffix == ".py"} - {"__init__.py"}
    rooms |= {f"{path.parent.name}/" for path in SOURCE.glob("*/__init__.py")}
    assert {room for room in rooms if f"`{room}`" not in plan} == set()


def arrows() -> dict[str, set[str]]:
    """Return, for every file, the files that it imports, at once or later."""
    names = {
        ".".join(("cohortopt", *path.relative_to(SOURCE).with_suffix("").parts)): path
        for path in SOURCE.rglob("*.py")
    }
    modules = {name.removesuffix(".__init__"): path for name, path in names.items()}
    found: dict[str, set[str]] = {name: set() for name in modules}
    for name, path in modules.items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module in modules:
                inner = {f"{node.module}.{one.name}" for one in node.names}
                found[name] |= (inner & modules.keys()) or {node.module}
    return found


def test_no_files_import_each_other_in_a_circle() -> None:
    TopologicalSorter(arrows()).prepare()  # raises CycleError, which names the circle


def test_the_checker_shares_nothing_with_the_solvers() -> None:
    for path in (SOURCE / "verify").glob("*.py"):
        forbidden = {m for m in imports(path) if room(m) in ("solvers", "compile", "instance")}
        assert forbidden == set(), path.name


def test_solvers_see_numbers_only() -> None:
    for path in (SOURCE / "solvers").rglob("*.py"):
        words = {m for m in imports(path) if room(m) in ("model", "rules", "goals", "programs")}
        assert words == set(), path.name
