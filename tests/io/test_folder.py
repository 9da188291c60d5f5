"""Output folders are wholly old or wholly new."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cohortopt.io import folder as module
from cohortopt.io.folder import OutputError, atomic_folder, recover, write_file

FILES = 12
WRITER = """
import os, sys
from pathlib import Path
from cohortopt.io.folder import atomic_folder

def write_for_ever(target, version):
    ours = frozenset({"sub", *(f"f{k}" for k in range(12))})
    while True:
        version += 1
        with atomic_folder(target, ours=ours) as new:
            (new / "sub").mkdir()
            for k in range(12):
                (new / f"f{k}").write_text(f"{version}" * 2000)
            (new / "sub" / "deep").write_text(f"{version}" * 2000)

for line in sys.stdin:  # a process each, forked: importing again would take most of the time
    child = os.fork()
    if child == 0:
        write_for_ever(Path(sys.argv[1]), int(line))
    print(child, flush=True)
    os.waitpid(child, 0)
    print("gone", flush=True)
"""


def put(target: Path, text: str) -> None:
    with atomic_folder(target, ours=frozenset({"a.txt", "b.txt"})) as new:
        (new / "a.txt").write_text(text)
        (new / "b.txt").write_text(text)


def leftovers(folder: Path, *known: str) -> list[str]:
    return [entry.name for entry in folder.iterdir() if entry.name not in known]


def test_a_set_is_written_and_replaced(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "out"
    put(target, "one")
    put(target, "two")
    assert (target / "a.txt").read_text() == (target / "b.txt").read_text() == "two"
    assert leftovers(target.parent, "out") == []


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, OSError(errno.ENOSPC, "disk full")])
def test_whatever_happens_inside_the_old_set_stays(
    tmp_path: Path, trouble: BaseException | type[BaseException]
) -> None:
    target = tmp_path / "out"
    put(target, "old")

    def fail() -> None:
        with atomic_folder(target) as new:
            (new / "a.txt").write_text("half")
            raise trouble

    with pytest.raises((KeyboardInterrupt, OutputError)):
        fail()
    assert (target / "a.txt").read_text() == (target / "b.txt").read_text() == "old"
    assert leftovers(tmp_path, "out") == []


def test_a_disk_that_fills_up_while_flushing_leaves_the_old_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "out"
    put(target, "old")

    def full(handle: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputError, match=r"No space left.*untouched"):
        put(target, "new")
    monkeypatch.undo()
    assert (target / "a.txt").read_text() == "old"
    assert leftovers(tmp_path, "out") == []


def test_files_that_are_not_ours_are_carried_over(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, "one")
    (target / "my notes.txt").write_text("mine")
    (target / "photos").mkdir()
    (target / "photos" / "p.txt").write_text("photo")
    put(target, "two")
    assert (target / "my notes.txt").read_text() == "mine"
    assert (target / "photos" / "p.txt").read_text() == "photo"
    assert (target / "a.txt").read_text() == "two"


def test_files_of_an_earlier_set_that_the_new_one_lacks_are_gone(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, "one")
    with atomic_folder(target, ours=frozenset({"a.txt", "b.txt"})) as new:
        (new / "a.txt").write_text("two")
    assert leftovers(target) == ["a.txt"]


def test_the_working_folder_and_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OutputError, match="solved"):
        put(tmp_path, "x")
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="is a file"):
        put(tmp_path / "file", "x")


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    put(tmp_path / "link", "x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real" / "a.txt").read_text() == "x"


def test_the_rights_of_a_folder_stay(tmp_path: Path) -> None:
    target = tmp_path / "out"
    put(target, "one")
    target.chmod(0o700)
    put(target, "two")
    assert target.stat().st_mode & 0o777 == 0o700


def test_what_a_dead_process_left_is_swept_away(tmp_path: Path) -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    old = tmp_path / f".out.new-{module._host()}-{gone.pid}-abcd"
    old.mkdir()
    (old / "half").write_text("x")
    other = tmp_path / ".out.new-another0-1-abcd"
    other.mkdir()
    put(tmp_path / "out", "new")
    assert sorted(leftovers(tmp_path, "out")) == [other.name]


def test_without_an_exchange_of_names_two_renames_do_and_a_crash_between_is_mended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_exchange", lambda one, other: False)
    target = tmp_path / "out"
    put(target, "one")
    put(target, "two")
    assert (target / "a.txt").read_text() == "two"
    target.rename(module._previous(target))  # as if killed after the first rename
    recover(target)
    assert (target / "a.txt").read_text() == "two"
    assert leftovers(tmp_path, "out") == []


def test_many_files_are_flushed_at_once(tmp_path: Path) -> None:
    with atomic_folder(tmp_path / "out") as new:
        for k in range(100):
            (new / str(k)).write_text("x")
    assert len(leftovers(tmp_path / "out")) == 100


def test_a_file_is_replaced_in_one_step(tmp_path: Path) -> None:
    write_file(tmp_path / "f", b"one")
    write_file(tmp_path / "f", b"two")
    assert (tmp_path / "f").read_bytes() == b"two"
    assert leftovers(tmp_path, "f") == []
    with pytest.raises(OutputError):
        write_file(tmp_path / "f" / "below", b"x")


def kill_writers(tmp_path: Path, kills: int) -> None:
    """Kill a writer ``kills`` times at random moments; the folder is always one whole set."""
    draw = random.Random(7)
    target = tmp_path / "out"
    started = time.monotonic()
    with atomic_folder(target) as new:
        (new / "sub").mkdir()
        for name in ("sub/deep", *(f"f{k}" for k in range(FILES))):
            (new / name).write_text("0" * 8000)
    longest = 3 * (time.monotonic() - started)  # a few sets, as fast as this disk is now
    seen = set()
    command = [sys.executable, "-c", WRITER, str(target)]
    writer = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert writer.stdin is not None
    assert writer.stdout is not None
    for round_ in range(kills):
        print(1000 + 100 * round_, file=writer.stdin, flush=True)
        child = int(writer.stdout.readline())
        time.sleep(draw.uniform(0.0, longest))
        os.kill(child, signal.SIGKILL)
        assert writer.stdout.readline() == "gone\n"
        files = [path for path in target.rglob("*") if path.is_file()]
        versions = {path.read_text() for path in files}
        assert len(versions) == 1
        assert len(files) == FILES + 1
        seen |= versions
    writer.communicate()
    assert len(seen) > 1
    put(target, "after")
    assert leftovers(tmp_path, "out") == []


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_kill_9_leaves_a_whole_set(tmp_path: Path) -> None:
    kill_writers(tmp_path, 15)


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_500_kills_leave_a_whole_set(tmp_path: Path) -> None:
    kill_writers(tmp_path, 500)
