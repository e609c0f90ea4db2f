"""Appends to a log so that a crash at any moment loses nothing that was acknowledged.

Entries and hashes are on the disk before the checkpoint speaks of them, and the checkpoint changes by one rename. What
a crash leaves beyond the checkpoint is nobody's: the next append writes over it.
"""

import fcntl
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from havre.errors import FileError, Problem, RecordError, check_none
from havre.record.log.checkpoint import Checkpoint, open_checkpoint
from havre.record.log.merkle import EMPTY_ROOT, folded, leaf_hash
from havre.record.log.notes import Signs, Verifies
from havre.record.log.reading import CHECKPOINT, Tree, folder_files, read_checkpoint
from havre.record.log.tiles import HEIGHT, LARGEST_ENTRY, WIDTH, bundle_path, few, pack, tile_path, width_of

LOCK = ".lock"
WAIT = 30.0
"""Seconds that a writer waits for another."""


@contextmanager
def only_writer(folder: Path, wait: float = WAIT) -> Iterator[None]:
    """Hold the lock of a log; another process waits, and is refused after some seconds.

    Raises
    ------
    RecordError : another one writes for longer than that
    FileError : the folder cannot be written
    """
    try:
        file = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error
    try:
        _locked(file, folder, wait)
        yield
    finally:
        os.close(file)


def _locked(file: int, folder: Path, wait: float) -> None:
    end = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if time.monotonic() >= end:
                raise RecordError("record.log.busy", path=folder, seconds=f"{wait:.0f}") from error
            time.sleep(0.01)
        else:
            return


def append(folder: Path, entries: Sequence[bytes], signers: Sequence[Signs], trusted: Sequence[Verifies]) -> range:
    """Append entries; when this returns they are durable.

    Parameters
    ----------
    signers : who sign the new checkpoint
    trusted : keys of which one must have signed the present checkpoint, and one must sign the new one; with none, that
        is not checked

    Returns
    -------
    range : the numbers of the new entries

    Raises
    ------
    RecordError : the present checkpoint is damaged or not signed by a trusted key, the tiles do not have the root that
        it tells, the entries beside which new ones are written were changed, an entry is too long, nobody signs whom
        the log trusts, or another process writes; the log is as it was before
    FileError : the disk is full or cannot be written; the log is as it was before. Only if the very last step fails, to
        see the new name of the checkpoint on the disk, it may have grown: ask for its size before trying again
    """
    if entries:
        _check_signers(folder, signers, trusted)
    with only_writer(folder):
        fetch = folder_files(folder)
        now, note = read_checkpoint(fetch, str(folder / CHECKPOINT))
        if trusted:
            open_checkpoint(note, trusted, where=str(folder / CHECKPOINT))
        tree = Tree(fetch, now.size)
        if tree.root() != now.root:
            raise RecordError("record.log.not_its_root", path=folder, size=now.size)
        if not entries:
            return range(now.size, now.size)
        _check_lengths(entries, now.size)
        new = now.size + len(entries)
        try:
            root = _write_tiles(folder, tree, entries, new)
            durable(folder / CHECKPOINT, Checkpoint(now.origin, new, root).signed(signers).encode())
        except OSError as error:
            raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error
        with suppress(OSError):
            _prune(folder, now.size, new)
        return range(now.size, new)


def _check_signers(folder: Path, signers: Sequence[Signs], trusted: Sequence[Verifies]) -> None:
    """Refuse what would leave a checkpoint that nobody trusts, before anything is written."""
    if not signers:
        raise RecordError("record.log.nobody_signs")
    known = {(each.name, each.key_id) for each in trusted}
    if trusted and not any((each.name, each.key_id) in known for each in signers):
        names = ", ".join(each.name for each in trusted)
        raise RecordError("record.log.stranger", path=folder, expected=names)


def _check_lengths(entries: Sequence[bytes], first: int) -> None:
    problems = [
        Problem.of("record.log.too_long", number=number, size=len(entry), most=LARGEST_ENTRY)
        for number, entry in enumerate(entries, first)
        if len(entry) > LARGEST_ENTRY
    ]
    check_none(problems, RecordError)


def begin(folder: Path, origin: str, signers: Sequence[Signs]) -> None:
    """Make an empty log in a folder.

    Raises
    ------
    RecordError : there is a log already
    FileError : it cannot be written
    """
    try:
        missing = [each for each in (folder, *folder.parents) if not each.exists()]
        folder.mkdir(parents=True, exist_ok=True)
        for each in missing:
            _sync_folder(each.parent)
    except OSError as error:
        raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error
    with only_writer(folder):
        if (folder / CHECKPOINT).exists():
            raise RecordError("record.log.exists", path=folder)
        try:
            durable(folder / CHECKPOINT, Checkpoint(origin, 0, EMPTY_ROOT).signed(signers).encode())
        except OSError as error:
            raise FileError("file.not_writable", path=folder, reason=error.strerror or str(error)) from error


def durable(path: Path, content: bytes) -> None:
    """Write a file under another name, see it on the disk, rename it, and see the name on the disk.

    Raises
    ------
    OSError : that cannot be done; the old file stands
    """
    _put(path, content)
    _sync_folder(path.parent)


def _write_tiles(folder: Path, tree: Tree, entries: Sequence[bytes], new: int) -> bytes:
    """Write the bundles and tiles that the new entries change; give the root."""
    old = tree.size
    folders: set[Path] = set()
    first = old // WIDTH
    held = tree.bundle(first) if old % WIDTH else []
    _check_held(folder, tree, held)
    every = [*held, *entries]
    for at in range(0, len(every), WIDTH):
        number = first + at // WIDTH
        path = folder / bundle_path(number, width_of(new, 0, number))
        _clear_beyond(folder / f"{bundle_path(number)}.p", width_of(old, 0, number))
        _put(path, pack(every[at : at + WIDTH]), folders)
    row = [leaf_hash(entry) for entry in entries]
    level, before, after = 0, old, new
    while after:
        row = _write_level(folder, tree, level, (before, after), row, folders)
        level, before, after = level + 1, before >> HEIGHT, after >> HEIGHT
    # Up to the log itself: a writer that was killed may have made folders whose names are not on the disk yet.
    upwards = {above for written in folders for above in (written, *written.parents)}
    for each in sorted(above for above in upwards if above.is_relative_to(folder)):
        _sync_folder(each)
    return Tree(folder_files(folder), new).root()


def _check_held(folder: Path, tree: Tree, held: Sequence[bytes]) -> None:
    """Check the entries beside which new ones are written: they are copied as if they had always been so."""
    index = tree.size // WIDTH
    hashes = tree.tile(0, index) if held else []
    changed = [index * WIDTH + at for at, entry in enumerate(held) if leaf_hash(entry) != hashes[at]]
    if changed:
        path = folder / bundle_path(index, len(held))
        raise RecordError("record.log.entries", path=path, numbers=few(changed))


def _write_level(
    folder: Path, tree: Tree, level: int, sizes: tuple[int, int], row: list[bytes], folders: set[Path]
) -> list[bytes]:
    """Write the tiles of a level from the new hashes; give the new hashes of the next level."""
    before, after = sizes
    first = before // WIDTH
    held = [tree.node(level * HEIGHT, index) for index in range(first * WIDTH, before)]
    every = [*held, *row]
    above: list[bytes] = []
    if row:
        for at in range(0, len(every), WIDTH):
            part, number = every[at : at + WIDTH], first + at // WIDTH
            _clear_beyond(folder / f"{tile_path(level, number)}.p", max(0, min(WIDTH, before - number * WIDTH)))
            _put(folder / tile_path(level, number, min(WIDTH, after - number * WIDTH)), b"".join(part), folders)
            if len(part) == WIDTH:
                above.append(folded(part))
    return above


def _clear_beyond(folder: Path, width: int) -> None:
    """Remove partial files that are wider than the log was: a crash left them, and no checkpoint speaks of them.

    They may hold other entries than those that are written now, and would look like files of an earlier size.
    """
    if folder.is_dir():
        for path in folder.iterdir():
            if not path.name.isdecimal() or int(path.name) > width:
                path.unlink()


def _prune(folder: Path, old: int, new: int) -> None:
    """Remove partial files for which the full one is there: whoever needs them reads the full one."""
    level, before, after = 0, old, new
    while before:
        number = before // WIDTH
        if before % WIDTH and after // WIDTH > number:
            shutil.rmtree(folder / f"{tile_path(level, number)}.p", ignore_errors=True)
            if level == 0:
                shutil.rmtree(folder / f"{bundle_path(number)}.p", ignore_errors=True)
        level, before, after = level + 1, before >> HEIGHT, after >> HEIGHT


def _put(path: Path, content: bytes, folders: set[Path] | None = None) -> None:
    """Write a file whole; ``folders`` gathers what is to be synced later."""
    missing = []
    parent = path.parent
    while not parent.exists():
        missing.append(parent)
        parent = parent.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        if folders is not None:
            folders.add(each.parent)
        else:
            _sync_folder(each.parent)
    if folders is not None:
        folders.add(path.parent)
    temporary = path.with_name(f".{path.name}.part")
    try:
        with temporary.open("wb") as part:
            part.write(content)
            part.flush()
            os.fsync(part.fileno())
        temporary.replace(path)
    finally:
        with suppress(OSError):
            temporary.unlink()


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
