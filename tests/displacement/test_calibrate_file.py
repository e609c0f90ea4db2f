"""A file that is no calibration is refused in words, whatever it holds."""

from pathlib import Path

import pytest

from havre.displacement.calibrate_file import read_calibration
from havre.errors import DisplacementError


@pytest.mark.parametrize("content", ["", "[]", "{", '{"format": 1}', "[" * 100_000])
def test_what_is_no_calibration_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "fit.json"
    path.write_text(content)
    with pytest.raises(DisplacementError, match="fit.json"):
        read_calibration(path)
