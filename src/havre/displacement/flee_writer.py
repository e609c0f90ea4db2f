"""An instance written as a folder in Flee's format, which Flee, FabFlee and Havre read.

What a reader would take for something else (a place called ``#1``, an attribute without a name) is refused before
anything is written.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO
from pathlib import Path, PurePosixPath

from havre.displacement.findings import shown
from havre.displacement.flee_cells import LARGEST
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
from havre.displacement.instance import (
    AgentTable,
    CountFile,
    DayTable,
    Demographics,
    Instance,
    Location,
    Route,
)
from havre.displacement.setting_file import settings_text
from havre.errors import DisplacementError, Problem, Term, check_none

MOST_PEOPLE = 10_000_000
"""People that can be written as rows of ``agents.csv``."""
LOCATION_HEADER = (
    "#name",
    "region",
    "country",
    "latitude",
    "longitude",
    "location_type",
    "conflict_date",
    "population",
)
ROUTE_HEADER = ("#name1", "name2", "distance", "forced_redirection")
CLOSURE_HEADER = ("#closure_type", "name1", "name2", "closure_start", "closure_end")
CHANGE_HEADER = ("#name", "new_type", "day")
COUNT_HEADER = ("Date", "Count")
_PLACE = Term("displacement.flee.column.place")
_ATTRIBUTE = Term("displacement.flee.column.attribute")
_CAMP = Term("displacement.flee.column.camp")


def write_instance(instance: Instance, folder: Path, beside: Iterable[tuple[str, bytes]] = ()) -> tuple[Path, ...]:
    """Write an instance into a folder that is not there yet or empty: all of its files, or nothing.

    The name of the instance is that of the folder, and its settings are written beside its files.

    Parameters
    ----------
    beside : further files of the folder, each with its path in it and its content

    Returns
    -------
    The files, in the order in which they were written.

    Raises
    ------
    FileError : the folder is not empty, or cannot be written; nothing is left behind
    DisplacementError : a name or another part of the instance cannot be written so that it is read again
    """
    check_none(list(_faults(instance)), DisplacementError)
    # Only who writes waits for what the record brings with it.
    from havre.record.folder import write_files

    written: list[Path] = []

    def files() -> Iterator[tuple[str, bytes]]:
        for name, text in instance_texts(instance):
            written.append(folder / name)
            yield name, text.encode()
        yield from beside

    write_files(folder, files())
    return tuple(written)


def instance_texts(instance: Instance) -> Iterator[tuple[str, str]]:
    """Give the files of an instance one after the other, each as its path in the folder and its text."""
    yield SETTINGS, settings_text(instance.settings)
    period = (("StartDate", instance.start.isoformat()), ("Length", str(instance.length)))
    yield f"{INPUT}/{PERIOD}", _csv(period)
    yield f"{INPUT}/{LOCATIONS}", _csv(_locations(instance.locations))
    yield f"{INPUT}/{ROUTES}", _csv(_routes(instance.routes))
    closures = ((each.closure_type, each.name1, each.name2, each.start, each.end) for each in instance.closures)
    yield f"{INPUT}/{CLOSURES}", _csv([CLOSURE_HEADER, *closures])
    yield f"{INPUT}/{CONFLICTS}", _csv(_days(instance.conflicts))
    corrections = ((each.camp, each.day.isoformat(), *filter(None, (each.note,))) for each in instance.corrections)
    yield f"{INPUT}/{CORRECTIONS}", _csv(corrections)
    if instance.location_changes:
        changes = ((each.name, each.new_type, each.day) for each in instance.location_changes)
        yield CHANGES, _csv([CHANGE_HEADER, *changes])
    yield from _optional_texts(instance)
    yield (
        f"{SOURCE}/{LAYOUT}",
        _csv((each.name, *(file.file for file in each.files)) for each in instance.registrations),
    )
    files = {file.file: file for each in instance.registrations for file in each.files}
    for file in files.values():
        yield f"{SOURCE}/{file.file}", _csv(_counts(file))


def _optional_texts(instance: Instance) -> Iterator[tuple[str, str]]:
    for each in instance.demographics:
        yield f"{INPUT}/demographics_{each.attribute}.csv", _csv(_demographics(each))
    if instance.agents is not None:
        yield f"{INPUT}/{AGENTS}", _csv(_agents(instance.agents))
    for name, table in ((FLOODS, instance.floods), (IPC, instance.ipc)):
        if table is not None:
            yield f"{INPUT}/{name}", _csv(_days(table))
    if instance.major_routes:
        yield f"{INPUT}/{MAJOR_ROUTES}", _csv(instance.major_routes)


def _csv(rows: Iterable[Sequence[object]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _locations(places: Sequence[Location]) -> Iterator[Sequence[object]]:
    names = _attribute_names(places)
    yield (*LOCATION_HEADER, *names)
    for place in places:
        yield (
            place.name,
            place.region,
            place.country,
            _number(place.x),
            _number(place.y),
            place.location_type,
            place.conflict_date,
            place.population,
            *(place.attributes.get(name, "") for name in names),
        )


def _routes(roads: Sequence[Route]) -> Iterator[Sequence[object]]:
    names = _attribute_names(roads)
    yield (*ROUTE_HEADER, *names)
    for road in roads:
        attributes = (road.attributes.get(name, "") for name in names)
        yield (road.name1, road.name2, _number(road.distance), road.forced_redirection, *attributes)


def _attribute_names(rows: Sequence[Location] | Sequence[Route]) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row.attributes))


def _days(table: DayTable) -> Iterator[Sequence[object]]:
    yield ("#Day", *table.names)
    for day, values in zip(table.days, table.values.tolist(), strict=True):
        yield (_number(day), *map(_number, values))


def _counts(file: CountFile) -> Iterator[Sequence[object]]:
    yield COUNT_HEADER
    for day, count in zip(file.days, file.counts, strict=True):
        yield (day.isoformat(), _number(count))


def _demographics(demographics: Demographics) -> Iterator[Sequence[object]]:
    yield (demographics.attribute, *demographics.weights)
    for row, value in enumerate(demographics.values):
        weights = (_number(weights[row]) for weights in demographics.weights.values())
        yield (value if isinstance(value, str) else _number(value), *weights)


def _agents(agents: AgentTable) -> Iterator[Sequence[object]]:
    yield ("location", *agents.attributes)
    for row, number in zip(agents.rows, agents.numbers, strict=True):
        for _ in range(number):
            yield row


def _number(value: float) -> str:
    """Write a number so that reading gives it again; a whole one without a point, which Flee needs in places."""
    return str(int(value)) if value == int(value) and abs(value) <= LARGEST else repr(float(value))


def _faults(instance: Instance) -> Iterator[Problem]:
    """Find what cannot be written so that it is read again."""
    if instance.events:
        yield Problem.of("displacement.scenario.not_written")
    for names, meaning in _names(instance):
        for name, number in Counter(names).items():
            if not _is_plain(name):
                yield Problem.of("displacement.flee.write.name", value=shown(name), meaning=meaning)
            elif number > 1:
                yield Problem.of("displacement.flee.write.twice", value=shown(name), meaning=meaning)
    for table in _tables(instance):
        for name in table.names:
            if name != name.strip():
                yield Problem.of("displacement.flee.write.spaces", value=shown(name))
    yield from _faults_of_people(instance)
    yield from _faults_of_files(instance)


def _faults_of_people(instance: Instance) -> Iterator[Problem]:
    for demographics in instance.demographics:
        if not _is_plain(demographics.attribute) or any(letter in "_./" for letter in demographics.attribute):
            yield Problem.of("displacement.flee.write.attribute", value=shown(demographics.attribute))
    people = sum(instance.agents.numbers) if instance.agents else 0
    if people > MOST_PEOPLE:
        yield Problem.of("displacement.flee.write.people", count=people, most=MOST_PEOPLE)


def _names(instance: Instance) -> Iterator[tuple[list[str], Term]]:
    """Give names that must be plain text and stand once each, with what they mean."""
    yield [place.name for place in instance.locations], _PLACE
    yield [each.name for each in instance.registrations], _CAMP
    yield _attribute_names(instance.locations), _ATTRIBUTE
    yield _attribute_names(instance.routes), _ATTRIBUTE
    for table in _tables(instance):
        yield list(table.names), _PLACE
    for each in instance.demographics:
        yield list(each.weights), _PLACE
    if instance.agents:
        yield list(instance.agents.attributes), _ATTRIBUTE


def _tables(instance: Instance) -> list[DayTable]:
    return [table for table in (instance.conflicts, instance.floods, instance.ipc) if table is not None]


def _faults_of_files(instance: Instance) -> Iterator[Problem]:
    seen: dict[str, CountFile] = {}
    for file in (file for each in instance.registrations for file in each.files):
        path = PurePosixPath(file.file)
        inside = not path.is_absolute() and ".." not in path.parts and str(path) == file.file
        if not inside or file.file == LAYOUT or not _is_plain(file.file):
            yield Problem.of("displacement.flee.write.file_name", value=shown(file.file))
        elif seen.setdefault(file.file, file) != file:
            yield Problem.of("displacement.flee.write.counts_differ", value=shown(file.file))


def _is_plain(text: str) -> bool:
    """Tell whether a text stands in a cell of one row and is no comment."""
    return bool(text.strip()) and text.isprintable() and not text.startswith("#")
