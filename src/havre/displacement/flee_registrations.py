"""What was counted in the camps: ``data_layout.csv`` with its files of counts, and the corrections to them."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path, PurePosixPath

from havre.displacement.findings import Findings, shown
from havre.displacement.flee_cells import PEOPLE, Cells
from havre.displacement.flee_names import LAYOUT
from havre.displacement.flee_tables import Part, Row, content, is_there, read_rows
from havre.displacement.instance import Correction, CountFile, Registrations
from havre.displacement.near_names import near
from havre.errors import Problem, Term

MOST_CAMPS = 100_000
MOST_COUNTS = 100_000
MOST_CORRECTIONS = 100_000
HEADERS = ("", "Date", "DateTime")
"""First cells by which the first row of a file of counts is known as its header."""
_LEAST = 2
_NOTED = 3
_PLACE = Term("displacement.flee.column.camp")


def read_registrations(folder: Path, findings: Findings) -> Part[Registrations]:
    """Read the layout of a folder and every file of counts that it names."""
    path = folder / LAYOUT
    if not is_there(path, findings, Term("displacement.flee.content.data_layout")):
        return Part(str(path))
    part = Part.of(str(path), _registrations(path, findings))
    if not part.items and str(path) not in findings.broken:
        findings.wrong(Problem.of("displacement.flee.file.empty", file=path))
    return part


def _registrations(path: Path, findings: Findings) -> Iterator[tuple[int, Registrations]]:
    cells = Cells(str(path), findings)
    rows = read_rows(path, findings, most=MOST_CAMPS)
    read: dict[str, CountFile] = {}
    for row in content(str(path), rows, findings, blank_ends_flee=False):
        if not cells.fits(row, _LEAST, len(row.cells)):
            continue
        name = cells.name(row, 0, _PLACE)
        files: list[CountFile] = []
        for position in range(1, len(row.cells)):
            file = cells.name(row, position, Term("displacement.flee.column.count_file"))
            if not file.strip() or not _is_inside(cells, row, position):
                continue
            if file in read:
                fields = {"file": path, "row": row.number, "value": shown(file)}
                findings.warn(Problem.of("displacement.flee.layout.file_twice", **fields))
            else:
                read[file] = _read_counts(path, row, file, findings)
            files.append(read[file])
        yield row.number, Registrations(name, tuple(files))


def _is_inside(cells: Cells, row: Row, position: int) -> bool:
    """Tell whether a file is named within the folder, so that the instance can be moved and written as a whole."""
    name = PurePosixPath(row.cells[position])
    if not name.is_absolute() and ".." not in name.parts:
        return True
    cells.bad(
        row, position, Term("displacement.flee.column.count_file"), Term("displacement.flee.expected.file_inside")
    )
    return False


def _read_counts(layout: Path, row: Row, file: str, findings: Findings) -> CountFile:
    path = layout.parent / file
    if not path.exists():
        there = near(file, (each.name for each in layout.parent.glob("*.csv")))
        fields = {"file": str(layout), "row": row.number, "value": shown(file), "near": there}
        findings.wrong(Problem.of("displacement.flee.layout.file_missing", **fields))
        findings.broken.add(str(path))
        return CountFile(file, (), ())
    if not is_there(path, findings, Term("displacement.flee.content.counts")):
        return CountFile(file, (), ())
    found = list(_counts(path, findings))
    if not found and str(path) not in findings.broken:
        findings.wrong(Problem.of("displacement.flee.counts.none", file=path))
    return CountFile(file, tuple(day for day, _ in found), tuple(count for _, count in found))


def _counts(path: Path, findings: Findings) -> Iterator[tuple[date, float]]:
    cells = Cells(str(path), findings, ("date", "count"))
    day_column, count_column = Term("displacement.flee.column.date"), Term("displacement.flee.column.count")
    before: date | None = None
    rows = read_rows(path, findings, most=MOST_COUNTS)
    for row in _count_rows(path, rows, findings):
        if len(row.cells) < _LEAST:
            findings.wrong(Problem.of("displacement.flee.row.short", **_size(path, row)), flee_runs=True)
            continue
        if any(row.cells[_LEAST:]):
            findings.wrong(Problem.of("displacement.flee.row.long", **_size(path, row)), flee_runs=True)
        if not row.cells[1]:
            fields = {"file": path, "row": row.number, "value": shown(row.cells[0])}
            findings.warn(Problem.of("displacement.flee.counts.no_count", **fields))
            continue
        faults = findings.faults
        day = cells.day(row, 0, day_column)
        count = cells.number(row, 1, count_column, PEOPLE)
        if findings.faults > faults:
            continue
        if before is not None and day <= before:
            fields = {"file": path, "row": row.number, "value": day, "before": before}
            findings.wrong(Problem.of("displacement.flee.counts.order", **fields), flee_runs=True)
        before = day
        yield day, count


def _size(path: Path, row: Row) -> dict[str, object]:
    return {"file": path, "row": row.number, "found": len(row.cells), "expected": _LEAST}


def _count_rows(path: Path, rows: Iterator[Row], findings: Findings) -> Iterator[Row]:
    """Pass over blank rows and comments, and over a header in the first row."""
    further = (row for row in rows if row.number > 1 or not row.cells or row.cells[0] not in HEADERS)
    yield from content(str(path), further, findings, blank_ends_flee=False)


def read_corrections(path: Path, findings: Findings) -> Part[Correction]:
    """Read ``registration_corrections.csv``; it may be empty."""
    if not is_there(path, findings, Term("displacement.flee.content.corrections")):
        return Part(str(path))
    return Part.of(str(path), _corrections(path, findings))


def _corrections(path: Path, findings: Findings) -> Iterator[tuple[int, Correction]]:
    cells = Cells(str(path), findings)
    rows = read_rows(path, findings, most=MOST_CORRECTIONS)
    for row in content(str(path), rows, findings, blank_ends_flee=False):
        if not cells.fits(row, _LEAST, _NOTED):
            continue
        camp = cells.name(row, 0, _PLACE)
        day = cells.day(row, 1, Term("displacement.flee.column.correction_day"))
        yield row.number, Correction(camp, day, row.cells[2] if len(row.cells) >= _NOTED else "")
