"""A release of rounded counts, from a small panel to its report, explanations and score."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from havre.errors import RecordError
from havre.pipeline import Forecast, PanelInput, explain_release, find_scopes, forecast_release, make_release, publish
from havre.record.leaks import leak_report, seen_by_readers
from havre.record.publication import open_record
from havre.record.rounding import BOUNDED
from havre.record.track_log import scored_counts
from havre.record.track_publication import publish_track_record
from havre.track_record import score_record
from tests.explained_case import FAST, GERMANY
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.release_samples import sample_facts
from tests.record.track_case import LOGGED, counted, logged_release
from tests.small_panel import small_panel

MADE_ON = date(2019, 3, 1)


@pytest.fixture(scope="module")
def rounded() -> Forecast:
    panel = PanelInput(small_panel())
    return forecast_release(panel, find_scopes(panel.observations, [GERMANY]), FAST, made_on=MADE_ON, rounding=5)


def test_every_published_number_is_rounded_and_the_release_says_so(rounded: Forecast, tmp_path: Path) -> None:
    release = rounded.release
    assert release.facts.options["rounding"] == 5
    for table in (release.history, release.forecasts):
        assert (table["value"].drop_nulls() % 5 == 0).all()
    publish(release, tmp_path / "release")
    shown = pl.read_parquet(tmp_path / "release" / "target-data" / "time-series.parquet")
    assert (shown["observation"] % 5 == 0).all()
    page = (tmp_path / "release" / "report.html").read_text()
    assert "rounded to multiples of 5" in page
    assert "arrondis à un multiple de 5" in page


def test_what_is_hidden_does_not_depend_on_rounding(rounded: Forecast) -> None:
    panel = PanelInput(small_panel())
    exact = make_release(panel, find_scopes(panel.observations, [GERMANY]), FAST, made_on=MADE_ON)
    release = rounded.release
    assert exact.history["suppressed"].equals(release.history["suppressed"])
    assert exact.facts.options["rounding"] == 1
    assert exact.facts.id != release.facts.id
    report = leak_report(seen_by_readers(release), 10.0, {"exact": seen_by_readers(exact)})
    assert report.leaks == ()
    # Exact and rounded counts of the same month fit together: the attacker takes the exact ones.
    assert report.narrowest == leak_report(seen_by_readers(exact), 10.0, {}).narrowest


def test_explanations_start_and_end_at_rounded_figures(rounded: Forecast) -> None:
    files = explain_release(rounded)
    [document] = [json.loads(files[path]) for path in files if path.endswith("origin.json")]
    figures = [figure for series in document["series"] for figure in series["figures"]]
    assert figures
    for figure in figures:
        parts = figure["contributions"]
        assert parts["start"]["persons"] % 5 == figure["median"] % 5 == 0
        assert parts["start"]["persons"] + sum(each["persons"] for each in parts["drivers"]) == figure["median"]
    [operation] = [each for each in document["shared"]["operations"] if each["name"] == "round_to_base"]
    assert operation["parameters"] == {"base": 5}


def test_a_release_that_hides_nothing_tells_its_purpose_or_is_not_made(tmp_path: Path) -> None:
    panel = PanelInput(small_panel())
    scopes = find_scopes(panel.observations, [GERMANY])
    with pytest.raises(RecordError, match="must tell what it is for"):
        make_release(panel, scopes, FAST, made_on=MADE_ON, threshold=0)
    purpose = "Test of the statistical office with made-up counts."
    release = make_release(panel, scopes, FAST, made_on=MADE_ON, threshold=1, purpose=purpose)
    publish(release, tmp_path / "release")
    assert json.loads((tmp_path / "release" / "manifest.json").read_text())["options"]["purpose"] == purpose
    page = (tmp_path / "release" / "report.html").read_text()
    assert f"What it is for, in the words of whoever made it: {purpose}" in page


def test_a_score_tells_no_count_more_exactly_than_the_releases(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    facts = sample_facts(options={"rounding": 20, "protection_width": 10.0})
    with open_record(tmp_path / "record") as record:
        logged_release(record, facts=facts)
        found = score_record(record, counted(), date(2021, 7, 1))
        folder = publish_track_record(record, found, LOGGED.replace(month=7), measure_names={})
        record.flush([KEY])
    assert found.rounding == 20
    assert (found.scores["observed"] % 20 == 0).all()
    assert "rounded to multiples of 20" in (folder / "track-record.html").read_text()
    assert json.loads((folder / "league.json").read_text())["rounding"] == 20
    [counts] = scored_counts(tmp_path / "record").values()
    assert counts.schema == BOUNDED
    truth = counted().select("origin", "period", true="value")
    beside = counts.join(truth, on=["origin", "period"], how="inner")
    assert beside.height > 10
    assert ((beside["low"] <= beside["true"]) & (beside["true"] <= beside["high"])).all()
