"""A forecast from pulled figures equals that from the reference snapshot to the bit, where the figures are the same."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from havre.forecast.coherence import draw_coherent
from havre.forecast.teaching import teaching_series
from havre.panel.reference import load_reference
from havre.panel.scope import Scope, scope_series, scopes_for
from havre.panel.vintage import latest
from havre.sources.connector import connector
from havre.sources.providers import eurostat
from tests.sources.pull_case import pull_case
from tests.sources.stand_ins.registry import hosts, module
from tests.sources.stand_ins.server import serving

AT = datetime(2026, 11, 30, 12, tzinfo=UTC)
MODELS = ("ensemble",)


def pulled(source: str, folder: Path) -> pl.DataFrame:
    case = pull_case(connector(source), folder)
    with serving(hosts(source, module(source).stand_in())) as server:
        done = case.pull(server, AT, settings={"request_budget": 120.0})
    assert done.good, done.kept_out
    return case.places.store.read()


def drawn(panel: pl.DataFrame, scope: Scope) -> np.ndarray:
    series, _ = scope_series(panel, scope, leave_out_gaps=True)
    end = max(end for end in series.last_published() if end)
    known = teaching_series(series.until(end))
    made = draw_coherent(series.until(end), known, MODELS, scope, horizons=3, draws=200, seed=7)
    return made["ensemble"].values


@pytest.mark.parametrize("source", ["uk_home_office", "iom_mmp"])
def test_the_panel_itself_is_the_same(source: str, tmp_path: Path) -> None:
    key = ["measure", "origin", "destination", "period"]
    reference = load_reference().filter(pl.col("source") == source).drop("as_of").sort(key)
    # Which days are provisional depends on the day of the pull.
    columns = [name for name in reference.columns if name not in ("as_of", "status")]
    assert pulled(source, tmp_path).select(columns).sort(key).equals(reference.select(columns))


@pytest.mark.parametrize(
    ("source", "request_"),
    [
        ("uk_home_office", {"measure": "sea_arrivals", "destination": "GBR"}),
        pytest.param("eurostat", {"measure": "asylum_applications_first"}, marks=pytest.mark.slow),
    ],
)
def test_the_forecast_is_the_same_to_the_bit(
    source: str, request_: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(eurostat, "CONNECTOR", eurostat.Eurostat(datasets=eurostat.DATASETS[:1]))
    reference = load_reference().filter(pl.col("source") == source)
    panel = pulled(source, tmp_path)
    if source == "eurostat":
        # First-time applicants before 2008 come from another table, which nobody publishes any more.
        reference = reference.filter(pl.col("period").dt.year() >= 2008)
        panel = panel.filter(pl.col("period").dt.year() >= 2008)
    known = latest(reference).filter(pl.col("measure") == request_["measure"])
    assert latest(panel).join(known, on=["origin", "destination", "period", "measure", "value"], how="semi").height == (
        known.height
    )
    (scope,) = scopes_for(reference, **request_)
    assert np.array_equal(drawn(panel, scope), drawn(reference, scope))
