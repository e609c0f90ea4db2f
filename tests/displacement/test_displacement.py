"""The room gives its functions by name, and importing it alone loads little."""

import subprocess
import sys

import pytest

import havre.displacement as room


def test_every_name_is_there_and_is_what_its_module_has() -> None:
    for name in room.__all__:
        assert getattr(room, name).__name__ == name
    with pytest.raises(AttributeError, match="no_such"):
        room.no_such  # noqa: B018 - the look is what fails


def test_importing_the_room_loads_no_reader_and_no_table_library() -> None:
    code = (
        "import sys, havre.displacement; print([m for m in ('yaml', 'polars', 'scipy', 'SALib') if m in sys.modules])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
