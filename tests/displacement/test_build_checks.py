"""What tables say together: everything that does not fit, told at once with table, row and column."""

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from havre.displacement.build import BuildOptions
from havre.displacement.build_checks import MOST_TOLD, check_tables
from havre.displacement.settings import MoveRules, Settings, SpawnRules
from havre.errors import Problem
from tests.displacement.build_case import EVENTS, KEEP, PLACES, REGISTRATIONS, ROADS, tables


def sentences(problems: Iterable[Problem]) -> list[str]:
    assert all(problem.sentence("fr") != problem.sentence("en") for problem in problems)
    return [problem.sentence() for problem in problems]


def test_tables_that_fit_have_no_problems(tmp_path: Path) -> None:
    assert check_tables(tables(tmp_path), KEEP) == []
    assert check_tables(tables(tmp_path, roads=None, events=None), KEEP) == []


def test_everything_that_does_not_fit_is_told_at_once(tmp_path: Path) -> None:
    read = tables(
        tmp_path,
        places=PLACES + "Birk,1,2,Norvale,,town,,\nTotal,3,4,Norvale,,town,,\nFord Camp,5,6,Nowhere,,camp,,\n",
        roads=ROADS + "Arden,Brik,9\nCole,Cole,3\nBirk,Arden,120\n",
        registrations=REGISTRATIONS + "2024-01-11,Dale Camp,301\n2024-01-02,Birk,5\n2024-01-02,Fort Camp,5\n",
    )
    found = sentences(check_tables(read, BuildOptions(keep_unknown_countries=True, detour=0.5, length=0)))
    near = [sentence.partition("Near matches: ")[2] for sentence in found]
    assert list(filter(None, near)) == ["Birk.", "Ford Camp.", "Fort Camp."]
    assert [re.sub(r"(; expected|[.] Near matches:) .*", "", sentence) for sentence in found] == [
        "--length is 0",
        "--detour is 0.5",
        "places.csv, row 6: column “name” is “Birk”, as in row 2 already.",
        "places.csv, row 7: column “name” is “Total”, which is kept for all camps together.",
        "roads.csv, row 5: column “to” names “Brik”, which is not in the table of places",
        "roads.csv, row 6: the road leads from “Cole” to itself.",
        "roads.csv, row 7: the road between “Birk” and “Arden” stands in row 1 already. Roads are used both ways.",
        "registrations.csv, row 6: column “camp” names “Birk”, which is of the kind “town” in the table of places",
        "registrations.csv, row 7: column “camp” names “Fort Camp”, which is not in the table of places",
        "registrations.csv, row 5: the count of “Dale Camp” on 2024-01-11 stands in row 2 already.",
        "registrations.csv: there is no count of the camp “Ford Camp” (places.csv, row 8)",
    ]


def test_tables_without_any_camp_are_refused(tmp_path: Path) -> None:
    places = PLACES.replace(",camp,", ",town,").replace("Ostmere", "Norvale")
    found = sentences(check_tables(tables(tmp_path, places=places), KEEP))
    assert found[0] == "places.csv: no place is a camp in column “kind”; expected at least one."


def test_deaths_must_be_there_where_they_decide(tmp_path: Path) -> None:
    read = tables(tmp_path, events=EVENTS.replace(",best", ",worst"))
    assert [problem.key for problem in check_tables(read, KEEP)] == ["displacement.build.no_deaths"]
    by_events = BuildOptions(keep_unknown_countries=True, conflict_measure="events")
    assert check_tables(read, by_events) == []


def test_many_problems_of_a_kind_are_counted(tmp_path: Path) -> None:
    roads = ROADS + "".join(f"Arden,Nowhere {number},5\n" for number in range(3000))
    found = check_tables(tables(tmp_path, roads=roads), KEEP)
    assert len(found) == MOST_TOLD + 1
    assert found[-1].sentence() == "roads.csv: and 2990 more problems like these."


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("neighbours", "road"),
        ("borders", "none"),
        ("conflict_measure", "tweets"),
        ("length", 40_000),
        ("detour", float("nan")),
        ("nearest", 0),
        ("window_days", 0),
        ("quiet_days", 0),
        ("lookback_days", -1),
        ("coarsest_ucdp", 8),
        ("coarsest_acled", 0),
        ("longest_link_km", 0.0),
        ("event_distance_km", float("inf")),
        ("conflict_threshold", -1.0),
        ("settings", Settings(spawn_rules=SpawnRules(flood_zone_spawning_only=True))),
        ("settings", Settings(spawn_rules=SpawnRules(read_from_agents_csv_file=True))),
        ("settings", Settings(move_rules=MoveRules(flee_when_starving=True))),
    ],
)
def test_options_out_of_range_are_refused(tmp_path: Path, option: str, value: object) -> None:
    options = BuildOptions(**{"keep_unknown_countries": True, option: value})  # type: ignore[arg-type]
    found = sentences(check_tables(tables(tmp_path), options))
    assert len(found) == 1
    assert option in found[0].replace("-", "_")
