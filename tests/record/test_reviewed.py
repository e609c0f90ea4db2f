"""A reviewed release shows both the computed and the stated figure, and who changed it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import polars as pl
import pytest

from havre.errors import RecordError
from havre.record.folder import forecast_table, manifest_of
from havre.record.report import render_report
from havre.record.reviewed import Override, Reviewed
from havre.record.tables import Release
from tests.record.release_samples import MEASURE_NAMES, sample_release

AT = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def reviewed() -> tuple[Release, Override]:
    release = sample_release()
    row = forecast_table(release).filter(~pl.col("suppressed")).to_dicts()[0]
    override = Override(
        scope=row["scope"],
        origin=row["origin"],
        destination=row["destination"],
        horizon=row["horizon"],
        target_month=row["target_month"],
        computed=row["median"],
        stated=row["median"] + 777,
        reason="The border <b>closed</b> on the first of the month.",
        reviewer="Noor",
    )
    review = Reviewed(
        "Ada", "Noor", AT, "0" * 64, notes=("Read the notes.",), overrides=(override,), supersedes="old-1"
    )
    return replace(release, review=review), override


def test_the_table_keeps_the_computed_figure_beside_the_stated_one() -> None:
    release, override = reviewed()
    table = forecast_table(release)
    stated = table.filter(pl.col("stated").is_not_null())
    assert stated.select("median", "stated", "override_reason").rows() == [
        (override.computed, override.computed + 777, override.reason)
    ]
    assert table.drop("stated", "override_reason").equals(
        forecast_table(replace(release, review=None)).drop("stated", "override_reason")
    )


def test_the_manifest_names_the_reviewer() -> None:
    release, override = reviewed()
    manifest = manifest_of(release, {})
    assert manifest["reviewed_by"] == "Noor"
    assert manifest["review"]["overrides"][0]["target_month"] == override.target_month.isoformat()  # type: ignore[index]
    assert manifest["review"]["reviewed_at"] == "2026-11-24T09:30:00Z"  # type: ignore[index]


def test_the_report_says_who_reviewed_it_and_shows_both_figures() -> None:
    release, _ = reviewed()
    page = render_report(release, MEASURE_NAMES)
    assert page.count("Noor") >= 4
    assert "no person has reviewed them" not in page
    assert "old-1" in page
    assert "&lt;b&gt;closed&lt;/b&gt;" in page
    assert "<b>closed</b>" not in page
    assert "no person has reviewed them" in render_report(sample_release(), MEASURE_NAMES)


@pytest.mark.parametrize(("stated", "is_told"), [(9e6, True), (None, False)])
def test_the_report_says_where_a_stated_figure_lies_outside_its_interval(
    stated: float | None,
    is_told: bool,  # noqa: FBT001 - a case
) -> None:
    release, override = reviewed()
    assert release.review is not None
    change = replace(override, stated=override.computed if stated is None else stated)
    page = render_report(replace(release, review=replace(release.review, overrides=(change,))), MEASURE_NAMES)
    assert ("lies outside the computed 80 % interval" in page) == is_told


def test_nobody_reviews_their_own_release() -> None:
    with pytest.raises(RecordError, match="Ada"):
        Reviewed("Ada", "Ada", AT, "0" * 64)


def test_days_are_days() -> None:
    _, override = reviewed()
    assert isinstance(override.target_month, date)
