"""An upload of an instance becomes its files: a zip archive or several files, checked before anything is written.

An archive is not trusted in anything: not in how large it says its files are, not in their names, not in their kinds.
What is in the files is read by a worker process only (:mod:`havre.web.runs.worker`).
"""

import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath

from havre.displacement.flee_names import (
    AGENTS,
    CHANGES,
    CLOSURES,
    CONFLICTS,
    CORRECTIONS,
    FLOODS,
    INPUT,
    IPC,
    LAYOUT,
    LOCATIONS,
    MAJOR_ROUTES,
    PERIOD,
    ROUTES,
    SETTINGS,
    SOURCE,
)
from havre.errors import Problem
from havre.sources.personal import personal_category
from havre.web.settings import WebError

MOST_FILES = 400
MOST_UNPACKED = 8
"""How many times the bound of an upload its files may hold once they are unpacked."""
LONGEST_NAME = 120
MOST_TOLD = 12
"""Faults that are told one by one."""
KINDS = (".csv", ".yml", ".yaml")
INPUT_FILES = (
    CLOSURES,
    CONFLICTS,
    CORRECTIONS,
    FLOODS,
    IPC,
    LOCATIONS,
    MAJOR_ROUTES,
    PERIOD,
    ROUTES,
)
"""Names that belong into ``input_csv``; other tables are counts of camps."""
_OWN_COLUMNS: Mapping[str, frozenset[str]] = {
    LOCATIONS: frozenset({"name", "latitude", "longitude", "lat", "lon", "gps_x", "gps_y", "religion", "ethnicity"}),
    ROUTES: frozenset({"name1", "name2"}),
    CLOSURES: frozenset({"name1", "name2"}),
    CHANGES: frozenset({"name"}),
    CORRECTIONS: frozenset({"name"}),
}
"""Columns of places that elsewhere would tell of a person."""
_COUNTED = re.compile(r"(refugee|idp|migrant|people|person)s?[ _]?numbers?", re.IGNORECASE)
"""How instances of Flee call a count: how many refugees, not the number of one."""
_COUNT_COLUMNS = 2


@dataclass(frozen=True)
class Upload:
    """The files of an instance by their path in its folder, and which files of the upload are not used."""

    files: Mapping[str, bytes]
    unused: tuple[str, ...] = ()


def read_upload(sent: Sequence[tuple[str, bytes]], most_bytes: int) -> Upload:
    """Check what was sent and lay it out as a folder of an instance.

    Parameters
    ----------
    sent : name and content of each file; one that is a zip archive is unpacked
    most_bytes : bound of an upload

    Raises
    ------
    WebError : it cannot be an instance, or holds what is not taken; all of it is told
    """
    sent = [(name, content) for name, content in sent if name or content]
    if not sent:
        raise WebError("web.run.nothing")
    most = most_bytes * MOST_UNPACKED
    if len(sent) == 1 and sent[0][1][:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"):
        found = list(_unpacked(sent[0][1], most))
    else:
        found = [(name.replace("\\", "/").rsplit("/", maxsplit=1)[-1], content) for name, content in sent]
    kept, unused = _sorted_out(found)
    problems = [*_faults(kept)]
    if problems:
        if len(problems) > MOST_TOLD:
            problems = [*problems[:MOST_TOLD], Problem.of("web.run.more", count=len(problems) - MOST_TOLD)]
        raise WebError.all_of(problems)
    return Upload(_laid_out(kept), tuple(unused))


def _unpacked(content: bytes, most: int) -> Iterator[tuple[str, bytes]]:
    """Give each file of an archive; what it says of sizes is not believed."""
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            if len(entries) > MOST_FILES:
                raise WebError("web.run.too_many", count=len(entries), most=MOST_FILES)
            faults = [fault for entry in entries if (fault := _entry_fault(entry))]
            if faults:
                raise WebError.all_of(faults[:MOST_TOLD])
            left = most
            for entry in entries:
                if _is_litter(entry.filename):
                    continue
                # One byte more than may be, so that too much is noticed without unpacking all of it.
                with archive.open(entry) as file:
                    text = file.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise WebError("web.run.too_large", most=most)
                yield entry.filename, text
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError, RuntimeError) as error:
        raise WebError("web.run.damaged") from error


def _entry_fault(entry: zipfile.ZipInfo) -> Problem | None:
    """Tell what is wrong with an entry before it is opened."""
    name, shown = entry.filename, _shown(entry.filename)
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in entry.orig_filename:
        return Problem.of("web.run.path", name=shown)
    if len(name) > LONGEST_NAME or not name.isprintable():
        return Problem.of("web.run.name", name=shown, most=LONGEST_NAME)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if entry.create_system == 3 and kind not in (0, stat.S_IFREG):
        return Problem.of("web.run.link", name=shown)
    if entry.flag_bits & 0x1:
        return Problem.of("web.run.encrypted", name=shown)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return Problem.of("web.run.compression", name=shown)
    return None


def _is_litter(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return "__MACOSX" in parts or any(part.startswith(".") for part in parts) or parts[-1:] == ("Thumbs.db",)


def _sorted_out(found: Sequence[tuple[str, bytes]]) -> tuple[list[tuple[str, bytes]], list[str]]:
    """Keep what an instance may have; name the rest."""
    kept, unused = [], []
    for name, content in found:
        if _is_litter(name):
            continue
        if name.lower().endswith(KINDS):
            kept.append((name, content))
        else:
            unused.append(_shown(name))
    return kept, unused


def _faults(files: Sequence[tuple[str, bytes]]) -> Iterator[Problem]:
    if len(files) > MOST_FILES:
        yield Problem.of("web.run.too_many", count=len(files), most=MOST_FILES)
        return
    bases = [PurePosixPath(name).name for name, _ in files]
    roots = [name for name, _ in files if PurePosixPath(name).name == LOCATIONS]
    if not roots:
        yield Problem.of("web.run.no_locations", expected=f"{INPUT}/{LOCATIONS}")
    elif len(roots) > 1:
        yield Problem.of("web.run.several", names=", ".join(map(_shown, roots[:MOST_TOLD])))
    folders = {str(folder) for name, _ in files for folder in PurePosixPath(name).parents}
    yield from (Problem.of("web.run.folder", name=_shown(name)) for name, _ in files if name in folders)
    if AGENTS in bases:
        yield Problem.of("web.run.agents", name=AGENTS)
    for name, content in files:
        yield from _content_faults(name, content)


def _content_faults(name: str, content: bytes) -> Iterator[Problem]:
    """Tell what is wrong with the text of a file, and which of its columns describe a person."""
    shown = _shown(name)
    if len(PurePosixPath(name).name) > LONGEST_NAME or not name.isprintable():
        yield Problem.of("web.run.name", name=shown, most=LONGEST_NAME)
        return
    if b"\0" in content:
        yield Problem.of("web.run.not_text", name=shown)
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        yield Problem.of("web.run.encoding", name=shown, row=row)
        return
    base = PurePosixPath(name).name
    if not base.lower().endswith(".csv") or base.startswith("demographics_") or base == LAYOUT:
        return
    header = text.split("\n", maxsplit=1)[0][:20_000]
    if base in (CONFLICTS, FLOODS):
        return
    own = _OWN_COLUMNS.get(base, frozenset())
    cells = header.split(",")
    counts = base not in INPUT_FILES and len(cells) <= _COUNT_COLUMNS
    for cell in cells:
        column = cell.strip().strip('"').lstrip("#").strip()
        if column.lower() in own or (counts and _COUNTED.fullmatch(column)):
            continue
        if category := personal_category(column):
            from havre.errors import Term

            yield Problem.of(
                "panel.personal_column", table=shown, column=column[:60], category=Term(f"term.{category}")
            )


def _laid_out(files: Sequence[tuple[str, bytes]]) -> dict[str, bytes]:
    """Give the paths in the folder of an instance: from the archive's own folders where it has them, else by name."""
    place = PurePosixPath(next(name for name, _ in files if PurePosixPath(name).name == LOCATIONS)).parent
    root = place.parent if place.name == INPUT else place
    inside = _inside(root)
    made: dict[str, bytes] = {}
    for name, content in files:
        path = PurePosixPath(name)
        relative = inside(path)
        if relative is None:
            continue
        if relative.parts[0] not in (INPUT, SOURCE):
            relative = PurePosixPath(_folder_of(path.name), path.name) if _folder_of(path.name) else relative
        made[str(relative)] = content
    return made


def _inside(root: PurePosixPath) -> Callable[[PurePosixPath], PurePosixPath | None]:
    def relative(path: PurePosixPath) -> PurePosixPath | None:
        return path.relative_to(root) if path.is_relative_to(root) else None

    return relative


def _folder_of(name: str) -> str:
    """Name the folder to which a file belongs that lies in none."""
    if name in (SETTINGS, CHANGES) or name.lower().endswith((".yml", ".yaml")):
        return ""
    return INPUT if name in INPUT_FILES or name.startswith("demographics_") else SOURCE


def _shown(name: str) -> str:
    """Give a name of a file as it may be told to people."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name[:LONGEST_NAME])


def pack(files: Mapping[str, bytes]) -> bytes:
    """Pack checked files into an archive of our own."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Read the files of an archive that :func:`pack` made."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {entry.filename: archive.read(entry) for entry in archive.infolist()}
