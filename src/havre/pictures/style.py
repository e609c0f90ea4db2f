"""How charts look: colours that colour-blind readers tell apart, sizes, and settings that no user's file changes.

Colours: Okabe M, Ito K (2008), Color universal design. https://jfly.uni-koeln.de/color/
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from havre.pictures.extra import load

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import SubFigure

BLACK = "#000000"
ORANGE = "#E69F00"
SKY = "#56B4E9"
GREEN = "#009E73"
BLUE = "#0072B2"
VERMILION = "#D55E00"
PURPLE = "#CC79A7"
GREY = "#595959"
LINES = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
MARKERS = "osD^vPX"

WIDTH = 8.5
"""Inches."""
SMALL, NORMAL, LARGE = 9.0, 10.0, 13.0
"""Sizes of letters [points]; nothing is smaller than 9."""
TITLE_LETTERS, NOTE_LETTERS, HEADING_LETTERS = 84, 110, 70
"""Letters that fit on a line of a title, a note and the heading."""

_SETTINGS: dict[str, object] = {
    "font.family": ["DejaVu Sans", "sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": NORMAL,
    "axes.titlesize": NORMAL,
    "axes.labelsize": SMALL,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "legend.fontsize": SMALL,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#D9D9D9",
    "grid.linewidth": 0.6,
    "axes.unicode_minus": True,
    "hatch.linewidth": 0.6,
    "savefig.dpi": 150,
    # Text stays text, so that it can be searched, read aloud and translated.
    "svg.fonttype": "none",
    # Identifiers inside the drawing are made from this instead of at random.
    "svg.hashsalt": "havre",
    "path.simplify": False,
}


@contextmanager
def settings() -> Iterator[None]:
    """Draw with our settings alone, whatever settings file the user has."""
    matplotlib = load("matplotlib")
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def legend_above(axes: "Axes", columns: int, *, marker_scale: float = 1.0) -> None:
    """Put the legend between title and drawing, where it hides nothing; a label that comes again is shown once."""
    known = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    handles, labels = list(known.values()), list(known)
    if handles:
        axes.legend(
            handles, labels, ncols=columns, loc="lower left", bbox_to_anchor=(0.0, 1.0), borderaxespad=0.2,
            frameon=False, handlelength=1.8, columnspacing=1.2, markerscale=marker_scale,
        )  # fmt: skip


def say_nothing(part: "SubFigure", text: str) -> None:
    """Show that there is nothing to show."""
    axes = part.subplots()
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=GREY, transform=axes.transAxes)
