"""Files: the same bytes every time, whole or not at all, text as text, and clear refusals."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from hashlib import sha256
from pathlib import Path

import pytest

from havre.errors import FileError, ForecastError
from havre.pictures import extra, files, write_picture
from havre.pictures.files import check_picture_file, picture_bytes
from havre.texts import Language
from tests.pictures.sample_charts import CHARTS, SMALL, picture

SVG = "{http://www.w3.org/2000/svg}"
AGAIN = """
from hashlib import sha256
from havre.pictures.files import picture_bytes
from tests.pictures.sample_charts import CHARTS, picture
print(*(sha256(picture_bytes(picture(*CHARTS.values()), kind)).hexdigest() for kind in ("svg", "png")))
"""


@pytest.mark.slow
def test_bytes_are_the_same_in_another_process() -> None:
    here = [sha256(picture_bytes(picture(*CHARTS.values()), kind)).hexdigest() for kind in ("svg", "png")]
    there = subprocess.run(
        [sys.executable, "-c", AGAIN], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert there.stdout.split() == here


@pytest.mark.parametrize("kind", ["svg", "png"])
@pytest.mark.parametrize("name", SMALL)
def test_nothing_and_one_point_are_drawn(name: str, kind: str) -> None:
    drawn = picture_bytes(picture(SMALL[name]), kind)
    assert drawn.startswith(b"\x89PNG" if kind == "png" else b"<?xml")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", ["counted", "median forecast", "80 % interval", "forecast starts", "Jan 2020", "1,500"]),
        ("fr", ["effectif publié", "prévision médiane", "intervalle à 80 %", "début de la prévision", "janv. 2020"]),
    ],
)
def test_svg_keeps_text_with_title_and_description(language: Language, words: list[str]) -> None:
    root = ET.fromstring(picture_bytes(picture(CHARTS["fan"], language=language), "svg"))  # noqa: S314 - our own
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "Heading & <more> for 5 $"
    described = root.findtext(f"{SVG}desc") or ""
    assert "Arrivées en Grèce" in described
    assert described.endswith("Source: a provider. A forecast is not a promise.")
    shown = [text.text for text in root.iter(f"{SVG}text")]
    assert set(words) <= set(shown)
    assert {"Heading & <more> for 5 $", "Source: a provider", "Arrivées en Grèce"} <= set(shown)


def test_no_date_and_no_version_enter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1000000000")
    drawn = picture_bytes(picture(CHARTS["fan"]), "svg").decode()
    assert "dc:date" not in drawn
    assert "dc:creator" not in drawn
    assert b"Software" not in picture_bytes(picture(CHARTS["fan"]), "png")


def test_a_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "chart.SVG"
    path.write_text("old")
    assert write_picture(picture(CHARTS["drivers"]), path) == path
    assert path.read_text(encoding="utf-8").rstrip().endswith("</svg>")
    assert [each.name for each in tmp_path.iterdir()] == ["chart.SVG"]
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


def test_what_fails_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "chart.svg"
    path.write_text("old")

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(FileError, match="No space left"):
        write_picture(picture(CHARTS["drivers"]), path)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("chart.svg", "old")]


def test_refusals_say_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"chart\.pdf.*\.svg, \.png"):
        check_picture_file(tmp_path / "chart.pdf")
    with pytest.raises(FileError, match=r"chart.*\.svg, \.png"):
        check_picture_file(tmp_path / "chart")
    with pytest.raises(FileError, match="nowhere"):
        check_picture_file(tmp_path / "nowhere" / "chart.svg")
    (tmp_path / "folder.svg").mkdir()
    with pytest.raises(FileError, match="directory"):
        check_picture_file(tmp_path / "folder.svg")


def test_a_missing_package_is_told_with_advice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(module: str) -> None:
        raise ModuleNotFoundError(f"No module named {module!r}", name=module)

    monkeypatch.setattr(extra, "import_module", missing)
    with pytest.raises(ForecastError, match="matplotlib") as raised:
        files.write_picture(picture(CHARTS["fan"]), tmp_path / "chart.svg")
    assert "havre[plots]" in raised.value.advice("en")
    assert "havre[plots]" in raised.value.advice("fr")
    assert list(tmp_path.iterdir()) == []


def test_settings_of_the_user_change_nothing() -> None:
    import matplotlib as mpl

    before = picture_bytes(picture(CHARTS["fan"]), "svg")
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "path", "axes.facecolor": "red"}):
        assert picture_bytes(picture(CHARTS["fan"]), "svg") == before
        assert mpl.rcParams["font.size"] == 30


def test_no_display_and_no_pyplot_is_touched(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from havre.pictures import write_picture\n"
        "from tests.pictures.sample_charts import CHARTS, picture\n"
        "assert 'matplotlib' not in sys.modules and 'plotext' not in sys.modules\n"
        f"write_picture(picture(CHARTS['fan']), Path({str(tmp_path / 'a.png')!r}))\n"
        "assert 'matplotlib.pyplot' not in sys.modules and 'tkinter' not in sys.modules"
    )
    paths = os.pathsep.join(sys.path)
    subprocess.run([sys.executable, "-c", code], check=True, env={**os.environ, "PYTHONPATH": paths})
