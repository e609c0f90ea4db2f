"""What a check does to a million people: the printed table, brute force, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.audit.intervals import Interval
from havre.audit.rates import Rate
from havre.audit.screening import Screening
from havre.errors import AuditError

TABLE = [
    (0.7366, 0.7555, 0.001, "0.30", 244_992, 244_256),
    (0.7366, 0.7555, 0.01, "2.95", 249_421, 242_055),
    (0.7366, 0.7555, 0.05, "13.7", 269_105, 232_275),
    (0.76, 0.76, 0.001, "0.32", 240_520, 239_760),
    (0.85, 0.85, 0.001, "0.56", 150_700, 149_850),
]
"""Sensitivity, specificity, base rate, PPV as printed [%], flagged and of whom honest per million travellers."""


@pytest.mark.parametrize(("sensitivity", "specificity", "base_rate", "ppv", "flagged", "honest"), TABLE)
def test_reference_table(
    sensitivity: float, specificity: float, base_rate: float, ppv: str, flagged: int, honest: int
) -> None:
    check = Screening(Rate(sensitivity), Rate(specificity))
    decimals = len(ppv.split(".")[1])
    assert f"{100 * (check.ppv(base_rate) or 0):.{decimals}f}" == ppv
    assert round(1e6 * check.flagged(base_rate)) == flagged
    assert round(1e6 * check.flagged_wrongly(base_rate)) == honest
    # Of the passed, those who do not have the trait.
    assert round(1e6 * (1 - check.flagged(base_rate)) * (check.npv(base_rate) or 0)) == round(
        1e6 * (1 - base_rate) * specificity
    )


def quantiles(draws: np.ndarray) -> tuple[float, ...]:
    return tuple(float(q) for q in np.quantile(draws, [0.025, 0.975]))


def bounds(found: Interval | None) -> tuple[float, float]:
    assert found is not None
    return found.low, found.high


@pytest.mark.parametrize("base", [0.001, 0.05, 0.5])
@pytest.mark.parametrize(
    ("sensitivity", "specificity"),
    [(Rate.counted(11, 15), Rate.counted(12, 15)), (Rate.counted(15, 15), Rate.counted(0, 3)),
     (Rate.counted(900, 1000), Rate.counted(99_990, 100_000))],
)  # fmt: skip
def test_intervals_against_brute_force(sensitivity: Rate, specificity: Rate, base: float) -> None:
    check = Screening(sensitivity, specificity)
    generator = np.random.default_rng(1)
    se, sp = sensitivity.draw(1_000_000, generator), specificity.draw(1_000_000, generator)
    right, wrong = base * se, (1 - base) * (1 - sp)
    pairs = [
        (check.ppv_interval(base), right / (right + wrong)),
        (check.npv_interval(base), (1 - base) * sp / ((1 - base) * sp + base * (1 - se))),
        (check.flagged_interval(base), right + wrong),
        (check.flagged_wrongly_interval(base), wrong),
        (check.break_even_interval(), (1 - sp) / (1 - sp + se)),
        (check.break_even_interval(0.9), 0.9 * (1 - sp) / (0.9 * (1 - sp) + 0.1 * se)),
    ]
    for found, drawn in pairs:
        assert bounds(found) == pytest.approx(quantiles(drawn), rel=0.01, abs=1e-7)
    assert check.chance_better_than_coin == pytest.approx(np.mean(se + sp > 1), abs=0.002)


@given(
    share=st.floats(0.01, 1), other=st.floats(0, 0.99), base=st.floats(1e-6, 0.5), more=st.floats(1.01, 1.9),
)  # fmt: skip
def test_more_people_with_the_trait_make_a_flag_worth_more(
    share: float, other: float, base: float, more: float
) -> None:
    check = Screening(Rate(share), Rate(other))
    assert (check.ppv(base) or 0) < (check.ppv(base * more) or 0)


@given(share=st.floats(0.01, 1), other=st.floats(0, 0.99), worth=st.floats(0.01, 0.99))
def test_at_the_break_even_base_rate_a_flag_is_worth_what_was_asked(share: float, other: float, worth: float) -> None:
    check = Screening(Rate(share), Rate(other))
    assert check.ppv(check.break_even(worth) or 0) == pytest.approx(worth)


def test_more_evidence_narrows_the_interval() -> None:
    few, many = (Screening(Rate(0.76, n), Rate(0.76, n)).ppv_interval(0.01) for n in (30, 3000))
    assert few is not None
    assert many is not None
    assert few.low < many.low < many.high < few.high


def test_without_sample_sizes_nothing_is_claimed() -> None:
    check = Screening(Rate(0.76), Rate(0.76, 15))
    found = (check.ppv_interval(0.01), check.npv_interval(0.01), check.flagged_interval(0.01),
             check.break_even_interval(), check.chance_better_than_coin,
             Screening(Rate(0.7, 9), Rate(0.7)).flagged_wrongly_interval(0.01))  # fmt: skip
    assert set(found) == {None}


def test_a_check_that_flags_nobody_or_everybody() -> None:
    assert Screening(Rate(0), Rate(1)).ppv(0.1) is None
    assert Screening(Rate(1), Rate(0)).npv(0.1) is None
    assert Screening(Rate(0), Rate(0.5)).break_even() is None


@pytest.mark.parametrize("base", [0, 1, -0.1, float("nan")])
def test_a_base_rate_of_nobody_or_everybody_is_refused(base: float) -> None:
    check = Screening(Rate(0.76, 15), Rate(0.76, 15))
    for ask in (check.ppv, check.npv, check.ppv_interval, check.npv_interval, check.flagged, check.flagged_interval,
                check.flagged_wrongly_interval, check.break_even):  # fmt: skip
        with pytest.raises(AuditError, match="base rate"):
            ask(base)
