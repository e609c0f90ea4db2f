"""How counts, intervals and days are written for people."""

import pytest

from havre.cli.displace_show import (
    count_cell,
    decimal_cell,
    full_cell,
    listed,
    plus_minus,
    share_cell,
    show_few,
    significant,
    spread_cell,
)
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
    assert decimal_cell(float("nan")) == "–"
    assert (plus_minus(0.25, 0.01), plus_minus(0.25, None), plus_minus(None, None)) == (
        "0.2500 ± 0.0100",
        "0.2500",
        "–",
    )


def test_french_has_a_decimal_comma(monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(monkeypatch, "fr"):
        assert (decimal_cell(0.38056, 4), plus_minus(0.5, 0.25, 2), significant(0.0123)) == (
            "0,3806", "0,50 ± 0,25", "0,0123",
        )  # fmt: skip
        assert listed(["a 1,5", "b 2"]) == "a 1,5\u202f; b 2"


@pytest.mark.parametrize(("runs", "is_told"), [(1, False), (2, True), (19, True), (20, False)])
def test_few_runs_are_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], runs: int, *, is_told: bool
) -> None:
    with speaking(monkeypatch, "en"):
        show_few(runs)
    assert ("Few runs" in capsys.readouterr().out) == is_told
