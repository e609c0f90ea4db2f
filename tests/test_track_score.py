"""The score of a record: frozen forecasts only, as stated and as computed, nothing left out that was published."""

import shutil
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from havre.errors import RecordError
from havre.forecast import models
from havre.record.draft import write_draft
from havre.record.publication import open_record
from havre.record.review import withdraw
from havre.record.track import GROUPS, LEAGUE, SCORES, TrackRecord
from havre.record.track_league import league
from havre.record.track_publication import publish_track_record
from havre.track_record import change_scales, score_record
from havre.track_truth import truth_table
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.record_case import ADA
from tests.record.release_samples import sample_facts, sample_release
from tests.record.track_case import LOGGED, OVERRIDE, SERIES, counted, logged_release
from tests.test_track_record import scope

DAY = date(2021, 7, 1)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("score") / "record"
    made_record(folder)
    with open_record(folder) as record:
        logged_release(record, changes=(OVERRIDE,))
        logged_release(record, "r-2", LOGGED + timedelta(days=60), supersedes="r-1")
    return folder


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    shutil.copytree(original, tmp_path / "record")
    return tmp_path / "record"


def scored(folder: Path, observations: pl.DataFrame | None = None, day: date = DAY) -> TrackRecord:
    with open_record(folder) as record:
        return score_record(record, counted() if observations is None else observations, day)


def test_every_published_model_is_scored_by_corridor_and_horizon(original: Path) -> None:
    found = scored(original)
    assert found.scores.schema == SCORES
    assert found.league.schema == LEAGUE
    assert set(found.league["group"]) == set(GROUPS)
    computed = found.scores.filter(figures="computed")
    # Two models, four series, January to May: June became known in the middle of July.
    assert computed.height == 2 * 4 * 5
    assert set(computed["target_end_date"]) == {date(2021, month, 1) for month in range(1, 6)}
    syrians = found.league.filter(group="corridor_horizon", origin="SYR", horizon=2, figures="computed")
    assert syrians["model"].to_list() == ["ensemble", "rw_pooled"]
    assert syrians["naive"].to_list() == [False, True]
    assert syrians["wis_ratio"][1] == 1.0
    [median] = computed.filter(origin="SYR", horizon=2, model="ensemble")["median"]
    assert syrians["bias"][0] == median - 3020.0


def test_totals_are_no_part_of_the_means_of_a_measure(original: Path) -> None:
    found = scored(original)
    [overall] = found.league.filter(group="overall", model="rw_pooled")["forecasts"]
    assert overall == 3 * 5
    assert "TOT" in found.league.filter(group="corridor")["origin"].to_list()


def test_a_superseded_or_withdrawn_release_stays_in_the_score(folder: Path) -> None:
    before = scored(folder)
    with open_record(folder) as record:
        with record.store.change() as connection:
            withdraw(connection, "r-1", "We would rather not have said so.", ADA, LOGGED + timedelta(days=90))
        record.flush([KEY])
    after = scored(folder)
    assert after.scores.equals(before.scores)
    assert [row["state"] for row in before.releases.to_dicts()] == ["superseded", "published"]
    assert [row["state"] for row in after.releases.to_dicts()] == ["withdrawn", "published"]
    assert set(after.scores["release"]) == {"r-1"}
    assert after.count("repeated") == 2 * 4 * 12


def test_an_overridden_figure_is_scored_as_stated_and_as_computed(original: Path) -> None:
    found = scored(original)
    one = found.scores.filter(model="ensemble", origin="SYR", horizon=2)
    errors = dict(one.select("figures", "error").iter_rows())
    assert errors["stated"] == OVERRIDE.stated - 3020.0
    [row] = found.overridden.to_dicts()
    assert (row["stated"], row["observed"], row["error_stated"]) == (2777.0, 3020.0, errors["stated"])
    assert row["error_computed"] == errors["computed"]
    # What was computed is what was logged, not what the reviewer said of it.
    assert row["computed"] == row["observed"] + errors["computed"] != OVERRIDE.computed
    # The intervals stay as they were computed.
    assert one["covered_80"].n_unique() == 1
    assert one["wis"].n_unique() == 2
    changed = found.league.filter(figures="stated", group="corridor_horizon")
    assert changed.select("origin", "horizon").rows() == [("SYR", 2)]


def test_what_is_logged_after_the_truth_was_known_is_left_out_and_told(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        logged_release(record, at=datetime(2021, 4, 20, tzinfo=UTC))
    found = scored(tmp_path / "record")
    # January to March were public by the middle of April.
    assert (found.count("late"), found.count("scored")) == (2 * 4 * 3, 2 * 4 * 2)
    assert min(found.scores["target_end_date"]) == date(2021, 4, 1)


def test_a_panel_filled_later_does_not_make_old_months_unknown(tmp_path: Path) -> None:
    """All counts of one vintage from 2030: the lag that the catalogue declares tells when they were public."""
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        logged_release(record, at=datetime(2021, 4, 20, tzinfo=UTC))
    once = counted().with_columns(as_of=pl.lit(date(2030, 1, 1)))
    found = scored(tmp_path / "record", once, date(2030, 1, 2))
    # BAMF publishes by the end of the next month: on 20 April those of January and February were known.
    assert found.count("late") == 2 * 4 * 2
    assert found.scores["target_end_date"].min() == date(2021, 3, 1)


def test_only_logged_forecasts_are_scored_whatever_the_models_say_now(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = scored(folder)

    def better(*_: object, **__: object) -> object:
        raise AssertionError("a model was run")

    for name in models.MODELS:
        monkeypatch.setitem(models.MODELS, name, better)
    for name in models.BASELINES:
        monkeypatch.setitem(models.BASELINES, name, better)
    # The draft from which it was published is computed anew, better.
    with open_record(folder) as record:
        shutil.rmtree(record.draft("r-1"))
        release = sample_release(facts=sample_facts(id="r-1"), series=SERIES[:2], hidden=frozenset())
        write_draft(release, record.draft("r-1"))
    assert scored(folder).scores.equals(before.scores)


def test_a_forecast_that_was_changed_is_named_and_refused(folder: Path) -> None:
    path = next((folder / "releases" / "r-1").rglob("*ensemble.parquet"))
    pl.read_parquet(path).with_columns(pl.col("value") * 1.01).write_parquet(path)
    with pytest.raises(RecordError, match=path.name):
        scored(folder)


def test_a_month_that_is_hidden_is_not_scored_and_no_total_gives_it_back(original: Path) -> None:
    small = counted(small=("ERI", 37))
    found = scored(original, small)
    february = found.scores.filter(pl.col("target_end_date") == date(2021, 2, 1))
    assert "ERI" not in february["origin"].to_list()
    # Another cell of the same sum is hidden with it.
    assert set(february["origin"]) in ({"TOT", "SYR"}, {"AFG", "SYR"})
    assert found.count("hidden") == 2 * 2


def test_what_a_track_record_hides_stays_hidden_in_the_next(folder: Path) -> None:
    """A count that is revised from 4 to 40 after it was hidden would be shown, and the other part given back."""
    with open_record(folder) as record:
        first = score_record(record, counted(small=("ERI", 37)), DAY)
        publish_track_record(record, first, datetime(2021, 7, 1, tzinfo=UTC), measure_names={})
    february = pl.col("target_end_date") == date(2021, 2, 1)
    revised = scored(folder)
    assert "ERI" not in revised.scores.filter(february)["origin"].to_list()
    assert set(revised.scores.filter(february)["origin"]) == set(first.scores.filter(february)["origin"])
    [path] = (folder / "track-record").rglob("counts.parquet")
    path.write_bytes(b"nothing")
    with pytest.raises(RecordError, match=r"counts\.parquet"):
        scored(folder)


def test_two_scopes_are_protected_together() -> None:
    """A total that another scope publishes does not give a hidden part back."""
    panel = counted(small=("ERI", 37))
    total = (
        panel.group_by(*(name for name in panel.columns if name not in ("origin", "value")))
        .agg(pl.col("value").sum())
        .with_columns(origin=pl.lit("TOT"))
        .select(panel.columns)
    )
    from havre.panel.scope import Scope

    totals = Scope("asylum_applications", "bamf", "destination")
    truth = truth_table(pl.concat([panel, total]), [scope(), totals], months=[date(2021, 2, 1)])
    hidden = truth.filter("suppressed")["origin"].to_list()
    assert "ERI" in hidden
    assert len(hidden) >= 2


def test_errors_are_scaled_by_the_change_that_the_release_showed(original: Path) -> None:
    from havre.record.track_log import logged_releases

    with open_record(original) as record:
        [first, _], _ = logged_releases(record.log, record.settings, original / "releases")
    shown = first.shown.filter(origin="AFG").sort("target_end_date")["observation"]
    [scale] = change_scales([first]).filter(origin="AFG")["scale"]
    assert scale == pytest.approx(shown.diff().abs().mean())
    one = scored(original).scores.filter(origin="AFG", horizon=1, model="ensemble", figures="computed")
    assert one["scaled_error"][0] == pytest.approx(abs(one["error"][0]) / scale)


def test_a_naive_model_that_was_not_published_is_not_made_up(original: Path) -> None:
    scores = scored(original).scores
    alone = league(scores, ["seasonal_naive"])
    assert alone["wis_ratio"].is_null().all()
    assert alone["compared_with"].is_null().all()


def test_a_record_without_forecasts_has_an_empty_track_record(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    found = scored(tmp_path / "record")
    assert (found.scores.height, found.league.height, found.entries) == (0, 0, 0)
