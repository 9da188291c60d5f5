"""Where the shipped examples are, in a checkout and in an installed package."""

from __future__ import annotations

import shutil
from pathlib import Path

import cohortopt


def examples_folder() -> Path:
    """Return the folder that holds one folder per example."""
    package = Path(cohortopt.__file__).parent
    shipped = package / "examples"
    return shipped if shipped.is_dir() else package.parents[1] / "examples"


def example_names() -> list[str]:
    """Return the names of the examples, sorted."""
    folder = examples_folder()
    return sorted(one.name for one in folder.iterdir() if (one / "README.md").exists())


def copy_example(name: str, target: Path) -> list[Path]:
    """Copy an example to a new or empty folder and return the files."""
    shutil.copytree(examples_folder() / name, target, dirs_exist_ok=True)
    return sorted(path for path in target.rglob("*") if path.is_file())
