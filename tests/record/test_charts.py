import re
from datetime import date
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.months import add_months, month_ticks
from havre.record.charts import NARROW, WIDE, ChartText, Size, count_ticks, fan_chart, sparkline
from havre.record.outlook import ExpectedMonth

LEVELS = (0.025, 0.1, 0.25, 0.5, 0.75, 0.9, 0.975)
START = date(2020, 1, 1)


def text(title: str = "Title") -> ChartText:
    return ChartText(
        "en-wide-1", title, "What it shows", "forecast", lambda day: f"{day:%b %Y}", lambda value: f"{value:,.0f}"
    )


def expected(month: date, middle: float) -> ExpectedMonth:
    return ExpectedMonth(month, 1, {level: middle * 2 * level for level in LEVELS})


def counted(values: list[float | None]) -> list[tuple[date, float | None]]:
    return [(add_months(START, step), value) for step, value in enumerate(values)]


def classes(drawing: str) -> list[str]:
    return [element.attrib.get("class", "") for element in ET.fromstring(drawing)]  # noqa: S314 - our own drawing


def coordinates(drawing: str) -> list[tuple[float, float]]:
    pairs = re.findall(r"(-?[\d.]+),(-?[\d.]+)", " ".join(re.findall(r'points="([^"]*)"', drawing)))
    return [(float(x), float(y)) for x, y in pairs]


def test_a_chart_has_bands_median_history_and_its_words() -> None:
    drawing = fan_chart(counted([10, 20, 30]), [expected(date(2020, 4, 1), 25), expected(date(2020, 5, 1), 30)], text())
    assert [kind for kind in classes(drawing) if kind in {"band-95", "band-80", "band-50", "median", "counted"}] == [
        "band-95",
        "band-80",
        "band-50",
        "median",
        "counted",
    ]
    assert 'role="img" aria-labelledby="en-wide-1-title" aria-describedby="en-wide-1-desc"' in drawing
    assert ">forecast</text>" in drawing


def test_text_is_escaped() -> None:
    drawing = fan_chart(counted([1]), [], text("<script>&"))
    assert "&lt;script&gt;&amp;" in drawing
    assert "<script>" not in drawing


def test_gaps_cut_the_line() -> None:
    assert classes(fan_chart(counted([1, 2, None, 4, 5, None, 7]), [], text())).count("counted") == 2
    assert "counted-dot" in classes(fan_chart(counted([1, 2, None, 4, 5, None, 7]), [], text()))


def test_a_suppressed_month_cuts_the_fan() -> None:
    ahead = [
        expected(date(2020, 4, 1), 5),
        ExpectedMonth(date(2020, 5, 1), 2, None),
        expected(date(2020, 6, 1), 5),
    ]
    kinds = classes(fan_chart(counted([1, 2, 3]), ahead, text()))
    assert kinds.count("band-80") == 2
    assert "median-dot" in kinds


def test_one_month_of_history_is_a_dot() -> None:
    assert "counted-dot" in classes(fan_chart(counted([5]), [], text()))


def test_all_zero_series_lies_on_the_axis() -> None:
    drawing = fan_chart(counted([0, 0, 0]), [expected(date(2020, 4, 1), 0)], text())
    assert {y for _, y in coordinates(drawing)} == {WIDE.height - 30}


def test_nothing_to_draw_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one month"):
        sparkline([], [], text())


@given(
    st.lists(st.none() | st.floats(0, 5e6), min_size=1, max_size=40),
    st.lists(st.floats(0, 5e6), max_size=12),
    st.sampled_from([WIDE, NARROW]),
)
def test_everything_stays_inside_the_drawing(values: list[float | None], ahead: list[float], size: Size) -> None:
    months = [expected(add_months(START, len(values) + step), middle) for step, middle in enumerate(ahead)]
    drawing = fan_chart(counted(values), months, text(), size)
    ET.fromstring(drawing)  # noqa: S314 - our own drawing
    assert all(0 <= x <= size.width and 0 <= y <= size.height for x, y in coordinates(drawing))


@given(st.floats(0, 1e12))
def test_count_ticks_reach_the_top_in_few_whole_steps(highest: float) -> None:
    ticks = count_ticks(highest)
    assert ticks[0] == 0
    assert ticks[-1] >= highest
    assert 2 <= len(ticks) <= 6
    assert len({high - low for low, high in pairwise(ticks)}) == 1


@given(st.integers(24000, 24300), st.integers(0, 600), st.integers(3, 10))
def test_month_ticks_are_few_and_in_range(first: int, span: int, at_most: int) -> None:
    ticks = month_ticks(first, first + span, at_most)
    assert 1 <= len(ticks) <= at_most
    assert all(first <= tick <= first + span for tick in ticks)


@pytest.mark.parametrize("highest", [1e6, 3.4e6])
def test_long_numbers_get_the_room_they_need(highest: float) -> None:
    drawing = fan_chart(counted([highest]), [], text())
    labels = re.findall(r'<text class="label" x="([\d.]+)" [^>]*text-anchor="end">([\d,]+)<', drawing)
    assert all(float(x) >= 7 * len(label) for x, label in labels)


def test_what_is_stated_and_what_came_since_are_drawn_within_the_chart() -> None:
    month = date(2020, 4, 1)
    drawing = fan_chart(
        counted([10, 20, 30]),
        [expected(month, 25)],
        text(),
        stated=[(month, 400)],
        since=[(month, 90), (date(2020, 5, 1), 80)],
    )
    assert classes(drawing)[-2:] == ["since", "stated"]
    assert ">400</text>" in drawing
    assert "stated" not in fan_chart(counted([1]), [expected(month, 25)], text())
    assert all(0 <= x <= WIDE.width and 0 <= y <= WIDE.height for x, y in coordinates(drawing))


def test_labels_of_months_never_run_into_each_other() -> None:
    months = [(add_months(START, step), 10.0) for step in range(19)]
    labels = re.findall(
        r'x="([\d.]+)" y="270" text-anchor="(\w+)">([^<]+)<', fan_chart(months, [], text(), Size(350, 280, 6))
    )
    spans = [
        (float(x) - {"start": 0.0, "middle": 0.5, "end": 1.0}[anchor] * 7.4 * len(said), 7.4 * len(said))
        for x, anchor, said in labels
    ]
    assert len(labels) > 2
    assert all(left + wide <= after for (left, wide), (after, _) in pairwise(spans))
