"""A second release is held against what readers know of the first, no less and no more."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havre.cli.release_new import _earlier
from havre.forecast.outlook import OutlookOptions
from havre.pipeline import PanelInput, find_scopes, make_release
from havre.record.attack import UNSHOWN, attack
from havre.record.deciding import leaks_of
from havre.record.disclosure import protect_history
from havre.record.leaks import leak_report, marked_unshown, seen_by_readers
from havre.record.log.keys import save_key
from havre.record.publication import open_record
from havre.record.review import all_standing, standing
from havre.record.tables import HISTORY
from havre.record.track_log import scored_counts
from havre.record.track_publication import publish_track_record
from havre.track_record import score_record
from tests.cli.command import run_here
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.record_case import ADA
from tests.record.release_samples import sample_facts, sample_release
from tests.record.track_case import LOGGED, SERIES, counted, logged_release
from tests.small_panel import APPLICATIONS, small_panel

FAST = OutlookOptions(horizons=3, draws=100, backtest_months=2, seed=5)
GERMANY = {"measure": "asylum_applications", "destination": "DEU"}


@pytest.fixture(scope="module", autouse=True)
def _few_trees(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Take the same path through the code with fewer rounds, to be done sooner, and keep such forecasts apart."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("havre.forecast.quantile_trees.ROUNDS", 12)
        patch.setenv("HAVRE_CACHE", str(tmp_path_factory.mktemp("kept")))
        yield


def test_a_second_release_stands_beside_one_that_leaves_out_a_small_series() -> None:
    panel = PanelInput(small_panel())
    scopes = find_scopes(panel.observations, [GERMANY])
    # Tonga has too little history: it is left out, and hides Eritrea's counts in the published total.
    first = make_release(panel, scopes, FAST, made_on=date(2019, 3, 1))
    assert first.history["suppressed"].any()
    seen = seen_by_readers(first)
    second = make_release(panel, scopes, FAST, made_on=date(2019, 3, 2), earlier=[seen])
    assert second.history.equals(first.history)
    report = leak_report(seen_by_readers(second), 10.0, {first.facts.id: seen})
    assert (report.leaks, report.suppressed) == ((), int(first.history["suppressed"].sum()))
    # Who took the shown parts for all of them would tell of leaks that are none.
    assert {each.cell[2] for each in leak_report(first.history, 10.0, {}).leaks} == {"ERI"}


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a record of which a score has told counts of 2021, four Eritreans in March among the hidden ones."""
    folder = tmp_path_factory.mktemp("scored") / "record"
    made_record(folder)
    with open_record(folder) as record:
        logged_release(record)
        found = score_record(record, counted(small=("ERI", 38)), date(2021, 7, 1))
        publish_track_record(record, found, LOGGED.replace(month=7), measure_names={})
        record.flush([KEY])
    return folder


def test_counts_of_a_score_are_held_against_a_new_release(scored: Path) -> None:
    with open_record(scored) as record:
        seen, width = _earlier(record, None, None)
        assert (len(seen), width) == (2, 10.0)
        march = seen[1].filter(pl.col("suppressed"))
        assert set(march["origin"]) == {"ERI", "AFG"}
        # The office has revised its counts, and neither is small any more: what the score hid stays hidden.
        rows = [(APPLICATIONS, "asylum_applications", code, "DEU", date(2021, 3, 1), value, False)
                for code, value in {"ERI": 40.0, "AFG": 930.0, "SYR": 3030.0, "TOT": 4000.0}.items()]  # fmt: skip
        history = pl.DataFrame(rows, HISTORY, orient="row")
        safe = protect_history(history, earlier=seen)
        assert set(safe.filter("suppressed")["origin"]) == {"ERI", "AFG"}
        assert not protect_history(history, earlier=seen[:1])["suppressed"].any()


def test_the_leak_report_holds_a_release_against_the_counts_of_a_score(scored: Path) -> None:
    shown = sample_release(facts=sample_facts(id="r-2"), series=SERIES, hidden=frozenset())
    month = date(2021, 1, 1)
    rows = [(*each[:4], month, None if each[2] in ("SYR", "AFG") else each[5], each[2] in ("SYR", "AFG"))
            for each in SERIES]  # fmt: skip
    hiding = replace(shown, history=pl.concat([shown.history, pl.DataFrame(rows, HISTORY, orient="row")]))
    with open_record(scored) as record:
        with record.store.read() as connection:
            now = standing(connection, "r-1")
        report = leaks_of(record, replace(now, id="r-2"), hiding)
    assert report.earlier == ("r-1", "track-record/2021-07-01")
    # The score told what this release hides.
    assert {(each.cell[2], each.low) for each in report.leaks} == {("AFG", 910.0), ("SYR", 3010.0)}


def test_a_total_of_a_score_that_counts_more_than_is_told_is_no_false_leak(scored: Path) -> None:
    with open_record(scored) as record:
        [counts] = scored_counts(record.folder).values()
    assert counts.filter(origin=UNSHOWN).is_empty()
    kept, gone = counts.filter(pl.col("origin") != "SYR"), counts.filter(origin="SYR")
    marked = marked_unshown(kept, gone)
    assert set(marked.filter(origin=UNSHOWN)["period"]) == set(gone["period"])
    hidden = marked.with_columns(
        suppressed=pl.col("suppressed") | (pl.col("origin") == "AFG"),
        value=pl.when(pl.col("origin") != "AFG").then("value"),
    )
    april = hidden.filter(pl.col("period") == date(2021, 4, 1))
    assert attack(april, 10.0) == []
    assert {leak.cell[2] for leak in attack(april.filter(pl.col("origin") != UNSHOWN), 10.0)} == {"AFG"}


def test_a_release_that_hides_nothing_needs_a_purpose(
    scored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    save_key(tmp_path / "ada.key", ADA, "correct horse")
    monkeypatch.setenv("HAVRE_KEY_PASSWORD", "correct horse")
    small_panel().write_parquet(tmp_path / "panel.parquet")
    command = ("release", "new", "--key-file", "ada.key", "--record", scored, "--panel", "panel.parquet")
    assert run_here(monkeypatch, *command, "--threshold", "0", cwd=tmp_path, lang="en") == 2
    assert "must tell what it is for" in capsys.readouterr().err
    assert not (scored / "drafts" / "new").exists()
    with open_record(scored) as record, record.store.read() as connection:
        assert [each.id for each in all_standing(connection)] == ["r-1"]
