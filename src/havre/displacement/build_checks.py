"""What the tables of an instance say together: names that occur nowhere, stand twice, or are not what they should be.

Nothing is repaired. Everything is told at once, with the table, its row and its column.
"""

from collections.abc import Callable, Iterable, Iterator

from havre.displacement.build_cells import CAMPS
from havre.displacement.build_columns import TOTAL
from havre.displacement.build_countries import country_problems
from havre.displacement.build_options import BuildOptions, TableName, option_problems
from havre.displacement.build_tables import BuildTables
from havre.displacement.near_names import NOTHING_NEAR, near
from havre.errors import Problem

MOST_TOLD = 10
"""Problems of one kind that are told of a table before the rest are counted."""


def check_tables(tables: BuildTables, options: BuildOptions) -> list[Problem]:
    """Tell everything that is wrong with options and tables, before anything is built.

    Rows whose cells could not be read were told before, and are not told again.
    """
    parts: tuple[tuple[TableName, Iterator[Problem]], ...] = (
        ("places", _place_problems(tables)),
        ("places", country_problems(tables, options)),
        ("roads", _road_problems(tables)),
        ("registrations", _count_problems(tables)),
        ("registrations", _camps_without_counts(tables)),
    )
    problems = list(option_problems(options))
    for name, found in parts:
        problems += _first(tables.file(name), found)
    events = tables.events
    if (
        events is not None
        and options.conflict_measure == "deaths"
        and events["deaths"].null_count() == events.height > 0
    ):
        problems.append(Problem.of("displacement.build.no_deaths", path=tables.file("events")))
    return problems


def _first(file: str, problems: Iterable[Problem]) -> Iterator[Problem]:
    """Give the first problems of each kind, and how many more there are of it."""
    counts: dict[str, int] = {}
    for problem in problems:
        counts[problem.key] = counts.get(problem.key, 0) + 1
        if counts[problem.key] <= MOST_TOLD:
            yield problem
    for count in counts.values():
        if count > MOST_TOLD:
            yield Problem.of("displacement.build.more_of_a_kind", path=file, count=count - MOST_TOLD)


def _place_problems(tables: BuildTables) -> Iterator[Problem]:
    file, column = tables.file("places"), tables.column("places", "name")
    first: dict[str, int] = {}
    for place in tables.places:
        facts = {"path": file, "row": place.row, "column": column, "name": place.name}
        if place.name.casefold() == TOTAL:
            yield Problem.of("displacement.build.reserved_name", **facts)
        if place.name in first:
            yield Problem.of("displacement.build.place_twice", **facts, first=first[place.name])
        first.setdefault(place.name, place.row)
    if not any(place.kind in CAMPS or not place.kind for place in tables.places):
        yield Problem.of("displacement.build.no_camp", path=file, column=tables.column("places", "kind"))


def _road_problems(tables: BuildTables) -> Iterator[Problem]:
    known = {place.name for place in tables.places}
    first: dict[frozenset[str], int] = {}
    file, near_names = tables.file("roads"), _near_first(known)
    for road in tables.roads or ():
        facts = {"path": file, "row": road.row}
        ends = {"from": road.start, "to": road.end}
        for ours, name in ends.items():
            if name not in known:
                looks = {"column": tables.column("roads", ours), "name": name, "near": near_names(name)}
                yield Problem.of("displacement.build.unknown_place", **facts, **looks)
        pair = frozenset(ends.values())
        if len(pair) == 1:
            yield Problem.of("displacement.build.self_road", **facts, name=road.start)
        elif pair in first:
            # Flee would make the road twice, which doubles its weight.
            yield Problem.of(
                "displacement.build.road_twice", **facts, name1=road.start, name2=road.end, first=first[pair]
            )
        first.setdefault(pair, road.row)


def _near_first(known: Iterable[str]) -> Callable[[str], str]:
    """Give a function that tells near names, of the first names only: later ones are counted and not told."""
    names = tuple(known)
    left = iter(range(MOST_TOLD))
    return lambda name: NOTHING_NEAR if next(left, None) is None else near(name, names)


def _count_problems(tables: BuildTables) -> Iterator[Problem]:
    import polars as pl

    kinds = {place.name: place.kind for place in tables.places}
    file, near_names = tables.file("registrations"), _near_first(kinds)
    first_rows = tables.counts.group_by("camp", maintain_order=True).agg(pl.col("row").first())
    for camp, row in first_rows.iter_rows():
        facts = {"path": file, "row": row, "column": tables.column("registrations", "camp"), "name": camp}
        if camp != TOTAL and camp not in kinds:
            yield Problem.of("displacement.build.unknown_place", **facts, near=near_names(camp))
        elif camp != TOTAL and kinds[camp] and kinds[camp] not in CAMPS:
            yield Problem.of("displacement.build.not_a_camp", **facts, kind=kinds[camp])
    repeated = tables.counts.filter(pl.struct("camp", "day").is_duplicated()).sort("camp", "day", "row")
    groups = repeated.group_by("camp", "day", maintain_order=True).agg(pl.col("row"))
    for camp, day, rows in groups.iter_rows():
        yield Problem.of("displacement.build.count_twice", path=file, row=rows[1], camp=camp, day=day, first=rows[0])


def _camps_without_counts(tables: BuildTables) -> Iterator[Problem]:
    counted = set(tables.counts["camp"].unique().to_list())
    nowhere = sorted(counted - {place.name for place in tables.places})
    near_names = _near_first(nowhere)
    for place in tables.places:
        if place.kind in CAMPS and place.name not in counted:
            facts = {"path": tables.file("registrations"), "camp": place.name, "near": near_names(place.name)}
            yield Problem.of("displacement.build.no_counts", **facts, places=tables.file("places"), row=place.row)
