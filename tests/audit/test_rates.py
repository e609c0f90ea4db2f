"""Rates as they were published."""

import pytest

from havre.audit.rates import Rate, parse_rate
from havre.errors import AuditError


@pytest.mark.parametrize(
    ("text", "share", "trials"),
    [("23/30", 23 / 30, 30), ("0.76", 0.76, None), ("76%", 0.76, None), (".76@30", 0.76, 30),
     ("75.55 % @ 15", 0.7555, 15)],
)  # fmt: skip
def test_rates_are_read(text: str, share: float, trials: int | None) -> None:
    found = parse_rate(text)
    assert found.share == pytest.approx(share)
    assert found.trials == trials


@pytest.mark.parametrize(
    "text", ["", "x", "1/0", "4/3", "101%", "1.2", "-0.1", "0.5@0", "nan", "1/2/3", "0.5@1.5", "inf"]
)
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(AuditError):
        parse_rate(text)


@pytest.mark.parametrize(
    ("text", "answer"),
    [("75.55%@15", False), ("73.33%@15", True), ("76%@30", False), ("77%@30", True), ("0.8@15", True), ("23/30", None),
     ("76%", None), ("50%@15", False)],
)  # fmt: skip
def test_a_share_that_no_whole_number_of_people_gives(text: str, answer: bool | None) -> None:  # noqa: FBT001
    assert parse_rate(text).is_attainable is answer


def test_a_rate_without_sample_has_no_interval() -> None:
    rate = Rate(0.76)
    assert rate.interval() is None
    with pytest.raises(AuditError, match="sample size"):
        rate.posterior()


def test_the_complement_keeps_its_sample() -> None:
    assert Rate.counted(12, 15).complement.successes == pytest.approx(3)
