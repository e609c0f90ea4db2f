"""What is written is read again as it was: any names, every part, and the shared instances."""

import string
from dataclasses import fields, replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from havre.displacement.flee_files import read_instance
from havre.displacement.flee_writer import instance_texts, write_instance
from havre.displacement.instance import (
    AgentTable,
    Closure,
    Correction,
    CountFile,
    DayTable,
    Demographics,
    Instance,
    Location,
    LocationChange,
    Registrations,
    Route,
)
from havre.displacement.settings import FloodRules, FloodSpawning
from havre.errors import DisplacementError, FileError
from tests.displacement.faulty_files import keys
from tests.displacement.small_instances import (
    COUNTS,
    LENGTH,
    LOCATIONS,
    START,
    day,
    day_table,
    registrations,
    small_instance,
    write_files,
)
from tests.displacement.small_instances import settings as some_settings
from tests.displacement.test_flee_files import SHARED
from tests.properties import examples

NAMES = st.text(string.ascii_letters + " ,;'\"#éßüž—文-_.()0123", min_size=1, max_size=12).filter(
    lambda name: name.strip() == name and not name.startswith("#")
)
DISTANCES = st.floats(0.001, 30_000)
COUNTED = st.floats(0, 1e12) | st.integers(0, 10**9).map(float)


def facts_of(instance: Instance) -> dict[str, Any]:
    """Give what an instance says, without its name and where its settings came from; tables by day as lists."""
    found = {each.name: getattr(instance, each.name) for each in fields(instance)}
    for name, value in found.items():
        if isinstance(value, DayTable):
            found[name] = (value.names, value.days, value.values.tolist())
    return {name: value for name, value in found.items() if name not in ("name", "settings_file")}


def there_and_back(instance: Instance, folder: Path) -> Instance:
    write_instance(instance, folder)
    return read_instance(folder).instance


def with_every_part() -> Instance:
    """Make an instance that has every file and attribute of the format."""
    attributes = {"initial_idps": "5", "conflict_intensity": "0.5", "mine, own": 'a "b"'}
    places = (replace(LOCATIONS[0], attributes=attributes), *LOCATIONS[1:])
    counts = registrations(COUNTS)
    second = CountFile("more/este-outside.csv", (day(-3), day(4)), (2.5, 7.0))
    return small_instance(
        locations=(*places, Location("Inner, Camp", "South", "Norland", 11.0, 21.0, "idpcamp", 0, -1)),
        routes=(Route("Alba", "Brod", 80.25, 1, {"max_move_speed": "200"}), Route("Cerna", "Inner, Camp", 5.0)),
        registrations=(
            *counts[:2],
            replace(counts[2], files=(*counts[2].files, second)),
            Registrations("Inner, Camp", (CountFile("inner.csv", (day(0),), (0.0,)),)),
        ),
        closures=(Closure("country", "Norland", "Westland", 2, -1), Closure("location", "Hub", "", 8, 9)),
        corrections=(Correction("Este", day(10), "normalize"), Correction("Dol Camp", day(10))),
        location_changes=(LocationChange("Cerna", "conflict_zone", 3),),
        demographics=(Demographics("age", (5.0, 30.5), {"Default": (1.0, 2.0), "Alba": (0.5, 0.0)}),),
        agents=AgentTable(("gender",), (("Alba", "f"), ("Alba", "m"), ("Brod", "x,y")), (3, 1, 2)),
        floods=day_table(LENGTH, {"Alba": (3, 5)}),
        ipc=DayTable(("North", "South"), (0.0, 12.5, 40.0), np.array([[20.0, 0.5], [30.0, 1.0], [100.0, 0.0]])),
        major_routes=(("Alba", "Brod"),),
        settings=some_settings(
            {"fixed_routes": True, "flee_when_starving": True, "flood_rules": FloodRules(4, (0.5,), (1.0,))},
            {"read_from_agents_csv_file": True, "flood_driven_spawn_mode": FloodSpawning()},
            hasten=3,
        ),
    )


def test_every_part_is_written_and_read_again(tmp_path: Path) -> None:
    instance = with_every_part()
    absent = [each.name for each in fields(instance) if getattr(instance, each.name) in ((), None)]
    assert absent == ["settings_file"]
    assert facts_of(there_and_back(instance, tmp_path / "out")) == facts_of(instance)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared instances are not beside the repository")
@pytest.mark.parametrize("name", ["burundi", "car", "mali", "ssudan", "syria"])
def test_shared_instances_are_written_and_read_again(tmp_path: Path, name: str) -> None:
    instance = read_instance(SHARED / name).instance
    again = there_and_back(instance, tmp_path / name)
    assert again.name == name
    assert again.settings_file == tmp_path / name / "simsetting.yml"
    assert facts_of(again) == facts_of(instance)


@st.composite
def instances(draw: st.DrawFn) -> Instance:
    """Draw instances of a few places with any names, joined in a chain that ends in a camp."""
    names = draw(st.lists(NAMES, min_size=3, max_size=6, unique=True))
    keys_ = draw(st.lists(NAMES.map(lambda name: f"my {name}"), max_size=2, unique=True))
    cells = st.dictionaries(st.sampled_from(keys_), NAMES) if keys_ else st.just({})
    kinds = ["conflict_zone", *["town"] * (len(names) - 2), "camp"]
    places = [
        Location(
            name,
            draw(NAMES),
            draw(NAMES),
            draw(st.floats(-90, 90)),
            draw(st.floats(-180, 180)),
            kind,
            draw(st.integers(-5, 500)),
            draw(st.integers(0, 10**12)),
            draw(cells),
        )
        for name, kind in zip(names, kinds, strict=True)
    ]
    roads = [Route(one, other, draw(DISTANCES), draw(st.integers(0, 2)), draw(cells)) for one, other in pairwise(names)]
    length = draw(st.integers(1, 4))
    values = draw(st.lists(st.floats(0.1, 1e6), min_size=length, max_size=length))
    file_name = st.text(string.ascii_letters + " ,é'", min_size=1, max_size=8).map(lambda text: f"{text}.csv")
    files = draw(st.lists(file_name, min_size=2, max_size=2, unique_by=str.casefold))
    counts = [draw(st.dictionaries(st.dates(date(1990, 1, 1), date(2030, 1, 1)), COUNTED, min_size=1)) for _ in files]
    layout = [
        Registrations(name, (CountFile(file, tuple(sorted(by_day)), tuple(by_day[key] for key in sorted(by_day))),))
        for name, file, by_day in zip(("sum of all", names[-1]), files, counts, strict=True)
    ]
    return Instance(
        "drawn",
        draw(st.dates(date(1900, 1, 1), date(2100, 1, 1))),
        length,
        tuple(places),
        tuple(roads),
        DayTable((names[0],), tuple(float(number) for number in range(length)), np.array(values)[:, None]),
        tuple(layout),
        closures=(Closure("location", names[0], "", draw(st.integers(0, 3)), draw(st.integers(-1, 99))),),
    )


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
@given(instances())
def test_any_instance_is_written_and_read_again(tmp_path_factory: pytest.TempPathFactory, instance: Instance) -> None:
    # The texts that write_instance writes, without its waiting for the disk.
    folder = write_files(tmp_path_factory.mktemp("out"), dict(instance_texts(instance)))
    assert facts_of(read_instance(folder).instance) == facts_of(instance)


def test_files_stand_where_the_format_has_them_and_whole_numbers_have_no_point(tmp_path: Path) -> None:
    written = write_instance(small_instance(), tmp_path / "out")
    assert {str(path.relative_to(tmp_path / "out")) for path in written} == {
        "simsetting.yml",
        "input_csv/sim_period.csv",
        "input_csv/locations.csv",
        "input_csv/routes.csv",
        "input_csv/closures.csv",
        "input_csv/conflicts.csv",
        "input_csv/registration_corrections.csv",
        "source_data/data_layout.csv",
        "source_data/total.csv",
        "source_data/dol-camp.csv",
        "source_data/este.csv",
    }
    assert (tmp_path / "out" / "input_csv" / "routes.csv").read_text().splitlines()[1] == "Alba,Brod,80,0"
    assert (tmp_path / "out" / "source_data" / "este.csv").read_text().splitlines()[:2] == [
        "Date,Count",
        f"{START},50",
    ]


def test_a_folder_with_files_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    for folder in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(FileError, match="exists already"):
            write_instance(small_instance(), folder)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert write_instance(small_instance(), tmp_path / "empty")


def place(name: str, **changes: Any) -> tuple[Location, ...]:
    return (replace(LOCATIONS[0], name=name, **changes), *LOCATIONS[1:])


def counted(file: str, count: float = 1.0) -> tuple[Registrations, ...]:
    return (*registrations(COUNTS), Registrations("More", (CountFile(file, (START,), (count,)),)))


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"locations": place("#Alba")}, "write.name"),
    ({"locations": place(" ")}, "write.name"),
    ({"locations": place("two\nlines")}, "write.name"),
    ({"locations": place("Brod")}, "write.twice"),
    ({"locations": place("Alba", attributes={"": "x"})}, "write.name"),
    ({"conflicts": day_table(LENGTH, {" Alba": (0, 3)})}, "write.spaces"),
    ({"registrations": counted("../more.csv")}, "write.file_name"),
    ({"registrations": counted("/more.csv")}, "write.file_name"),
    ({"registrations": counted("data_layout.csv")}, "write.file_name"),
    ({"registrations": counted("")}, "write.file_name"),
    ({"registrations": counted("este.csv")}, "write.counts_differ"),
    ({"demographics": (Demographics("age_group", ("a",), {"Default": (1.0,)}),)}, "write.attribute"),
    ({"agents": AgentTable((), (("Alba",),), (10**9,))}, "write.people"),
]


@pytest.mark.parametrize(("changes", "key"), REFUSED)
def test_what_would_be_read_as_something_else_is_refused_before_anything_is_written(
    tmp_path: Path, changes: dict[str, Any], key: str
) -> None:
    with pytest.raises(DisplacementError) as caught:
        write_instance(small_instance(**changes), tmp_path / "out")
    assert key in keys(list(caught.value.problems))
    assert caught.value.message("fr")
    assert not (tmp_path / "out").exists()


def test_the_same_file_may_be_named_twice_with_the_same_counts(tmp_path: Path) -> None:
    este = registrations(COUNTS)[2].files
    instance = small_instance(registrations=(*registrations(COUNTS), Registrations("More", este)))
    assert there_and_back(instance, tmp_path / "out").registrations == instance.registrations


def test_dates_of_any_century_are_written_with_four_digits(tmp_path: Path) -> None:
    start = date(987, 1, 1)
    counts = CountFile("a.csv", (start, start + timedelta(days=3)), (0.0, 10.0))
    layout = tuple(
        Registrations(name, (replace(counts, file=f"{name}.csv"),)) for name in ("total", "Dol Camp", "Este")
    )
    instance = small_instance(start=start, registrations=layout)
    assert facts_of(there_and_back(instance, tmp_path / "out")) == facts_of(instance)
