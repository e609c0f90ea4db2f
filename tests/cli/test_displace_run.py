"""``havre displace run`` tells what was simulated, with intervals; the same seed writes the same bytes."""

import csv
import json
import os
import re
import resource
import signal
from dataclasses import replace
from pathlib import Path

import pytest

from havre.cli import main
from havre.cli.displace_facts import ran_of
from havre.cli.displace_maps import animation_of, conflict_days, network_map
from havre.cli.displace_options import Asked, prepare
from havre.cli.displace_simulate import Simulated
from havre.displacement import Rules, simulate
from havre.displacement.camp_series import registered
from havre.displacement.flee_files import read_instance
from havre.displacement.instance import Instance, Route
from havre.displacement.outcome import Outcome
from havre.displacement.simulate import MOST_TOGETHER
from havre.errors import DisplacementError, FileError, WorkError
from havre.record import folder as whole_folders
from tests.cli.command import havre, havre_here, run_here, tree
from tests.cli.displace_case import Command, command, tight, told, write
from tests.displacement.small_instances import small_instance

MALI = Path(__file__).parents[3] / "shared" / "data" / "flee" / "mali"
FILES = {"out.csv", "camps.csv", "run.json"}


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return command(monkeypatch, "run")


def rows_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_json_tells_what_the_simulation_gives(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", tight())
    found = told(run(folder, "--replicas", "30", "--seed", "5", "--json"))
    instance = read_instance(folder).instance
    outcome = simulate(instance, replicas=30, seed=5)
    assert (found["instance"], found["days"], found["replicas"], found["seed"]) == ("small", 20, 30, 5)
    assert (found["simulated"], found["automated"], found["published"]) == (True, True, False)
    assert [row["camp"] for row in found["camps"]] == list(outcome.camps) == ["Dol Camp", "Este"]
    for row in found["camps"]:
        low, middle, high = (float(each) for each in outcome.quantiles()[:, -1, outcome.camps.index(row["camp"])])
        assert row["last_day"]["median"] == pytest.approx(middle)
        assert (row["last_day"]["low"], row["last_day"]["high"]) == (pytest.approx(low), pytest.approx(high))
    assert found["people"]["displaced"]["median"] == outcome.people[0, -1] == 1_800
    assert found["people"]["registered_in_camps"] == 1_800
    assert found["ard"]["normal"]["mean"] == pytest.approx(ard(outcome, instance), abs=1e-6)
    assert found["ard"]["normal"]["sd"] > 0


def ard(outcome: Outcome, instance: Instance) -> float:
    """Give the averaged relative difference once more, as it is defined."""
    truth = registered(instance).counts
    per_day = abs(outcome.camp_counts - truth).sum(axis=2) / truth.sum(axis=1)
    return float(per_day.mean())


def test_a_full_camp_is_told_with_its_days(run: Command, tmp_path: Path) -> None:
    found = told(run(write(tmp_path / "small", tight()), "--json"))
    dol, este = found["camps"]
    assert (este["capacity"], este["capacity_in_force"]) == (400, 350), "the 50 people of day 0 are taken off"
    assert este["full"]["chance"] == 1
    assert "2020-01-02" < este["full"]["from"] <= este["full"]["median"] <= este["full"]["to"] < "2020-01-20"
    assert dol["full"] == {"from": None, "median": None, "to": None, "chance": 0}
    assert found["full"]["share_of_capacity"] == 0.95
    earlier = told(run(tmp_path / "small", "--full", "0.5", "--json"))
    assert earlier["camps"][1]["full"]["to"] < este["full"]["from"]
    assert earlier["full"]["share_of_capacity"] == 0.5


def test_one_run_has_no_interval_and_says_so(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    found = told(run(folder, "--replicas", "1", "--json"))
    assert all(row["last_day"]["low"] is None and row["last_day"]["high"] is None for row in found["camps"])
    assert found["ard"]["normal"]["sd"] is None
    assert "--replicas 100 gives intervals" in run(folder, "--replicas", "1").stdout
    assert "--replicas 100" not in run(folder, "--replicas", "2").stdout


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        ("en", ["a simulation, not a count", "no person has reviewed them", "nothing is published", "no limit",
                "Averaged relative difference", "Peak memory", "in no run", "full (90 % sure)"]),
        ("fr", ["une simulation, pas un comptage", "personne ne les a relus", "rien n’est publié", "sans limite",
                "Différence relative moyenne", "Mémoire maximale", "dans aucune simulation", "plein (sûr à 90 %)"]),
    ],
)  # fmt: skip
def test_the_table_is_told_in_both_languages(run: Command, tmp_path: Path, lang: str, words: list[str]) -> None:
    folder = write(tmp_path / "small", tight(capacity=0))
    shown = run(folder, "--replicas", "3", lang=lang).stdout
    assert [word for word in words if word not in " ".join(shown.split())] == []
    assert "Dol Camp" in shown


def test_what_it_costs_is_told_and_enters_no_file(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    ran = run(folder, "--replicas", "4", "--json", "--out", "out")
    found = told(ran)
    seconds, each, start, memory = re.findall(r"[\d.]*\d", ran.stderr)
    assert 0 < float(each) == pytest.approx(float(seconds) / 4, abs=2e-3)
    assert float(start) > 0
    assert float(memory) > 10
    kept = json.loads((tmp_path / "out" / "run.json").read_text())
    assert kept == {**found, "out_csv": kept["out_csv"]}
    again = run(folder, "--replicas", "4", "--json", "--workers", "2")
    assert again.stdout == ran.stdout


def test_the_same_seed_gives_the_same_bytes_whoever_works(run: Command, tmp_path: Path) -> None:
    write(tmp_path / "small", tight())
    for name, seed, workers in (("one", "3", "1"), ("two", "3", "2"), ("other", "4", "1")):
        ran = run(
            "small",
            "--replicas",
            str(MOST_TOGETHER + 5),
            "--days",
            "12",
            "--seed",
            seed,
            "--workers",
            workers,
            "--out",
            name,
        )
        assert ran.exit_code == 0
    one, two, other = (
        {file: (tmp_path / name / file).read_bytes() for file in FILES} for name in ("one", "two", "other")
    )
    assert one == two
    assert one["camps.csv"] != other["camps.csv"]


def test_files_hold_the_mean_or_one_run(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    outcome = simulate(read_instance(folder).instance, replicas=3, seed=1)
    for out, more in (("mean", []), ("second", ["--replica", "1"])):
        assert run(folder, "--replicas", "3", "--seed", "1", "--out", out, *more).exit_code == 0
        assert tree(tmp_path / out) == FILES
    means, second = (rows_of(tmp_path / out / "out.csv") for out in ("mean", "second"))
    assert [float(row["Este sim"]) for row in means] == pytest.approx(outcome.camp("Este").mean(axis=0), abs=1e-4)
    assert [int(row["Este sim"]) for row in second] == outcome.camp("Este")[1].tolist()
    assert second[0]["Date"] == "2020-01-02", "the day after, as in Flee"
    assert json.loads((tmp_path / "second" / "run.json").read_text())["out_csv"] == "run 1"
    days = [row for row in rows_of(tmp_path / "mean" / "camps.csv") if row["camp"] == "Este"]
    middle, high = outcome.quantiles((0.5, 0.9))[:, :, outcome.camps.index("Este")]
    assert [float(row["quantile_0.5"]) for row in days] == pytest.approx(middle.tolist())
    assert [float(row["quantile_0.9"]) for row in days] == pytest.approx(high.tolist(), abs=1e-4)
    assert [row["day"] for row in days if row["observed"] == "1"] == ["0", "10", "19"]
    assert (days[10]["registered"], days[10]["capacity_in_force"], days[10]["date"]) == ("300", "1950", "2020-01-11")


def test_a_wish_for_files_is_checked_before_the_work(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "small")

    def never(*_: object, **__: object) -> None:
        raise AssertionError("simulated all the same")

    monkeypatch.setattr("havre.displacement.simulate", never)
    assert isinstance(run("small", "--out", "small").exception, FileError)
    assert isinstance(run("small", "--out", "new", "--replica", "20").exception, DisplacementError)
    assert run("small", "--replica", "0").exit_code == 2
    assert isinstance(run("small", "--map", "map.gif").exception, FileError)
    assert isinstance(run("small", "--animation", "days.svg").exception, FileError)
    assert isinstance(run("small", "--picture", "no-such-folder/camps.svg").exception, FileError)
    assert isinstance(run("small", "--workers", "many").exception, WorkError)
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


@pytest.mark.parametrize(("lang", "words"), [("en", "Not counted on that day"), ("fr", "Non comptés ce jour-là")])
def test_what_was_not_counted_on_the_last_day_is_marked(run: Command, tmp_path: Path, lang: str, words: str) -> None:
    folder = write(tmp_path / "small")
    counted, filled_in = (run(folder, "--days", days, "--replicas", "2", lang=lang).stdout for days in ("20", "15"))
    assert words not in counted
    assert "*" not in counted
    assert words in filled_in
    assert len(re.findall(r"\d\*", filled_in)) == 2
    camps = told(run(folder, "--days", "15", "--replicas", "2", "--json"))["camps"]
    assert [row["registered_counted"] for row in camps] == [False, False]


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder in which nobody can write")
def test_where_nothing_can_be_written_is_told_before_the_work(
    run: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "small")
    monkeypatch.setattr("havre.displacement.simulate", None)
    for option, path in (("--out", "x"), ("--picture", "x.svg"), ("--map", "x.svg"), ("--animation", "x.html")):
        assert isinstance(run("small", option, f"/proc/{path}").exception, FileError), option
    (tmp_path / "file").touch()
    assert isinstance(run("small", "--out", "file/sub").exception, FileError)


def test_a_full_disk_leaves_nothing_that_stands_in_the_way(run: Command, tmp_path: Path) -> None:
    write(tmp_path / "small")

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (500, 500))

    asked = ("displace", "run", "small", "--replicas", "2", "--out", "out")
    ended = havre(*asked, cwd=tmp_path, before=small_files)
    assert ended.returncode == 2
    assert "out: " in ended.stderr
    assert "Traceback" not in ended.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["small"]
    assert havre_here(*asked, cwd=tmp_path).returncode == 0
    assert tree(tmp_path / "out") == FILES


def test_the_end_of_the_process_leaves_nothing_that_stands_in_the_way(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "small")
    whole = whole_folders._write

    def ended_after_one(path: Path, content: bytes) -> None:
        whole(path, content)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(whole_folders, "_write", ended_after_one)
    before = signal.signal(signal.SIGTERM, signal.SIG_DFL)
    try:
        asked = ("displace", "run", "small", "--replicas", "2", "--out", "out")
        assert run_here(monkeypatch, *asked, cwd=tmp_path, lang="fr") == main.TERMINATED
    finally:
        signal.signal(signal.SIGTERM, before)
    assert "Interrompu" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["small"]


def test_hasten_is_honoured_and_told_and_the_command_line_has_the_last_word(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", hasten=10)
    found = told(run(folder, "--json"))
    assert (found["hasten"], found["people"]["displaced"]["median"]) == (10, 180)
    assert found["unit"] == "simulated persons, each for 10 people"
    assert "--hasten 1 simulates everyone" in found["notes"][0]
    assert "one simulated person stands for 10 people" in run(folder).stdout
    whole = told(run(folder, "--hasten", "1", "--json"))
    assert (whole["hasten"], whole["unit"], whole["people"]["displaced"]["median"]) == (1, "people", 1_800)
    assert whole["notes"] == ["hasten is 1 because the command line says so; the settings say 10."]


def test_a_log_of_persons_is_refused_unless_left_out(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", agent=1)
    refused = run(folder)
    assert isinstance(refused.exception, DisplacementError)
    assert "without following anyone" in refused.exception.message()
    assert "--without-agents-out" in refused.exception.advice()
    found = told(run(folder, "--without-agents-out", "--json"))
    assert "agents.out is not written" in found["notes"][0]


def test_rules_and_switches_change_what_is_simulated(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", tight())
    flee = told(run(folder, "--json"))
    documented = told(run(folder, "--rules", "documented", "--json"))
    switched = told(run(folder, "--switch", "day0-lowers-capacity=off", "--json"))
    back = told(run(folder, "--rules", "documented", "--switch", "day0_lowers_capacity=on", "--json"))
    every = (flee, documented, switched, back)
    assert [each["camps"][1]["capacity_in_force"] for each in every] == [350, 400, 400, 350]
    assert switched["switches"] == {"day0_lowers_capacity": False}
    assert len({each["draws_sha256"] for each in every}) == 4
    frozen = told(run(folder, "--occupancy", "frozen", "--json"))
    assert frozen["steps"]["most"] == 1 < flee["steps"]["most"]
    assert "day0_lowers_capacity = off" in run(folder, "--switch", "day0_lowers_capacity=off").stdout


def test_fewer_days_are_simulated(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    found = told(run(folder, "--days", "11", "--json"))
    assert (found["days"], found["people"]["registered_in_camps"]) == (11, 900)
    assert isinstance(run(folder, "--days", "21").exception, DisplacementError)


def test_towns_that_rules_make_camps_have_no_registrations(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", default_movechance=0.004)
    found = told(run(folder, "--replicas", "2", "--out", "out", "--json"))
    cerna = next(row for row in found["camps"] if row["camp"] == "Cerna")
    assert (cerna["registered"], cerna["capacity"], cerna["capacity_in_force"]) == (None, None, None)
    assert cerna["last_day"]["median"] > 0
    assert "Cerna sim" not in rows_of(tmp_path / "out" / "out.csv")[0]
    with_cerna = [row for row in rows_of(tmp_path / "out" / "camps.csv") if row["camp"] == "Cerna"]
    assert {row["registered"] for row in with_cerna} == {""}


def test_a_name_with_brackets_is_shown_as_it_is(run: Command, tmp_path: Path) -> None:
    def named(name: str) -> str:
        return "Este [red]" if name == "Este" else name

    whole = small_instance()
    instance = small_instance(
        locations=tuple(replace(place, name=named(place.name)) for place in whole.locations),
        routes=tuple(replace(road, name2=named(road.name2)) for road in whole.routes),
        registrations=tuple(replace(row, name=named(row.name)) for row in whole.registrations),
    )
    assert "Este [red]" in run(write(tmp_path / "small", instance), "--replicas", "2").stdout


@pytest.mark.parametrize(("lang", "words"), [("en", "Simulated, not counted"), ("fr", "Simulé, non compté")])
def test_pictures_are_written(run: Command, tmp_path: Path, lang: str, words: str) -> None:
    folder = write(tmp_path / "small", tight())
    files = ("--picture", "camps.svg", "--map", "map.svg", "--animation", "days.html")
    ran = run(folder, "--replicas", "5", *files, lang=lang)
    assert ran.exit_code == 0, ran.exception
    for name in ("camps.svg", "map.svg", "days.html"):
        text = (tmp_path / name).read_text(encoding="utf-8")
        assert name in ran.stdout
        assert "Dol Camp" in text
        assert words in text
    assert "95" in (tmp_path / "camps.svg").read_text(encoding="utf-8")
    assert "Simulated, not counted" in (tmp_path / "days.html").read_text(encoding="utf-8"), "both languages inside"


def test_pictures_of_one_run_and_of_towns_that_became_camps(run: Command, tmp_path: Path) -> None:
    folder = write(tmp_path / "small", tight(capacity=0), default_movechance=0.004)
    files = ("--picture", "camps.svg", "--map", "map.svg", "--animation", "days.html")
    assert run(folder, "--replicas", "1", "--days", "9", *files, "--json").exit_code == 0
    assert "Cerna" in (tmp_path / "camps.svg").read_text(encoding="utf-8")


def test_the_map_has_conflict_zones_and_adds_up_doubled_roads(tmp_path: Path) -> None:
    instance = small_instance(routes=(*small_instance().routes, Route("Alba", "Brod", 90.0)))
    prepared = prepare(Asked(folder=write(tmp_path / "small", instance)))
    outcome = simulate(prepared.instance, replicas=4, record=("locations", "flows", "daily_flows"))
    ran = ran_of(tmp_path, prepared, Simulated(outcome), None)
    drawn = network_map(ran)
    kinds = dict(drawn.places.select("name", "kind").iter_rows())
    assert kinds == {"Alba": "conflict", "Brod": "conflict", "Cerna": "town", "Hub": "other", "Dol Camp": "camp",
                     "Este": "camp"}  # fmt: skip
    assert outcome.link_flows is not None
    assert drawn.links.height == 2 * len(small_instance().routes)
    assert drawn.links["flow"].sum() == pytest.approx(outcome.link_flows.sum())
    assert conflict_days(ran).sum(axis=0).tolist() == [20, 15, 0, 0, 0, 0]
    film = animation_of(ran)
    assert film.flows.sum() == pytest.approx(outcome.link_flows.sum())
    assert film.counted is not None
    assert film.counted[10].tolist() == [600, 300]


def test_faults_of_the_instance_are_told_with_code_2(tmp_path: Path) -> None:
    folder = write(tmp_path / "small")
    routes = folder / "input_csv" / "routes.csv"
    routes.write_text(routes.read_text().replace("80,", "-80,").replace("Cerna,Hub", "Cerna,Hubb"))
    ran = havre_here("displace", "run", folder, "--lang", "en", cwd=tmp_path)
    assert (ran.returncode, ran.stdout) == (2, "")
    assert "row 2" in ran.stderr
    assert "Near: Hub" in ran.stderr
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(not MALI.is_dir(), reason="the shared instances are not at hand")
def test_mali_runs_unchanged(run: Command) -> None:
    found = told(run(MALI, "--replicas", "1", "--json"))
    assert (found["days"], found["people"]["displaced"]["mean"], found["hasten"]) == (300, 89_991, 1)
    assert found["ard"]["normal"]["mean"] == pytest.approx(0.381, abs=0.006)
    assert Rules.named(found["rules"]) == Rules.flee()
