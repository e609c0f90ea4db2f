"""``havre scenario`` shows base and IF side by side, with what the sizes rest on."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from havre.cli.scenario import parse_range, parse_sized
from havre.errors import ForecastError, PlaceError
from tests.cli.command import run_raising
from tests.small_panel import small_panel


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


@pytest.fixture
def panel(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    small_panel().write_parquet(tmp_path / "panel.parquet")
    return tmp_path


QUICK = ("--panel", "panel.parquet", "--horizons", "2", "--draws", "100")
ARRIVALS = ("scenario", "--measure", "sea_arrivals", *QUICK)
APPLICATIONS = ("scenario", "--measure", "asylum_applications", "--destination", "DEU", *QUICK)


@pytest.mark.parametrize(
    ("lang", "words"),
    [("en", ("IF – a scenario, not a forecast", "IS AN ASSUMPTION", "without", "difference")),
     ("fr", ("SI – un scénario, pas une prévision", "EST UNE HYPOTHÈSE", "sans", "différence"))],
)  # fmt: skip
def test_a_closed_route_is_shown_as_if(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], lang: str, words: tuple[str, ...]
) -> None:
    run_raising(monkeypatch, *ARRIVALS, "--close-route", "ITA", "--from", "2019-02", lang=lang)
    shown = capsys.readouterr().out
    for word in words:
        assert word in shown
    assert "2019-01" in shown
    assert "close[1].diverted" in shown


def test_json_has_the_pairs_and_the_ledger(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = (*ARRIVALS, "--close-route", "ITA", "--diverted", "0.5", "--json")
    told = []
    for _ in range(2):
        run_raising(monkeypatch, *arguments)
        told.append(capsys.readouterr().out)
    assert told[0] == told[1]
    [found] = json.loads(told[0])["scenarios"]
    assert found["kind"] == "if"
    assert {row["kind"] for row in found["months"]} == {row["kind"] for row in found["sums"]} == {"if"}
    italy = [row for row in found["months"] if row["destination"] == "ITA"]
    assert [row["if"]["median"] for row in italy] == [0, 0]
    assert italy[0]["difference"]["median"] == pytest.approx(-italy[0]["base"]["median"])
    people = found["people"]
    assert people["diverted"] == pytest.approx(people["closed"] / 2)
    assert found["scenario"]["close"][0]["from"] == "2019-01-01"


def test_a_shock_of_a_percentage_and_a_level(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    run_raising(monkeypatch, *APPLICATIONS, "--shock", "Syria=+30%", "--level", "DEU=x2", "--json")
    [found] = json.loads(capsys.readouterr().out)["scenarios"]
    ratio = {row["origin"]: row["if"]["median"] / row["base"]["median"] for row in found["months"]
             if row["base"]["median"]}  # fmt: skip
    assert ratio["SYR"] == pytest.approx(2.6, rel=1e-3)
    assert ratio["AFG"] == pytest.approx(2.0, rel=1e-3)
    assert [each["effect"] for each in found["evidence"]] == ["level[1].factor", "shock[1].change"]


def test_a_file_with_its_table_of_arrivals(
    panel: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (panel / "arrivals.csv").write_text("month,destination,draw,persons\n2019-01,DEU,0,100\n2019-01,DEU,1,300\n")
    (panel / "s.toml").write_text(
        'name = "War"\n[[shock]]\norigin = "AFG"\nfrom = "2019-01"\narrivals = "arrivals.csv"\n', encoding="utf-8"
    )
    run_raising(monkeypatch, *APPLICATIONS, "--file", "s.toml", "--json")
    [found] = json.loads(capsys.readouterr().out)["scenarios"]
    [january] = [row for row in found["months"] if row["origin"] == "AFG" and row["month"] == "2019-01"]
    assert (january["difference"]["low"], january["difference"]["high"]) == (100, 300)


@pytest.mark.parametrize(
    ("arguments", "key"),
    [
        ((), "scenario.no_event"),
        (("--close-route", "GBR"), "scenario.no_series"),
        (("--close-route", "ITA", "--from", "2030-01"), "scenario.outside"),
        (("--close-route", "ITA", "--from", "June"), "scenario.bad_value"),
        (("--close-route", "ITA", "--diverted", "1.5"), "scenario.bad_value"),
        (("--close-route", "ITA", "--diverted", "half"), "scenario.option"),
        (("--close-route", "Itly"), "places.unknown_label"),
        (("--shock", "SYR"), "scenario.option"),
        (("--shift-season", "9"), "scenario.bad_value"),
        (("--open-route", "ITA=x2"), "scenario.unknown_key"),
    ],
)
def test_mistakes_are_told(panel: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], key: str) -> None:
    with pytest.raises((ForecastError, PlaceError)) as caught:
        run_raising(monkeypatch, *ARRIVALS, *arguments)
    keys = [problem.key for problem in caught.value.problems]
    assert key in keys or (key.startswith("places.") and keys[0].startswith("places."))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("SYR=+30%", ("SYR", "change", [0.3, 0.3])),
        ("syr=-20..40%", ("SYR", "change", [-0.4, -0.2])),
        ("Syria=50000", ("SYR", "persons", [50000, 50000])),
        ("DEU=x1.5..2", ("DEU", "factor", [1.5, 2])),
    ],
)
def test_sizes_of_options(text: str, found: tuple[str, str, list[float]]) -> None:
    assert parse_sized("--shock", text) == found


@pytest.mark.parametrize("text", ["SYR=x2%", "SYR=", "=3", "SYR=1..", "SYR=1e3", "SYR=-x2"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(ForecastError, match="cannot be read"):
        parse_sized("--shock", text)


def test_ranges_of_options() -> None:
    assert parse_range("--share", "0.2..0.6") == [0.2, 0.6]
    assert parse_range("--share", "1") == [1, 1]
    with pytest.raises(ForecastError):
        parse_range("--share", "-1")
