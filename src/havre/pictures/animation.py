"""The animation of a displacement simulation: one HTML file, in English and French, that needs nothing else.

The file opens without a network, loads nothing, and its content security policy forbids that anything be loaded. Its
bytes depend on what it shows alone.

References
----------
W3C, Content Security Policy Level 3, https://www.w3.org/TR/CSP3/ (style and script are allowed by their hash).
W3C, Web Content Accessibility Guidelines 2.2, https://www.w3.org/TR/WCAG22/ (1.4.10 reflow, 2.2.2 pause, stop, hide).
"""

import errno
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from havre.errors import FileError
from havre.pictures.animation_page import render_page
from havre.pictures.displacement_charts import check_network
from havre.pictures.small_counts import DEFAULT_THRESHOLD, check_threshold
from havre.pictures.tables import check_columns, check_range
from havre.texts import LANGUAGES, Language
from havre.whole_files import write_whole

Floats = npt.NDArray[np.float64]
ENDING = ".html"
MOST_BYTES = 2_900_000
"""Largest file; days are left out between others until it fits."""


@dataclass(frozen=True, eq=False)
class DisplacementAnimation:
    """A network by day: people in each place, and people who set out on each link.

    Parameters
    ----------
    title : what is simulated, such as the name of the instance; the same in both languages
    start : the first day
    places : ``name``, ``kind`` (one of :data:`havre.pictures.displacement_charts.KINDS`), ``latitude``, ``longitude``
        [degrees] and ``capacity`` [people] (null where there is no limit); may have ``written``, the capacity of the
        instance [people] (null where it sets none), which is told where it is not in force
    people : in each place at the end of each day, mean over runs, shape (days, places)
    links : directed: ``origin`` and ``destination``, names of places
    flows : people who set out on each link on each day, mean over runs, shape (days, links)
    runs : how many runs the means are of
    low, high : ends of the interval over runs of the people in each camp, shape (days, camps), camps in the order of
        ``places``; ``None`` where there is none
    interval : what lies between them, in per cent of the runs
    counted : registrations in each camp, shape (days, camps), NaN where there is none; ``None`` where none are known
    conflict : which places are conflict zones on which day, shape (days, places); ``None`` where that does not change
    displaced : people who were ever displaced until each day, shape (days,)
    supposed : what is supposed, in words, by language; empty where it is no scenario
    notes : sentences for the foot of the page, by language, such as sources
    threshold : smallest count that is told [people]
    language : in which the page opens; ``None`` for the reader's own

    Raises
    ------
    ValueError : there is no place or no day, tables do not fit, shapes do not fit them, or a number is below 0 or none
    """

    title: str
    start: date
    places: pl.DataFrame
    people: Floats
    links: pl.DataFrame
    flows: Floats
    runs: int
    low: Floats | None = None
    high: Floats | None = None
    interval: int = 80
    counted: Floats | None = None
    conflict: npt.NDArray[np.bool_] | None = None
    displaced: Floats | None = None
    supposed: Mapping[Language, str] = field(default_factory=dict)
    notes: Mapping[Language, tuple[str, ...]] = field(default_factory=dict)
    threshold: int = DEFAULT_THRESHOLD
    language: Language | None = None

    def __post_init__(self) -> None:
        check_network(self.places, self.links)
        check_columns(self.places, ("capacity",))
        check_range(self.places, "capacity", 0.0, 1e15, gaps=True)
        if "written" in self.places.columns:
            check_range(self.places, "written", 0.0, 1e15, gaps=True)
        check_threshold(self.threshold)
        if self.places.is_empty() or not len(self.people) or self.runs < 1:
            raise ValueError("an animation needs a place, a day and a run")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval needs both ends")
        for name, said in (("notes", self.notes), ("supposed", self.supposed)):
            if said and set(said) != set(LANGUAGES):
                raise ValueError(f"{name}: needed in {LANGUAGES}, there in {sorted(said)}")
        days, camps = len(self.people), self.places.filter(kind="camp").height
        for name, shape, gaps in (
            ("people", (days, self.places.height), False),
            ("flows", (days, self.links.height), False),
            ("low", (days, camps), False),
            ("high", (days, camps), False),
            ("counted", (days, camps), True),
            ("conflict", (days, self.places.height), False),
            ("displaced", (days,), False),
        ):
            _check_array(name, getattr(self, name), shape, gaps=gaps)


def _check_array(name: str, values: Floats | None, shape: tuple[int, ...], *, gaps: bool) -> None:
    if values is None:
        return
    if values.shape != shape:
        raise ValueError(f"{name} must have the shape {shape}, not {values.shape}")
    known = values[~np.isnan(values)] if gaps else values
    if not np.all((known >= 0) & (known < np.inf)):
        raise ValueError(f"{name} holds a number below 0, or what is no number")


def animation_page(animation: DisplacementAnimation) -> str:
    """Write an animation as one HTML page of at most 3 MB, with both languages inside.

    Of more days than fit, every second, third, … is shown, and the last; of more than 400 places and 1,200 links, camps
    and those with most people. The page says what it leaves out.
    """
    step = 1
    while True:
        page = render_page(animation, step)
        size = len(page.encode())
        if size <= MOST_BYTES or step >= len(animation.people):
            return page
        step = max(step + 1, step * size // MOST_BYTES)


def check_animation_file(path: Path) -> Path:
    """Check that an animation can be written, before the work that leads to it begins.

    Raises
    ------
    FileError : the name does not end in ``.html``, or the folder is not there
    """
    if path.suffix.lower() != ENDING:
        raise FileError("pictures.animation_ending", path=path, expected=ENDING)
    if not path.parent.is_dir():
        raise FileError("file.no_folder", path=path.parent)
    if path.is_dir():
        raise FileError("file.not_writable", path=path, reason=os.strerror(errno.EISDIR))
    return path


def write_animation(animation: DisplacementAnimation, path: Path) -> Path:
    """Write an animation to a file; one of that name is replaced.

    Raises
    ------
    FileError : the name does not end in ``.html``, or the file cannot be written
    """
    check_animation_file(path)
    write_whole(path, animation_page(animation).encode())
    return path
