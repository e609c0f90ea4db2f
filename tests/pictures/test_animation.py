"""An animation refuses what does not fit, fits into 3 MB, is written whole, and has the same bytes every time."""

import os
import subprocess
import sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from havre.errors import FileError
from havre.pictures import DisplacementAnimation, animation_page, check_animation_file, write_animation
from tests.pictures import sample_displacement as displaced

ANIMATION = displaced.animation(displaced.sample())
AGAIN = """
from hashlib import sha256
from havre.pictures import animation_page
from tests.pictures import sample_displacement as displaced
print(sha256(animation_page(displaced.animation(displaced.sample())).encode()).hexdigest())
"""


def with_value(values: "np.ndarray[Any, Any]", value: float) -> "np.ndarray[Any, Any]":
    changed = values.copy()
    changed.flat[3] = value
    return changed


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"people": ANIMATION.people[:, :-1]}, r"people must have the shape \(300, 23\), not \(300, 22\)"),
        ({"flows": ANIMATION.flows[:-1]}, "flows must have the shape"),
        ({"people": with_value(ANIMATION.people, -1.0)}, "people holds a number below 0"),
        ({"flows": with_value(ANIMATION.flows, np.nan)}, "flows holds"),
        ({"people": with_value(ANIMATION.people, np.inf)}, "people holds"),
        ({"low": None}, "both ends"),
        ({"displaced": np.zeros(299)}, "displaced must have the shape"),
        ({"counted": np.zeros((300, 8))}, "counted must have the shape"),
        ({"conflict": np.zeros((300, 7), dtype=bool)}, "conflict must have the shape"),
        ({"notes": {"en": ("One.",)}}, "notes: needed in"),
        ({"supposed": {"fr": "la route ferme"}}, "supposed: needed in"),
        ({"runs": 0}, "a place, a day and a run"),
        ({"threshold": 0}, "at least 1"),
        ({"places": ANIMATION.places.drop("capacity")}, "capacity"),
        ({"places": ANIMATION.places.with_columns(kind=pl.lit("hut"))}, "kind must be one of"),
    ],
)
def test_what_does_not_fit_is_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        replace(ANIMATION, **changes)


def test_an_animation_needs_a_day_and_a_place() -> None:
    with pytest.raises(ValueError, match="a place, a day and a run"):
        replace(ANIMATION, people=ANIMATION.people[:0], flows=ANIMATION.flows[:0], low=None, high=None)
    with pytest.raises(ValueError, match="a place, a day and a run"):
        DisplacementAnimation(
            "t", displaced.START, ANIMATION.places.clear(), np.zeros((1, 0)), ANIMATION.links.clear(),
            np.zeros((1, 0)), 1,
        )  # fmt: skip


def large(places: int, days: int) -> DisplacementAnimation:
    """A grid of places, each linked with its neighbours; figures of five digits on every link on every day."""
    side = int(np.sqrt(places))
    at = [(row, column) for row in range(side) for column in range(side)]
    table = pl.DataFrame(
        {
            "name": [f"Place {row}-{column}" for row, column in at],
            "kind": ["camp" if number % 50 == 0 else "town" for number in range(len(at))],
            "latitude": [row * 0.1 for row, _ in at],
            "longitude": [column * 0.1 for _, column in at],
            "capacity": [None] * len(at),
        },
        schema_overrides={"capacity": pl.Float64},
    )
    near = [
        (f"Place {row}-{column}", f"Place {(row + down) % side}-{(column + right) % side}")
        for row, column in at
        for down, right in ((0, 1), (1, 0), (0, -1), (-1, 0))
    ]
    links = pl.DataFrame(near, schema=("origin", "destination"), orient="row")
    draws = np.random.default_rng(1)
    return DisplacementAnimation(
        "A large network", displaced.START, table, draws.uniform(1e4, 9e4, (days, len(at))), links,
        draws.uniform(1e4, 9e4, (days, len(near))), 100,
    )  # fmt: skip


def test_a_large_network_over_many_days_fits_into_three_megabytes() -> None:
    page = animation_page(large(900, 700))
    assert len(page.encode()) <= 3_000_000
    assert "places with fewer people" in page
    step = int(page.split("One day in ")[1].split(" ")[0])
    assert step > 1
    # Not smaller than it needs to be.
    assert len(page.encode()) > 1_000_000


def test_a_usual_instance_is_shown_whole_in_a_few_hundred_kilobytes() -> None:
    page = animation_page(ANIMATION)
    assert len(page.encode()) < 400_000
    assert "One day in" not in page


def test_bytes_are_the_same_in_another_process() -> None:
    here = sha256(animation_page(ANIMATION).encode()).hexdigest()
    there = subprocess.run(
        [sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert there.stdout.strip() == here


def test_a_file_is_replaced_whole_and_others_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "shown.HTML"
    path.write_text("old")
    assert write_animation(ANIMATION, path) == path
    assert path.read_text(encoding="utf-8").rstrip().endswith("</html>")
    assert [each.name for each in tmp_path.iterdir()] == ["shown.HTML"]
    with pytest.raises(FileError, match=r"shown\.svg.*\.html") as raised:
        check_animation_file(tmp_path / "shown.svg")
    assert "ends in .html" in raised.value.advice("en")
    with pytest.raises(FileError, match="nowhere"):
        check_animation_file(tmp_path / "nowhere" / "shown.html")
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(FileError, match="directory"):
        check_animation_file(tmp_path / "folder.html")
