"""A second release is held against what readers know of the first, no less and no more."""

from datetime import date

from havre.forecast.outlook import OutlookOptions
from havre.pipeline import PanelInput, find_scopes, make_release
from havre.record.leaks import leak_report, seen_by_readers
from tests.small_panel import small_panel

FAST = OutlookOptions(horizons=3, draws=100, backtest_months=2, seed=5)
GERMANY = {"measure": "asylum_applications", "destination": "DEU"}


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
