"""What is for display only stays out of every scope, series, history and score, and is named."""

from collections.abc import Callable
from datetime import date

import polars as pl
import pytest

from havre.errors import PanelError
from havre.panel.display_only import check_usable, display_only_sources, usable
from havre.panel.scope import Scope, history_known, scope_rows, scope_series, scopes_for
from havre.panel.selection import select_observations
from havre.panel.series import MonthlySeries
from tests.panel.observation_samples import monthly, table

MEASURE = "conflict_deaths"
BARRED = Scope(MEASURE, "acled", "destination", "SYR")


def deaths(source: str, value: float = 50.0) -> pl.DataFrame:
    return table(*monthly([value] * 40, measure=MEASURE, source=source, origin="SYR", destination="TOT"))


def test_acled_is_for_display_only() -> None:
    assert display_only_sources() == {"acled"}
    with pytest.raises(PanelError, match=r"^acled: .*Armed Conflict Location"):
        check_usable(["ucdp", "acled"])


def test_another_source_answers_though_it_is_older() -> None:
    panel = pl.concat([deaths("acled"), deaths("ucdp").head(30)])
    assert [scope.source for scope in scopes_for(panel, MEASURE, origin="SYR")] == ["ucdp"]
    assert set(usable(panel)["source"]) == {"ucdp"}


@pytest.mark.parametrize("source", [None, "acled"])
def test_a_request_that_nothing_else_answers_names_the_source(source: str | None) -> None:
    with pytest.raises(PanelError, match="acled") as caught:
        scopes_for(deaths("acled"), MEASURE, origin="SYR", source=source)
    assert [problem.key for problem in caught.value.problems] == ["panel.display_only"]


@pytest.mark.parametrize(
    "take",
    [
        lambda panel: scope_series(panel, BARRED),
        lambda panel: scope_rows(panel, BARRED),
        lambda panel: history_known(panel, BARRED, series_of(panel), date(2016, 1, 1)),
    ],
)
def test_no_series_row_or_history_is_given(take: Callable[[pl.DataFrame], object]) -> None:
    with pytest.raises(PanelError, match="acled"):
        take(deaths("acled"))


def series_of(panel: pl.DataFrame) -> MonthlySeries:
    renamed = panel.with_columns(source=pl.lit("ucdp"))
    return scope_series(renamed, Scope(MEASURE, "ucdp", "destination", "SYR"))[0]


def test_it_can_be_looked_at() -> None:
    assert select_observations(deaths("acled"), measure=MEASURE, source="acled").height == 40
