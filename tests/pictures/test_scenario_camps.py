"""Differences: the sign by whether the interval holds nought, small ones not told apart."""

import numpy as np
from matplotlib.axes import Axes

from havre.pictures.displacement_charts import ScenarioCampsChart
from havre.pictures.figures import make_figure
from havre.pictures.files import picture_bytes
from havre.pictures.style import settings
from tests.pictures.sample_charts import differences, picture

CHART = differences(
    ("More", 1000.0, 500.0, 100.0, 900.0),
    ("Fewer", 2000.0, -300.0, -700.0, -50.0),
    ("Either", 30.0, 40.0, -10.0, 90.0),
    ("Small", 4.0, 3.0, 0.0, 8.0),
)


def drawing(chart: ScenarioCampsChart) -> Axes:
    with settings():
        [axes] = make_figure(picture(chart)).subfigs[1].axes
    return axes


def test_signs_say_whether_the_interval_holds_nought() -> None:
    axes = drawing(CHART)
    marks = [line for line in axes.get_lines() if line.get_marker() in ("^", "v", "o")]
    assert [mark.get_marker() for mark in marks] == ["^", "v", "o", "o"]
    assert [float(np.asarray(mark.get_xdata())[0]) for mark in marks] == [500, -300, 40, 5]
    whiskers = [
        line for line in axes.get_lines() if len(np.asarray(line.get_xdata())) == 2 and line.get_linewidth() > 2
    ]
    assert [np.asarray(line.get_xdata()).tolist() for line in whiskers] == [
        [100, 900], [-700, -50], [-10, 90], [0, 5],
    ]  # fmt: skip


def test_figures_stand_beside() -> None:
    texts = [text.get_text() for text in drawing(CHART).texts]
    assert texts == ["without", "change", "1,000", "+500", "2,000", "−300", "30", "+40", "<10", "+<10"]


def test_the_title_says_that_it_is_a_supposition() -> None:
    svg = picture_bytes(picture(CHART, language="fr"), "svg").decode()
    assert "t : SI s" in svg
    assert "Les effectifs de 1 à 9 ne sont pas donnés" in svg


def test_files_do_not_tell_small_differences_apart() -> None:
    def drawn(change: float) -> bytes:
        return picture_bytes(picture(differences(("A", 90.0, change, 0.0, 60.0))), "svg")

    assert drawn(1.0) == drawn(9.0)
    assert drawn(9.0) != drawn(15.0)
