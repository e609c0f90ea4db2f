"""Nothing is cut off, nothing is smaller than 9 points, gaps stay gaps, and nothing or one point can be drawn."""

from itertools import chain

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from havre.pictures.charts import Chart
from havre.pictures.fans import points
from havre.pictures.figures import make_figure
from havre.pictures.style import settings
from tests.pictures.sample_charts import CHARTS, FIRST, SMALL, picture

EVERY = CHARTS | SMALL


def texts(figure: Figure) -> list[Text]:
    found = figure.findobj(Text)
    shown = [text for text in found if isinstance(text, Text) and text.get_visible() and text.get_text()]
    # Ticks outside the limits exist, but are not drawn.
    outside = set()
    for axes in chain.from_iterable(part.axes for part in figure.subfigs):
        for axis, limits in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, axes.get_ylim())):
            ticks = axis.get_major_ticks()
            outside |= {id(tick.label1) for tick in ticks if not min(limits) <= float(tick.get_loc()) <= max(limits)}
    return [text for text in shown if id(text) not in outside]


@pytest.mark.parametrize("name", EVERY)
def test_every_text_is_inside_and_large_enough(name: str) -> None:
    with settings():
        figure = make_figure(picture(EVERY[name], language="fr"))
        figure.draw_without_rendering()
        canvas = figure.bbox
        found = texts(figure)
        assert len(found) >= 3
        for text in found:
            box = text.get_window_extent()
            assert float(text.get_fontsize()) >= 9, text.get_text()
            assert box.x0 >= canvas.x0 - 1, text.get_text()
            assert box.x1 <= canvas.x1 + 1, text.get_text()
            assert box.y0 >= canvas.y0 - 1, text.get_text()
            assert box.y1 <= canvas.y1 + 1, text.get_text()


@pytest.mark.parametrize("name", CHARTS)
def test_the_title_lies_above_legend_and_axes(name: str) -> None:
    with settings():
        figure = make_figure(picture(CHARTS[name]))
        figure.draw_without_rendering()
        part = figure.subfigs[1]
        title = part.texts[0].get_window_extent()
        tops = [box.y1 for axes in part.axes if (box := axes.get_tightbbox()) is not None]
        assert title.y0 >= max(tops)


def test_charts_stand_under_each_other_in_their_order() -> None:
    with settings():
        figure = make_figure(picture(CHARTS["fan"], CHARTS["alarms"]))
        tops = [part.bbox.y1 for part in figure.subfigs]
    assert tops == sorted(tops, reverse=True)
    assert figure.subfigs[1].texts[0].get_text() == "Arrivées en Grèce"


def test_a_gap_is_no_line() -> None:
    months, values = points([(FIRST, 1.0), (FIRST.replace(month=2), None), (FIRST.replace(month=4), 3.0)])
    assert np.diff(months).tolist() == [1.0, 1.0, 1.0]
    np.testing.assert_array_equal(values, [1.0, np.nan, np.nan, 3.0])


def test_a_fan_shows_history_bands_median_and_start() -> None:
    chart: Chart = CHARTS["fan"]
    with settings():
        [axes] = make_figure(picture(chart)).subfigs[1].axes
    assert axes.get_legend_handles_labels()[1] == [
        "counted", "95 % interval", "80 % interval", "50 % interval", "median forecast", "forecast starts",
    ]  # fmt: skip
    counted, median, start = axes.get_lines()
    assert np.isnan(np.asarray(counted.get_ydata(), dtype=float)).sum() == 1
    np.testing.assert_allclose(np.asarray(median.get_ydata(), dtype=float), 1500)
    assert float(np.asarray(counted.get_xdata())[-1]) < float(np.asarray(start.get_xdata())[0])
    assert axes.get_ylim()[0] == 0
