"""Descriptions tell the figures that a chart shows."""

from havre.pictures.descriptions import describe, describe_chart
from havre.pictures.words import Words
from tests.pictures.sample_charts import CHARTS, SMALL, picture

ENGLISH = Words("en")


def test_a_fan_tells_its_last_months() -> None:
    assert describe_chart(CHARTS["fan"], ENGLISH) == (
        "Arrivées en Grèce. Counted last: 1,350 in Dec 2021. "
        "Median forecast for Dec 2022: 1,500, 80 % interval 900 to 2,100."
    )


def test_the_others_tell_what_stands_out() -> None:
    told = {name: describe_chart(chart, ENGLISH) for name, chart in CHARTS.items()}
    assert told["scenario"].endswith("1,500 without the events and 0 with them.")
    assert "At h = 1, lowest ratio: model_1 with 0.81. At h = 12, lowest ratio: model_1 with 0.81." in told["league"]
    assert "−12 percentage points" in told["calibration"]
    assert "h = 12" in told["calibration"]
    assert "above their threshold: 1." in told["alarms"]
    assert "42%" in told["alarms"]
    assert told["drivers"] == "why. From 1,200 to 1,215: up +65, down −50."


def test_what_is_empty_says_so_in_both_languages() -> None:
    for name, chart in SMALL.items():
        assert describe(picture(chart))
        if name.endswith("of nothing") and not name.startswith("drivers"):
            assert "Nothing can be shown" in describe(picture(chart))
            assert "Rien ne peut être montré" in describe(picture(chart, language="fr"))
