"""How counts, intervals and days are written for people."""

import pytest

from havre.cli.displace_show import count_cell, decimal_cell, full_cell, share_cell, spread_cell
from tests.cli.command import speaking


@pytest.mark.parametrize(
    ("first", "last", "chance", "said"),
    [
        (None, None, 0.0, "in no run"),
        (None, None, 0.04, "in 4 % of runs"),
        ("2031-05-23", None, 0.6, "from 2031-05-23, or never (60 % of runs fill)"),
        ("2031-05-23", "2031-05-28", 1.0, "2031-05-23 – 2031-05-28"),
        ("2031-05-23", "2031-05-23", 1.0, "2031-05-23"),
    ],
)
def test_when_a_camp_fills(
    monkeypatch: pytest.MonkeyPatch, first: str | None, last: str | None, chance: float, said: str
) -> None:
    with speaking(monkeypatch, "en"):
        assert full_cell({"from": first, "median": first, "to": last, "chance": chance}) == said


def test_counts_with_and_without_an_interval(monkeypatch: pytest.MonkeyPatch) -> None:
    spread = {"mean": 1_234.4, "median": 1_234.0, "low": 1_200.0, "high": 1_300.0}
    with speaking(monkeypatch, "en"):
        assert spread_cell(spread) == "1,234 (1,200–1,300)"
        assert spread_cell({**spread, "low": None, "high": None}) == "1,234"
        assert spread_cell({**spread, "low": 1_234.0, "high": 1_234.2}) == "1,234", "all runs agree"
        assert (count_cell(9_000.0), count_cell(None)) == ("9,000", "–")
    with speaking(monkeypatch, "fr"):
        assert spread_cell(spread).replace("\u202f", " ") == "1 234 (1 200–1 300)"


def test_shares_and_decimals() -> None:
    assert (share_cell(0.804), share_cell(None)) == ("80 %", "–")
    assert (decimal_cell(0.38056), decimal_cell(0.38056, 4), decimal_cell(None)) == ("0.38", "0.3806", "–")
