"""The files of an instance that go by day: the period, and the tables of conflicts, floods and IPC regions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt

from havre.displacement.findings import Findings, shown
from havre.displacement.flee_cells import ANY_DAY, LARGEST, NOT_NEGATIVE, PERCENT, Cells, Kind, is_number
from havre.displacement.flee_tables import Row, content, is_there, read_rows
from havre.displacement.instance import DayTable
from havre.displacement.near_names import near
from havre.displacement.settings import Settings
from havre.errors import Problem, Term

MOST_DAYS = 36_525
"""A hundred years."""
MOST_CELLS = 50_000_000
"""Values of one table: 400 MB."""
_PERIOD_ROWS = 1_000
_PERIOD_KEYS = ("StartDate", "Length")


@dataclass(frozen=True)
class Period:
    """What ``sim_period.csv`` says; ``known`` is false where a fault left a value that only fits."""

    start: date = ANY_DAY
    length: int = 1
    known: bool = False


def read_period(path: Path, findings: Findings) -> Period:
    """Read ``sim_period.csv``: the first day and the number of days."""
    if not is_there(path, findings, Term("displacement.flee.content.sim_period")):
        return Period()
    cells = Cells(str(path), findings)
    rows: dict[str, Row] = {}
    for row in content(str(path), read_rows(path, findings, most=_PERIOD_ROWS), findings, blank_ends_flee=True):
        key = row.cells[0].lower()
        fields = {"file": path, "row": row.number, "value": shown(row.cells[0])}
        if key not in map(str.lower, _PERIOD_KEYS):
            findings.warn(Problem.of("displacement.flee.period.unknown", near=near(key, _PERIOD_KEYS), **fields))
        elif cells.fits(row, 2, 2):
            if key in rows:
                findings.wrong(Problem.of("displacement.flee.period.twice", **fields), flee_runs=True)
            rows[key] = row
    if str(path) in findings.broken:
        return Period()
    before = findings.faults
    start = _start(cells, rows.get("startdate"))
    length = _length(cells, rows.get("length"))
    if findings.faults == before and length - 1 > (date.max - start).days:
        findings.wrong(Problem.of("displacement.flee.period.too_late", file=path, start=start, length=length))
        return Period()
    return Period(start, length, findings.faults == before)


def _start(cells: Cells, row: Row | None) -> date:
    if row is None:
        cells.findings.wrong(Problem.of("displacement.flee.period.missing", file=cells.file, key="StartDate"))
        return ANY_DAY
    return cells.day(row, 1, Term("displacement.flee.column.start_date"))


def _length(cells: Cells, row: Row | None) -> int:
    if row is None:
        cells.findings.wrong(Problem.of("displacement.flee.period.missing", file=cells.file, key="Length"))
        return 1
    meaning, expected = Term("displacement.flee.column.length"), Term("displacement.flee.expected.days")
    value = cells.whole(row, 1, meaning, Kind(expected))
    if not 1 <= value <= MOST_DAYS:
        cells.bad(row, 1, meaning, expected)
        return 1
    return value


def read_conflicts(path: Path, findings: Findings) -> DayTable:
    """Read ``conflicts.csv``: the intensity of conflict by day (row) and place (column)."""
    if not is_there(path, findings, Term("displacement.flee.content.conflicts")):
        return no_values(0)
    return _day_table(path, findings, Term("displacement.flee.column.intensity"), NOT_NEGATIVE)


def read_floods(path: Path, findings: Findings) -> DayTable:
    """Read ``flood_level.csv``: the flood level by day (row) and place (column)."""
    return _day_table(path, findings, Term("displacement.flee.column.flood_level"), NOT_NEGATIVE)


def read_ipc(path: Path, findings: Findings) -> DayTable:
    """Read ``region_attributes_IPC.csv``: per cent of people in food crisis by day (as written) and region."""
    return _day_table(path, findings, Term("displacement.flee.column.ipc"), PERCENT, days_count=True)


def uses_floods(settings: Settings) -> bool:
    """Tell whether settings need ``flood_level.csv``."""
    spawn = settings.spawn_rules
    drives = spawn.flood_zone_spawning_only or spawn.flood_driven_spawn_mode is not None
    return drives or settings.move_rules.flood_rules is not None


def uses_ipc(settings: Settings) -> bool:
    """Tell whether settings need ``region_attributes_IPC.csv``."""
    move = settings.move_rules
    starving = settings.spawn_rules.starvation_driven_spawning or move.flee_when_starving
    return starving or move.avoid_food_deprived_locations


def no_values(days: int) -> DayTable:
    """Give a table of no places."""
    return DayTable((), tuple(float(day) for day in range(days)), np.zeros((days, 0)))


def _day_table(path: Path, findings: Findings, meaning: Term, kind: Kind, *, days_count: bool = False) -> DayTable:
    file = str(path)
    rows = read_rows(path, findings, most=MOST_DAYS + 1)
    header = next(rows, None)
    if header is None or header.is_blank:
        if file not in findings.broken:
            findings.cannot_read(Problem.of("displacement.flee.file.empty", file=file))
        return no_values(0)
    cells = Cells(file, findings, header.cells)
    names = _names(cells, header)
    if names is None:
        return no_values(0)
    days: list[str] = []
    numbers: list[int] = []
    values: list[npt.NDArray[np.float64]] = []
    for row in _day_rows(file, rows, findings):
        if len(row.cells) != len(names) + 1:
            fields = {"file": file, "row": row.number, "found": len(row.cells), "expected": len(names) + 1}
            findings.wrong(Problem.of("displacement.flee.row.not_as_header", **fields))
            continue
        if len(values) * len(names) > MOST_CELLS:
            findings.cannot_read(Problem.of("displacement.flee.file.too_many_values", file=file, most=MOST_CELLS))
            break
        days.append(row.cells[0])
        numbers.append(row.number)
        values.append(_values(cells, row, meaning, kind))
    stacked = np.vstack(values) if values else np.zeros((0, len(names)))
    read_days = _counting_days if days_count else _row_days
    return DayTable(names, read_days(cells, days, numbers), stacked)


def _names(cells: Cells, header: Row) -> tuple[str, ...] | None:
    """Give the names of the columns after the first; empty ones at the end are none."""
    names = [name.strip() for name in header.cells[1:]]
    while names and not names[-1]:
        names.pop()
    # Places may have numbers for names; then the # tells that this is a header.
    if names and not header.is_comment and all(is_number(name) for name in names):
        value = shown(",".join(header.cells))
        problem = Problem.of("displacement.flee.file.no_header", file=cells.file, row=header.number, value=value)
        cells.findings.cannot_read(problem)
        return None
    seen: set[str] = set()
    for position, name in enumerate(names, start=1):
        if not name or name in seen:
            fields = {"file": cells.file, "number": position + 1, "value": shown(name)}
            cells.findings.wrong(Problem.of("displacement.flee.header.name", **fields))
        seen.add(name)
    return tuple(names)


def _day_rows(file: str, rows: Iterator[Row], findings: Findings) -> Iterator[Row]:
    """Pass over blank rows at the end; days go by the row, so that others, which Flee passes over, would shift them."""
    blank: list[Row] = []
    for row in rows:
        if row.is_blank:
            blank = [*blank[:1], row]
            continue
        if blank:
            problem = Problem.of("displacement.flee.row.blank_shifts", file=file, row=blank[0].number)
            findings.wrong(problem, flee_runs=True)
            blank = []
        yield row


def _values(cells: Cells, row: Row, meaning: Term, kind: Kind) -> npt.NDArray[np.float64]:
    texts = row.cells[1:]
    try:
        values = np.fromiter(map(float, texts), np.float64, len(texts))
    except ValueError:
        values = np.full(len(texts), np.nan)
    # A NaN fails both comparisons; then each cell is looked at.
    if not ((values >= kind.least) & (values <= min(kind.most, LARGEST))).all() or any("_" in text for text in texts):
        read = (cells.number(row, position, meaning, kind) for position in range(1, len(row.cells)))
        values = np.fromiter(read, np.float64, len(texts))
    return values


def _row_days(cells: Cells, days: Sequence[str], rows: Sequence[int]) -> tuple[float, ...]:
    """Read the first column of a table that goes by the row: told once where it says something else."""
    read = [float(text) if is_number(text) else None for text in days]
    for index, (day, row) in enumerate(zip(read, rows, strict=True)):
        if day != index:
            fields = {"file": cells.file, "row": row, "value": shown(days[index]), "expected": index}
            cells.findings.warn(Problem.of("displacement.flee.days.not_the_row", **fields))
            break
    return tuple(index if day is None else day for index, day in enumerate(read))


def _counting_days(cells: Cells, days: Sequence[str], rows: Sequence[int]) -> tuple[float, ...]:
    """Read the first column of a table that goes by it: the days must increase."""
    read: list[float] = []
    for text, row in zip(days, rows, strict=True):
        if not is_number(text) or (read and float(text) <= read[-1]):
            fields = {"file": cells.file, "row": row, "value": shown(text)}
            cells.findings.wrong(Problem.of("displacement.flee.days.order", **fields))
            continue
        read.append(float(text))
    return tuple(read)


def check_covers(
    table: DayTable, file: str, period: Period, findings: Findings, *, days_count: bool = False
) -> DayTable:
    """Tell where a table ends before the period does; give the table again.

    Parameters
    ----------
    days_count : days go by the first column, which must then begin by day 0, instead of by the row
    """
    if file in findings.broken or not period.known:
        return table
    needed = period.length
    if not days_count and len(table.values) < needed:
        end = period.start + timedelta(days=needed - 1)
        fields = {"file": file, "found": len(table.values), "needed": needed, "end": end}
        findings.wrong(Problem.of("displacement.flee.days.short", **fields))
    if days_count and not (table.days and table.days[0] <= 0 and table.days[-1] >= needed - 1):
        first, last = (f"{day:g}" for day in (table.days[0], table.days[-1])) if table.days else ("–", "–")
        fields = {"file": file, "first": first, "last": last, "needed": needed - 1}
        findings.wrong(Problem.of("displacement.flee.days.outside", **fields))
    return table
