"""Draws a picture with letters, as wide as the terminal; in plain ASCII where it shows nothing else."""

import re
import textwrap
import unicodedata
from typing import Any

from havre.errors import ForecastError
from havre.pictures.charts import Picture
from havre.pictures.extra import load
from havre.pictures.marks import Sketch
from havre.pictures.notes import notes_of
from havre.pictures.sketches import sketches
from havre.pictures.words import Words

LEAST_WIDTH, MOST_WIDTH = 40, 160
_FRAME_ROWS = 3
"""Lines of a drawing that its frame and the labels of the lower axis take."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")
_ASCII = str.maketrans(
    {
        "●": "*", "◆": "o", "○": "+", "·": ".", "█": "#", "┃": "|", "│": "|", "─": "-", "┤": "|", "├": "|", "┼": "+",
        "┬": "-", "┴": "-", "┌": "+", "┐": "+", "└": "+", "┘": "+", "’": "'", "‘": "'", "“": '"', "”": '"', "«": '"',
        "»": '"', "–": "-", "—": "-", "−": "-", "→": ">", "↑": "^", "…": "~", "×": "x", "≥": ">",
        "œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "ı": "i",
    }
)  # fmt: skip


def check_terminal_plots() -> None:
    """Check that charts can be drawn in the terminal, before the work that leads to them begins.

    Raises
    ------
    ForecastError : plotext is not installed, or too old
    """
    _plotext()


def _plotext() -> Any:
    plotext = load("plotext")
    # Version 6 has other names for everything.
    if not hasattr(plotext, "figure"):
        raise ForecastError("forecast.needs_plots", package="plotext ≥ 6")
    # As wide as we ask for: into a file or pipe it would take 80 letters.
    plotext.terminal.limit(False, False)
    return plotext


def draw_text(picture: Picture, width: int, *, ascii_only: bool = False) -> str:
    """Draw a picture as text.

    Parameters
    ----------
    width : letters on a line; kept between 40 and 160
    ascii_only : use letters that every terminal has, accents taken off

    Raises
    ------
    ForecastError : plotext is not installed
    """
    width = min(max(width, LEAST_WIDTH), MOST_WIDTH)
    words = Words(picture.language)
    parts = [_wrapped(picture.heading, width)]
    for chart in picture.charts:
        for title, drawn in sketches(chart, words, width):
            lines = [_wrapped(title, width)]
            lines += _drawn(drawn, width) if drawn else [f"({words.text('nothing')})"]
            parts.append("\n".join(lines))
        notes = [_wrapped(note, width) for note in notes_of(chart, words)]
        parts[-1] = "\n".join([parts[-1], *notes])
    parts.append("\n".join(_wrapped(note, width) for note in picture.notes))
    text = "\n\n".join(parts) + "\n"
    return to_ascii(text) if ascii_only else text


def to_ascii(text: str) -> str:
    """Write a text with the letters of ASCII: frames and signs by look-alikes, letters without their accents.

    Examples
    --------
    >>> to_ascii("● Été – 1 200 → 80 %")
    '* Ete - 1 200 > 80 %'
    """
    bare = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return "".join(letter for letter in bare if not unicodedata.combining(letter)).encode("ascii", "replace").decode()


def _wrapped(text: str, width: int) -> str:
    return "\n".join(textwrap.wrap(text, width, break_on_hyphens=False))


def _drawn(drawn: Sketch, width: int) -> list[str]:
    """Draw with plotext, without colours, and write the legend under it."""
    figure = _plotext().figure
    figure.clear.all()
    figure.theme("colorless")
    figure.plot_size(width, drawn.rows + _FRAME_ROWS)
    for mark in drawn.marks:
        across, up = ([point[axis] for point in mark.points] for axis in (0, 1))
        signal = figure.signal(across, up, marker=mark.sign)
        figure.draw(signal.lines() if mark.joined and len(across) > 1 else signal)
    figure.legend(active=False)
    for axis, side, ticks, limits in (
        ("x", "lower", drawn.x_ticks, drawn.x_limits),
        ("y", "left", drawn.y_ticks, drawn.y_limits),
    ):
        ruler = figure.ruler(axis, side)
        ruler.ticks([place for place, _ in ticks], [name for _, name in ticks])
        ruler.lim(*limits)
    lines = _COLOURS.sub("", str(figure.build())).rstrip("\n").split("\n")
    named = "   ".join(f"{mark.sign} {mark.label}" for mark in drawn.marks if mark.label)
    return [*(line.rstrip() for line in lines), *([_wrapped(drawn.axis, width)] if drawn.axis else []),
            *([_wrapped(named, width)] if named else [])]  # fmt: skip
