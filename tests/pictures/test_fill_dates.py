"""Bars of days: from the early to the late end, open where the late end is after the last day."""

from datetime import date

import numpy as np
import pytest
from matplotlib.axes import Axes

from havre.pictures.displacement_charts import FillDatesChart
from havre.pictures.figures import make_figure
from havre.pictures.style import settings
from tests.pictures.sample_charts import fills, picture

CHART = fills(
    ("Sure", 1.0, date(2019, 3, 1), date(2019, 3, 11), date(2019, 4, 1)),
    ("Open", 0.7, date(2019, 9, 1), date(2019, 12, 1), None),
    ("Late", 0.08, date(2019, 12, 20), None, None),
    ("Never", 0.002, None, None, None),
    ("A day", 1.0, date(2019, 1, 1), date(2019, 1, 1), date(2019, 1, 1)),
)


def drawing(chart: FillDatesChart) -> Axes:
    with settings():
        [axes] = make_figure(picture(chart)).subfigs[1].axes
    return axes


def bars(axes: Axes) -> dict[int, list[float]]:
    boxes = [patch.get_extents().transformed(axes.transData.inverted()) for patch in axes.patches]
    return {round((box.y0 + box.y1) / 2): [round(box.x0, 3), round(box.x1, 3)] for box in boxes}


def test_bars_lead_from_end_to_end_and_to_the_last_day_where_open() -> None:
    last = date(2020, 1, 1).toordinal()
    found = bars(drawing(CHART))
    assert found[0] == [date(2019, 3, 1).toordinal(), date(2019, 4, 1).toordinal()]
    assert found[1] == [date(2019, 9, 1).toordinal(), last]
    assert found[2] == [date(2019, 12, 20).toordinal(), last]
    assert 3 not in found
    assert found[4][1] - found[4][0] == 1


def test_chances_and_names_stand_beside_the_bars() -> None:
    axes = drawing(CHART)
    assert [text.get_text() for text in axes.texts] == ["chance", "100%", "70%", "8%", "<1%", "100%"]
    assert [tick.get_text() for tick in axes.get_yticklabels()] == ["Sure", "Open", "Late", "Never", "A day"]
    assert set(axes.get_legend_handles_labels()[1]) == {
        "90 % interval of the day", "median", "later than the last day, or never",
    }  # fmt: skip
    legend = axes.get_legend()
    assert legend is not None
    assert len(legend.get_texts()) == 3


def test_medians_are_marked_where_they_are_known() -> None:
    axes = drawing(CHART)
    marks = [line for line in axes.get_lines() if line.get_marker() == "D"]
    assert [float(np.asarray(mark.get_xdata())[0]) for mark in marks] == [
        date(2019, 3, 11).toordinal(), date(2019, 12, 1).toordinal(), date(2019, 1, 1).toordinal(),
    ]  # fmt: skip
    assert len([line for line in axes.get_lines() if line.get_marker() == ">"]) == 2


@pytest.mark.parametrize("row", [("Never", 0.0, None, None, None)])
def test_without_bars_there_is_no_legend(row: tuple[str, float, None, None, None]) -> None:
    axes = drawing(fills(row))
    assert bars(axes) == {}
    assert axes.get_legend() is None
