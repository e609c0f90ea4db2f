"""From a small panel to a release folder: same bits for same input, nothing from the future, nothing suppressed."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path

import polars as pl
import pytest

from havre.errors import FileError, ForecastError, PanelError, PlaceError, RecordError, SourceError
from havre.evaluate.protocol import rolling_origins
from havre.forecast.outlook import OutlookOptions, make_outlook
from havre.forecast.quantile_trees import ROUNDS
from havre.months import add_months
from havre.panel.scope import Scope
from havre.pipeline import (
    PanelInput,
    check_output,
    code_version,
    find_scopes,
    import_observations,
    judge_scope,
    load_panel,
    make_release,
    measure_names,
    publish,
)
from havre.record.tables import Release
from tests.record.hub_rules import hub_problems
from tests.small_panel import APPLICATIONS, ARRIVALS, FIRST, LAST, MONTHS, small_panel, with_value, without

FAST = OutlookOptions(horizons=3, draws=100, backtest_months=2, seed=5)
TODAY = date(2019, 3, 1)
GERMANY = {"measure": "asylum_applications", "destination": "DEU"}
COASTS = {"measure": "sea_arrivals"}


def release_of(
    panel: pl.DataFrame,
    requests: Sequence[dict[str, str]] = (GERMANY, COASTS),
    *,
    options: OutlookOptions = FAST,
    known_on: date | None = None,
    threshold: int = 10,
) -> Release:
    data = PanelInput(panel)
    scopes = find_scopes(data.known_on(known_on).observations, requests)
    purpose = None if threshold else "Test with made-up counts."
    return make_release(data, scopes, options, made_on=TODAY, known_on=known_on, threshold=threshold, purpose=purpose)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.fixture(scope="module", autouse=True)
def _few_trees() -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        yield


@pytest.fixture(scope="module")
def release() -> Release:
    return release_of(small_panel())


def test_a_release_says_what_it_was_made_of(release: Release) -> None:
    facts = release.facts
    assert re.fullmatch(r"havre-2019-03-01-[0-9a-f]{8}", facts.id)
    assert facts.code_version == code_version()
    assert re.fullmatch(r"\d+\.\d+\.\d+\+[0-9a-f]{12}", facts.code_version)
    assert (facts.seed, facts.threshold, facts.made_on, facts.reference_only) == (5, 10, TODAY, False)
    assert facts.ensemble == "ensemble"
    assert set(facts.members) | {facts.ensemble} >= set(release.forecasts["model"])
    chosen = {key: facts.options[key] for key in ("horizons", "draws", "backtest_months", "known_on", "scopes")}
    scopes = [APPLICATIONS, ARRIVALS]
    assert chosen == {"horizons": 3, "draws": 100, "backtest_months": 2, "known_on": None, "scopes": scopes}
    assert "workers" not in facts.options
    assert {scope: [row["horizon"] for row in rows] for scope, rows in facts.options["past_alarms"].items()} == {  # type: ignore[attr-defined]
        scope: [1, 2, 3] for scope in scopes
    }
    # The last origins whose three months ahead are all known.
    assert facts.backtest_origins == dict.fromkeys(scopes, (add_months(LAST, -4), add_months(LAST, -3)))
    assert [credit.id for credit in facts.sources] == ["bamf", "unhcr_odp"]
    assert {(credit.first_period, credit.last_period) for credit in facts.sources} == {(FIRST, LAST)}
    assert {credit.as_of for credit in facts.sources} == {date(2019, 1, 15)}
    assert all(credit.licence and credit.attribution and credit.url for credit in facts.sources)


def test_a_release_holds_every_series_with_enough_history(release: Release) -> None:
    series = release.series.select("scope", "origin", "destination", "level").rows()
    assert sorted(series) == [
        (APPLICATIONS, "AFG", "DEU", "corridor"),
        (APPLICATIONS, "ERI", "DEU", "corridor"),
        (APPLICATIONS, "SYR", "DEU", "corridor"),
        (APPLICATIONS, "TOT", "DEU", "total"),
        (ARRIVALS, "TOT", "ESP", "destination"),
        (ARRIVALS, "TOT", "GRC", "destination"),
        (ARRIVALS, "TOT", "ITA", "destination"),
        (ARRIVALS, "TOT", "TOT", "total"),
    ]
    assert set(release.series["last_month"]) == {LAST}
    assert set(release.series["forecasts_scored"]) == {2 * 3}
    assert release.series["wis_ratio"].null_count() == 0
    ensemble = release.forecasts.filter(model="ensemble")
    assert ensemble.height == 8 * 3 * 23
    assert release.history.height == 8 * MONTHS
    assert release.skill.group_by("scope", "horizon").len().height == 2 * 3


def test_too_little_history_is_named(release: Release) -> None:
    left_out = release.facts.options["left_out"]
    assert isinstance(left_out, dict)
    assert left_out[ARRIVALS] == []
    [reason] = left_out[APPLICATIONS]
    assert "TON→DEU" in reason
    assert "TON" not in release.history["origin"]


def test_a_release_is_written_as_a_sound_hub_and_the_same_twice(release: Release, tmp_path: Path) -> None:
    first = publish(release, tmp_path / "first")
    assert hub_problems(first) == []
    again = publish(release_of(small_panel()), tmp_path / "again")
    assert contents(first) == contents(again)
    other = publish(replace(release, facts=replace(release.facts, seed=6)), tmp_path / "other")
    assert contents(other)["manifest.json"] != contents(first)["manifest.json"]


def test_two_workers_give_the_bits_of_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Workers are processes of their own, in which there are as many rounds as ever.
    monkeypatch.setattr("havre.forecast.quantile_trees.ROUNDS", ROUNDS)
    one, two = (release_of(small_panel(), [GERMANY], options=replace(FAST, workers=workers)) for workers in (1, 2))
    assert contents(publish(two, tmp_path / "two")) == contents(publish(one, tmp_path / "one"))


def test_nothing_that_became_known_later_changes_a_byte(tmp_path: Path) -> None:
    """Garbage after the day of knowledge: later months, and later revisions of months that were known."""
    panel, day = small_panel(), date(2018, 6, 20)
    later = pl.col("as_of") > day
    poisoned = panel.with_columns(value=pl.when(later).then(987_654_321.0).otherwise("value"))
    revised = panel.filter(~later).with_columns(value=pl.lit(123_456_789.0), as_of=pl.lit(date(2018, 6, 21)))
    clean = publish(release_of(panel, known_on=day), tmp_path / "clean")
    dirty = publish(release_of(pl.concat([poisoned, revised]), known_on=day), tmp_path / "dirty")
    assert contents(clean) == contents(dirty)
    manifest = json.loads((clean / "manifest.json").read_text())
    assert {source["last_period"] for source in manifest["sources"]} == {"2018-05-01"}
    assert pl.read_parquet(clean / "target-data" / "time-series.parquet")["target_end_date"].max() == date(2018, 5, 1)
    # The same garbage a day earlier would have been seen.
    seen = publish(release_of(pl.concat([poisoned, revised]), known_on=date(2018, 6, 21)), tmp_path / "seen")
    assert contents(seen)["forecast.csv"] != contents(clean)["forecast.csv"]


def test_other_choices_make_another_release() -> None:
    made = [release_of(small_panel(), [COASTS], options=replace(FAST, seed=seed)).facts.id for seed in (1, 1, 2)]
    assert made[0] == made[1] != made[2]


def test_a_gap_is_refused_or_the_series_left_out_and_named() -> None:
    panel = without(small_panel(), "ESP", 30, 31)
    with pytest.raises(ForecastError, match="ESP.*2016-07"):
        release_of(panel, [COASTS])
    found = release_of(panel, [COASTS], options=replace(FAST, leave_out_gaps=True))
    assert sorted(found.series["destination"]) == ["GRC", "ITA"]
    left_out = found.facts.options["left_out"]
    assert isinstance(left_out, dict)
    [reason] = left_out[ARRIVALS]
    assert re.search("ESP.*2016-07.*2016-08", reason)


def test_series_that_end_apart_are_forecast_from_their_own_end() -> None:
    found = release_of(without(small_panel(), "ESP", MONTHS - 1, MONTHS - 2), [COASTS])
    ends = dict(found.series.select("destination", "last_month").iter_rows())
    # Nor is there a total: it would end with the slowest of them and contradict what the others know.
    assert ends == {"ESP": add_months(LAST, -2), "ITA": LAST, "GRC": LAST}
    first = found.forecasts.filter(horizon=1).select("destination", "target_month").unique()
    assert dict(first.iter_rows()) == {code: add_months(end, 1) for code, end in ends.items()}


def test_one_origin_is_forecast_beside_what_teaches_it() -> None:
    found = release_of(small_panel(), [{**GERMANY, "origin": "SYR"}])
    assert found.series["origin"].to_list() == ["SYR"]
    assert set(found.history["origin"]) == {"SYR"}
    with pytest.raises(PlaceError, match="ETH.*Near matches.*ERI"):
        release_of(small_panel(), [{**GERMANY, "origin": "ETH"}])


SMALL, SECOND = 9_871.0, 123_457.0


def planted(threshold: int) -> Release:
    """A small month of one coast, and a month of another that would give it back."""
    coasts = small_panel().filter(measure="sea_arrivals").with_columns(pl.col("value") * 100)
    return release_of(
        with_value(with_value(coasts, "GRC", MONTHS - 3, SMALL), "ESP", MONTHS - 3, SECOND),
        [COASTS],
        threshold=threshold,
    )


def numbers_in(folder: Path) -> set[float]:
    found: set[float] = set()
    for name, content in contents(folder).items():
        if name.endswith(".parquet"):
            columns = pl.read_parquet(folder / name).select(pl.selectors.float())
            found |= {float(value) for column in columns for value in column}
        else:
            # Thousands are set apart by a comma in English and by a narrow space in French.
            text = re.sub(r"(?<=\d)[,\u202f\u00a0](?=\d{3})", "", content.decode())
            found |= {float(token) for token in re.findall(r"(?<![\w.])\d{1,9}(?:\.\d+)?(?![\w.])", text)}
    return found


def test_a_suppressed_value_is_in_no_file_of_a_release(tmp_path: Path) -> None:
    protected = planted(10_000)
    hidden = protected.history.filter("suppressed")
    assert sorted(hidden["destination"]) == ["ESP", "GRC"]
    found = numbers_in(publish(protected, tmp_path / "protected"))
    assert not {SMALL, SECOND} & found
    assert {SMALL, SECOND} <= numbers_in(publish(planted(0), tmp_path / "open")), "the search can find them"


def test_no_model_says_a_suppressed_month_again() -> None:
    """The quantiles of a climatology are past months; of a hidden one it sees what stands for it."""
    protected = planted(10_000)
    said = protected.forecasts.filter(pl.col("destination") != "ITA")["value"]
    assert not said.is_in([SMALL, SECOND]).any()
    assert set(protected.forecasts.filter(model="mixture")["destination"]) == {"ESP", "GRC", "ITA", "TOT"}
    assert set(protected.forecasts.filter(model="ensemble")["destination"]) == {"ESP", "GRC", "ITA", "TOT"}
    means = dict(protected.series.select("destination", "recent_mean").iter_rows())
    assert means["ESP"] is means["GRC"] is None
    assert means["ITA"]
    assert means["TOT"]


def test_where_everything_is_small_there_is_nothing_to_publish() -> None:
    with pytest.raises(RecordError, match="1000000"):
        release_of(small_panel(), [COASTS], threshold=1_000_000)


def test_progress_is_told() -> None:
    told: list[tuple[str, int, int]] = []
    data = PanelInput(small_panel())
    make_release(
        data,
        find_scopes(data.observations, [COASTS]),
        FAST,
        made_on=TODAY,
        progress=lambda name, done, total: told.append((name, done, total)),
    )
    assert told == [(f"{ARRIVALS} backtest", 1, 2), (f"{ARRIVALS} backtest", 2, 2), (f"{ARRIVALS} forecast", 1, 1)]


def test_the_reference_snapshot_has_four_default_scopes() -> None:
    data = load_panel(None)
    assert data.reference
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in data.hashes.values())
    assert [scope.id for scope in find_scopes(data.observations)] == [
        "asylum_applications/bamf/DEU/origin",
        "asylum_applications/eurostat/all/destination",
        "sea_arrivals/uk_home_office/all/destination",
        "sea_arrivals/unhcr_odp/all/destination",
    ]


def test_a_scope_is_found_once() -> None:
    wanted = Scope("asylum_applications", "bamf", "origin", None, "DEU")
    assert find_scopes(small_panel(), [GERMANY, GERMANY]) == (wanted,)
    with pytest.raises(PanelError, match="asylum_aplications.*asylum_applications"):
        find_scopes(small_panel(), [{"measure": "asylum_aplications"}])


@pytest.mark.parametrize("ending", ["parquet", "csv"])
def test_a_panel_is_read_from_a_file(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"panel.{ending}"
    if ending == "csv":
        small_panel().write_csv(path)
    else:
        small_panel().write_parquet(path)
    data = load_panel(str(path))
    assert data.observations.equals(small_panel())
    assert list(data.hashes) == [path.name]
    assert not data.reference


def test_a_panel_is_read_from_a_store(tmp_path: Path) -> None:
    path, store = tmp_path / "panel.csv", tmp_path / "store"
    small_panel().write_csv(path)
    assert import_observations("observations", path, str(store), as_of=None) == small_panel().height
    assert import_observations("observations", path, str(store), as_of=None) == 0
    data = load_panel(str(store))
    assert data.observations.sort(pl.all()).equals(small_panel().sort(pl.all()))
    assert list(data.hashes) == [part.name for part in store.iterdir()]


def test_a_missing_or_empty_store_is_an_error(tmp_path: Path) -> None:
    for address in (str(tmp_path), str(tmp_path / "nowhere"), "nothing://here"):
        with pytest.raises(FileError):
            load_panel(address)


def test_unknown_importers_and_missing_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="frontx.*frontex"):
        import_observations("frontx", tmp_path / "a.csv", str(tmp_path), as_of=TODAY)
    with pytest.raises(FileError, match="no such file"):
        import_observations("frontex", tmp_path / "a.csv", str(tmp_path / "store"), as_of=TODAY)
    assert list(tmp_path.iterdir()) == []


def test_a_backtest_judges_the_parts_and_not_the_total() -> None:
    origins = rolling_origins(add_months(LAST, -4), add_months(LAST, -3))
    models = ("rw_pooled", "mean3_pooled")
    [(scope, card)] = judge_scope(
        PanelInput(small_panel()), GERMANY, origins, models=models, horizons=2, seed=1, workers=1
    )
    assert scope.id == APPLICATIONS
    assert [key.origin for key in card.keys] == ["AFG", "ERI", "SYR"]
    assert (card.models, card.origins, card.horizons) == (models, tuple(origins), 2)


@pytest.mark.parametrize(("first", "last"), [("1999-01", "1999-02"), ("2018-01", "2030-01")])
def test_a_backtest_stays_inside_the_data(first: str, last: str) -> None:
    origins = rolling_origins(*(date.fromisoformat(f"{month}-01") for month in (first, last)))
    with pytest.raises(ForecastError, match=r"1999-01|2030-01"):
        list(judge_scope(PanelInput(small_panel()), GERMANY, origins, models=("rw_pooled",), horizons=2, seed=1,
                         workers=1))  # fmt: skip


def test_every_measure_has_a_name_in_both_languages() -> None:
    assert all(names["en"] and names["fr"] for names in measure_names().values())
    assert measure_names()["sea_arrivals"] == {"en": "Arrivals by sea", "fr": "Arrivées par la mer"}


def test_the_place_of_a_release_is_checked_before_any_work(tmp_path: Path) -> None:
    check_output(tmp_path / "release")
    (tmp_path / "note.txt").touch()
    with pytest.raises(FileError):
        check_output(tmp_path)


def test_a_file_cannot_be_published_before_its_last_month_began(tmp_path: Path) -> None:
    file = tmp_path / "ibc.csv"
    file.write_text("route,type,nat,month,n\nWestern Balkan Route,Land,SYR,2020-05-01,7\n", encoding="utf-8")
    with pytest.raises(PanelError, match=r"ibc\.csv: published on 2019-06-03.* 2020-05-01"):
        import_observations("frontex", file, str(tmp_path / "store"), as_of=date(2019, 6, 3))
    assert not (tmp_path / "store").exists()
    assert import_observations("frontex", file, str(tmp_path / "store"), as_of=date(2020, 7, 3)) == 1


def remainders(release: Release, values: pl.DataFrame) -> list[float]:
    """Give, month by month, a destination's visible total less its visible corridors, wherever they are published."""
    shown = release.history.filter(~pl.col("suppressed"), measure="asylum_applications")
    totals = shown.filter(origin="TOT", destination="DEU").unique("period").select("period", total="value")
    parts = shown.filter(pl.col("origin") != "TOT").group_by("period").agg(parts=pl.col("value").sum())
    both = totals.join(parts, on="period").filter(pl.col("period").is_in(values["period"].to_list()))
    return (both["total"] - both["parts"]).to_list()


def test_a_total_less_what_is_shown_gives_no_series_that_is_not_forecast() -> None:
    panel = small_panel()
    tiny = panel.filter((pl.col("origin") == "TON") & (pl.col("value") > 0))
    left = remainders(release_of(panel, [GERMANY]), tiny)
    assert left
    assert all(rest == 0 or rest >= 10 for rest in left)


def test_a_total_less_what_is_shown_gives_no_series_that_was_left_out_for_a_gap() -> None:
    panel = with_value(small_panel(), "ERI", 40, 3.0)
    # Not published, which is no zero: a gap in the middle of the series.
    gap = panel.with_columns(
        value=pl.when((pl.col("origin") == "ERI") & (pl.col("period") == add_months(FIRST, 20)))
        .then(None)
        .otherwise("value")
    )
    both = [GERMANY, {"measure": "asylum_applications"}]
    found = release_of(gap, both, options=replace(FAST, leave_out_gaps=True))
    assert "ERI" not in set(found.series["origin"])
    [month] = [add_months(FIRST, 40)]
    left = remainders(found, pl.DataFrame({"period": [month]}))
    assert all(rest >= 10 for rest in left)


def test_requests_without_data_are_passed_over() -> None:
    only = small_panel().filter(measure="sea_arrivals")
    assert [scope.id for scope in find_scopes(only)] == [ARRIVALS]
    with pytest.raises(PanelError, match="no observations"):
        find_scopes(only, [GERMANY])


def with_barred_rows(measure: str) -> pl.DataFrame:
    """Give the small panel with copies of a measure, later and larger, under a source that is for display only."""
    panel = small_panel()
    copies = panel.filter(pl.col("measure") == measure).with_columns(source=pl.lit("acled"), value=pl.col("value") * 9)
    return pl.concat([panel, copies])


def test_a_source_for_display_only_changes_no_bit_of_a_release(release: Release, tmp_path: Path) -> None:
    for name, made in (("without", release), ("with", release_of(with_barred_rows("sea_arrivals")))):
        publish(made, tmp_path / name)
    assert contents(tmp_path / "with") == contents(tmp_path / "without")


@pytest.mark.parametrize("ask", ["release", "judge", "outlook"])
def test_a_source_for_display_only_is_refused_by_name_as_input(ask: str) -> None:
    data = PanelInput(with_barred_rows("sea_arrivals"))
    barred = Scope("sea_arrivals", "acled", "destination")
    judged = partial(judge_scope, models=("naive",), horizons=1, seed=1, workers=1)
    asked: dict[str, Callable[[], object]] = {
        "release": lambda: make_release(data, [barred], FAST, made_on=TODAY),
        "judge": lambda: list(judged(data, {**COASTS, "source": "acled"}, [LAST])),
        "outlook": lambda: make_outlook(data.observations, barred, FAST),
    }
    with pytest.raises(PanelError, match="acled") as caught:
        asked[ask]()
    assert [problem.key for problem in caught.value.problems] == ["panel.display_only"]
