"""What charts say in sentences: where a series comes from and goes to, how sure that is, also for one and none."""

from datetime import date

import pytest

from havre.months import add_months
from havre.record.chart_words import chart_summary
from havre.record.outlook import ExpectedMonth, Outlook
from havre.record.wording import Wording
from havre.texts import Language

LAST = date(2020, 12, 1)


def told(before: float | None, after: float | None, quantiles: dict[float, float], language: Language = "en") -> str:
    """Tell a series of two years, each with the same count in every month, and a forecast of twelve months ahead."""
    months = [add_months(LAST, step) for step in range(-23, 1)]
    history = tuple((month, before if place < 12 else after) for place, month in enumerate(months))
    row = {"scope": "s", "measure": "m", "origin": "TOT", "destination": "DEU"}
    text = chart_summary(
        Outlook(row, history, (ExpectedMonth(add_months(LAST, 12), 12, quantiles),)), Wording(language, {})
    )
    return text.replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")


def around(middle: float) -> dict[float, float]:
    levels = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
    return {level: middle * share for level, share in zip(levels, (0.4, 0.6, 0.8, 1, 1.2, 1.4, 1.6), strict=True)}


@pytest.mark.parametrize(
    ("before", "after", "middle", "comes", "goes"),
    [
        (1000, 1500, 3000, "1,500 a month on average over the last 12 months, 50% more than", "very likely more than"),
        (1000, 500, 650, "500 a month on average over the last 12 months, 50% less than", "probably more than"),
        (1000, 1005, 1000, "about the same as over the 12 months before", "no clear change from the mean"),
        (1000, 1000, 780, "about the same", "probably less than the mean"),
        (1000, 1000, 500, "about the same", "very likely less than in December 2020 (at least 9 chances in 10)"),
        (
            0,
            1,
            1,
            "The count was 1 in December 2020, and 1 a month on average over the last 12 months, after none",
            "no",
        ),
        (0, 0, 0, "The count was 0 in December 2020, and 0 a month on average over the last 12 months, about", "no"),
    ],
)
def test_a_summary_tells_where_a_series_comes_from_and_goes_to(
    before: float, after: float, middle: float, comes: str, goes: str
) -> None:
    text = told(before, after, around(middle))
    assert comes in text
    assert goes in text.split("For December 2021")[1]


def test_a_hidden_month_makes_no_trend() -> None:
    assert told(None, 100, around(120)).startswith(
        "The count was 100 in December 2020, and 100 a month on average over the last 12 months. For December 2021"
    )
    assert "average" not in told(100, None, around(120))
    assert "December 2020" not in told(100, None, around(120)).split("is hidden.")[-1]


def test_what_is_read_is_rounded_as_the_interval_asks() -> None:
    assert "the forecast is about 11,000 (80% interval 6,000–15,000)" in told(9000, 9500, around(10_544))
    assert "la prévision donne environ 310 (intervalle à 80 % 180–430)" in told(9000, 9500, around(306), "fr")
    assert "la prévision donne 54 (intervalle à 80 % 32–76)" in told(9000, 9500, around(54), "fr")


def test_the_same_in_french() -> None:
    text = told(1000, 1500, around(3000), "fr")
    assert text.startswith("Le nombre compté était de 1 500 en décembre 2020, et de 1 500 par mois en moyenne")
    assert "50 % de plus que sur les 12 mois d’avant" in text
    assert text.endswith("très probablement plus qu’en décembre 2020 (au moins 9 chances sur 10).")
