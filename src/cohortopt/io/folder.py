"""Output folders that are wholly old or wholly new, whatever happens while they are written.

A set of files is written to a temporary folder beside the target, flushed to the disk, and then
changes places with the target in one step (``renameat2`` with ``RENAME_EXCHANGE`` on Linux,
``renamex_np`` with ``RENAME_SWAP`` on macOS). Where the system has no such step the target is
first renamed to ``.NAME.previous``; ``recover`` puts it back if the second rename never came.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import secrets
import shutil
import socket
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

from cohortopt.errors import CohortoptError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2
_RENAME_SWAP = 2
_FEW = 32  # files that are flushed one by one
_UNSUPPORTED = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM)


class OutputError(CohortoptError):
    """A folder or file cannot be written. What was there before is untouched."""

    exit_code: ClassVar[int] = 1


@contextlib.contextmanager
def atomic_folder(target: Path, *, ours: frozenset[str] | None = None) -> Iterator[Path]:
    """Give an empty folder to write to; on leaving, it becomes ``target`` in one step.

    An exception inside (Ctrl-C and a full disk too) removes the temporary folder and leaves the
    target as it was. ``ours`` names the entries that a set may hold; anything else in the target
    is the user's and is carried over to the new folder.

    Raises
    ------
    OutputError
        If the target is a file, the working folder, or cannot be written.
    """
    target = _resolved(target)
    temporary = _begun(target)
    try:
        yield temporary
        if ours is not None and target.is_dir():
            _carry_over(target, temporary, ours)
        _flush(temporary)
        _swap(temporary, target)
    except OSError as error:
        raise _unwritten(target, error) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def require_writable(target: Path) -> None:
    """Tell before a long solve what would keep ``atomic_folder`` from its folder.

    Raises
    ------
    OutputError
        As ``atomic_folder`` does.
    """
    _begun(_resolved(target)).rmdir()


def write_file(target: Path, data: bytes) -> None:
    """Write one file in one step: temporary file, flush, rename.

    Raises
    ------
    OutputError
        If it cannot be written; the previous file is untouched.
    """
    target = target.resolve()
    temporary = _sibling(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _flush_folder(target.parent)
    except OSError as error:
        raise _unwritten(target, error) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink()


def _unwritten(target: Path, error: OSError) -> OutputError:
    why = error.strerror or error
    return OutputError(f"{target} was not written: {why}. What was there before is untouched.")


def recover(target: Path) -> None:
    """Put the previous set back if a crash fell between two renames (no-op on Linux, macOS)."""
    previous = _previous(target)
    if previous.is_dir():
        if target.exists():
            shutil.rmtree(previous, ignore_errors=True)
        else:
            previous.rename(target)


def _resolved(target: Path) -> Path:
    target = target.resolve()
    if target.exists() and not target.is_dir():
        raise OutputError(f"{target} is a file; a folder was expected.")
    if target == Path.cwd() or target in Path.cwd().parents or target.is_mount():
        raise OutputError(
            f"{target} cannot be replaced in one step because it is in use "
            f"(the working folder or a mounted disk). Name a folder inside it, like "
            f"{target / 'solved'}."
        )
    return target


def _begun(target: Path) -> Path:
    """Return a new empty folder beside the target."""
    temporary = _sibling(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        recover(target)
        _sweep(target)
        temporary.mkdir()
        if target.exists():
            shutil.copymode(target, temporary)
    except OSError as error:
        raise OutputError(f"{target} cannot be written: {error.strerror or error}.") from error
    return temporary


def _host() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


def _sibling(target: Path) -> Path:
    """Return a fresh name beside the target that says which process on which host owns it."""
    name = f".{target.name}.new-{_host()}-{os.getpid()}-{secrets.token_hex(4)}"
    return target.with_name(name)


def _previous(target: Path) -> Path:
    return target.with_name(f".{target.name}.previous")


def _sweep(target: Path) -> None:
    """Remove what processes of this host that are no more left beside the target."""
    start = f".{target.name}.new-{_host()}-"
    for left in target.parent.iterdir():
        if not left.name.startswith(start):
            continue
        owner = left.name[len(start) :].split("-")[0]
        if owner.isdigit() and not _is_running(int(owner)):
            if left.is_dir():
                shutil.rmtree(left, ignore_errors=True)
            else:
                left.unlink(missing_ok=True)


def _is_running(process: int) -> bool:
    if os.name == "nt":  # signal 0 would end the process there
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _carry_over(old: Path, new: Path, ours: frozenset[str]) -> None:
    """Bring the user's own files along: hard links where possible, copies otherwise."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target, follow_symlinks=False)
        except OSError:
            shutil.copy2(source, target, follow_symlinks=False)

    for entry in old.iterdir():
        place = new / entry.name
        if entry.name in ours or place.exists():
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, place, symlinks=True, copy_function=link)
        else:
            link(str(entry), str(place))


def _flush(folder: Path) -> None:
    """Bring every file to the disk: all at once where the system can, else one by one."""
    if _flush_disk(folder):
        return
    for here, _, files in os.walk(folder, topdown=False):
        for name in files:
            path = Path(here, name)
            if path.is_symlink():
                continue
            with path.open("rb") as file:
                os.fsync(file.fileno())
        _flush_folder(Path(here))


def _flush_disk(folder: Path) -> bool:
    """Flush the file system of the folder (``syncfs``); False where the system cannot."""
    if sys.platform != "linux" or sum(1 for _ in folder.rglob("*")) <= _FEW:
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if call is None:
        return False
    handle = os.open(folder, os.O_RDONLY)
    try:
        if call(handle) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
    finally:
        os.close(handle)
    return True


def _flush_folder(folder: Path) -> None:
    if os.name == "nt":  # folders cannot be opened there
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _swap(new: Path, target: Path) -> None:
    """Make ``new`` the target. The old set, if any, ends up under the name of ``new``."""
    if not target.exists():
        new.rename(target)
    elif not _exchange(new, target):
        previous = _previous(target)
        target.rename(previous)
        new.rename(target)
        previous.rename(new)
    _flush_folder(target.parent)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two names in one step; False where the system cannot."""
    if sys.platform == "linux":
        name, before = "renameat2", (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
        arguments: tuple[int | bytes, ...] = (*before, _RENAME_EXCHANGE)
    elif sys.platform == "darwin":
        name, arguments = "renamex_np", (os.fsencode(one), os.fsencode(other), _RENAME_SWAP)
    else:
        return False
    call = getattr(ctypes.CDLL(None, use_errno=True), name, None)
    if call is None:
        return False
    if call(*arguments) == 0:
        return True
    code = ctypes.get_errno()
    if code in _UNSUPPORTED:
        return False
    raise OSError(code, os.strerror(code))
