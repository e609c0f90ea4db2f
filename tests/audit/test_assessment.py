"""What follows from claims, with what cannot be concluded."""

import pytest

from havre.audit.assessment import BaseRate, assess, consequence, findings
from havre.audit.claims import Claim, ClaimSet
from havre.audit.rates import Rate
from havre.audit.screening import Screening
from havre.errors import AuditError


def claim(sensitivity: Rate, specificity: Rate, status: str = "measured", **groups: Screening) -> Claim:
    return Claim("c", Screening(sensitivity, specificity), "s", "2020", status, groups or None)


def test_a_range_of_base_rates_spans_both_ends() -> None:
    check = Screening(Rate(0.76, 15), Rate(0.76, 15))
    both = consequence(check, BaseRate(0.001, 0.05))
    low, high = (consequence(check, BaseRate(at, at)) for at in (0.001, 0.05))
    assert (both.ppv.low, both.ppv.high) == (low.ppv.low, high.ppv.high)
    assert both.ppv.interval is not None
    assert low.ppv.interval is not None
    assert high.ppv.interval is not None
    assert (both.ppv.interval.low, both.ppv.interval.high) == (low.ppv.interval.low, high.ppv.interval.high)
    assert both.flagged_wrongly.low is not None
    assert both.flagged_wrongly.low > (both.flagged_wrongly.high or 0)


@pytest.mark.parametrize(
    ("made", "expected"),
    [(claim(Rate(0.76), Rate(0.76)), {"no_sample", "no_groups"}),
     (claim(Rate(0.4, 500), Rate(0.5, 500)), {"below_chance", "no_groups"}),
     (claim(Rate(0.6, 10), Rate(0.6, 10), "promised"), {"not_above_chance", "no_groups", "promised"}),
     (claim(Rate(0.7555, 15, 4), Rate(0.8, 15, 1), "disputed"), {"not_people", "no_groups", "disputed"}),
    (claim(Rate.counted(15, 15), Rate.counted(15, 15), "measured"), {"at_the_end", "no_groups"}),
     (claim(Rate(0.9, 500), Rate(0.9, 500), women=Screening(Rate(0.9), Rate(0.9))), {"one_group"})],
)  # fmt: skip
def test_findings(made: Claim, expected: set[str]) -> None:
    assert set(findings(made)) == expected


def test_groups_are_computed_where_they_were_published() -> None:
    groups = {name: Screening(Rate(0.8, 900), Rate.counted(x, 1000)) for name, x in (("women", 800), ("men", 900))}
    found = assess(
        ClaimSet("S", (claim(Rate(0.8, 1800), Rate(0.85, 2000), "measured", **groups),)), [BaseRate(0.01, 0.01)]
    )[0]
    wrongly = {name: round(rows[0].flagged_wrongly.low or 0) for name, rows in found.groups.items()}
    assert wrongly == {"women": 198_000, "men": 99_000}
    assert found.groups_apart == (("women", "men", "specificity"),)
    assert "no_groups" not in found.findings


def test_claims_are_never_averaged() -> None:
    claims = ClaimSet("S", (claim(Rate(0.76), Rate(0.76)), claim(Rate(0.85), Rate(0.85))))
    first, second = assess(claims, [BaseRate(0.001, 0.001)])
    assert [round(one.consequences[0].flagged.low or 0) for one in (first, second)] == [240_520, 150_700]
    assert first.as_json()["break_even"] == pytest.approx(0.24)


@pytest.mark.parametrize("rates", [(0, 0.5), (0.5, 1), (0.5, 0.1)])
def test_base_rates_that_cannot_be(rates: tuple[float, float]) -> None:
    with pytest.raises(AuditError):
        BaseRate(*rates)


def test_no_base_rate() -> None:
    with pytest.raises(AuditError):
        assess(ClaimSet("S", ()), [])


@pytest.mark.parametrize("level", [0, 1, 1.5, float("nan")])
def test_a_level_that_cannot_be_is_refused_without_a_sample_too(level: float) -> None:
    with pytest.raises(AuditError, match="confidence level"):
        assess(ClaimSet("S", (claim(Rate(0.8), Rate(0.8)),)), [BaseRate(0.1, 0.1)], level)
