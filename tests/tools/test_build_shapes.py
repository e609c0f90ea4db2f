"""Shapes of countries: joined by number or name, simplified without tearing borders, each departure told."""

import json
import sys
import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))

from tools import build_shapes  # noqa: E402

Line = list[tuple[float, float]]


def square(x: float, y: float, side: float = 2.0) -> Line:
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]


def package(folder: Path, lines: list[Line], countries: list[tuple[str | None, str, list[list[list[int]]]]]) -> Path:
    """Write a package as npm unpacks it, with whole thousandths of degrees."""
    arcs = []
    for line in lines:
        points = [(round(x * 1000), round(y * 1000)) for x, y in line]
        arcs.append([points[0], *((b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points))])
    shapes = [
        {"type": "MultiPolygon", "arcs": arcs_of, "properties": {"name": name}, **({"id": number} if number else {})}
        for number, name, arcs_of in countries
    ]
    atlas = {
        "transform": {"scale": [0.001, 0.001], "translate": [0, 0]},
        "arcs": arcs,
        "objects": {"countries": {"geometries": shapes}},
    }
    folder.mkdir(exist_ok=True)
    (folder / "countries-50m.json").write_text(json.dumps(atlas))
    (folder / "package.json").write_text('{"version": "2.0.2"}')
    return folder


def built(tmp_path: Path, *content: Any) -> dict[str, Any]:
    source, out = package(tmp_path / "package", *content), tmp_path / "out"
    out.mkdir(exist_ok=True)
    assert build_shapes.main([str(source), str(out), "--accessed", "2026-12-01"]) == 0
    found: dict[str, Any] = json.loads((out / "world.json").read_bytes())
    return found


def by_code(topology: dict[str, Any]) -> dict[str, Any]:
    return {each["id"]: each for each in topology["objects"]["countries"]["geometries"]}


def test_numbers_names_and_corrections_give_the_places(tmp_path: Path) -> None:
    lines = [square(0, 50), square(20, 42), square(0, 0), square(33.5, 44.5), square(40, 55, 9), square(25, 45, 4)]
    found = by_code(
        built(
            tmp_path,
            lines,
            [
                ("276", "Germany", [[[0]]]),
                (None, "Kosovo", [[[1]]]),
                (None, "Siachen Glacier", [[[2]]]),
                ("643", "Russia", [[[4]], [[3]]]),
                ("804", "Ukraine", [[[5]]]),
            ],
        )
    )
    assert set(found) == {"DEU", "XKX", "RUS", "UKR"}
    assert [len(found[code]["arcs"]) for code in ("RUS", "UKR")] == [1, 2]
    assert found["DEU"]["properties"]["middle"] == [1.0, 51.0]


def test_a_border_that_two_countries_share_stays_one_line(tmp_path: Path) -> None:
    wavy = [(10.0 + (0.02 if step % 2 else 0.0), 40 + step / 10) for step in range(31)]
    west = [(10.0, 43.0), (5.0, 43.0), (5.0, 40.0), (10.0, 40.0)]
    east = [(10.0, 43.0), (15.0, 43.0), (15.0, 40.0), (10.0, 40.0)]
    topology = built(tmp_path, [wavy, west, east], [("276", "Germany", [[[0, 1]]]), ("616", "Poland", [[[~0, ~2]]])])
    found = by_code(topology)
    assert found["DEU"]["arcs"][0][0][0] == ~found["POL"]["arcs"][0][0][0]
    assert len(topology["arcs"][found["DEU"]["arcs"][0][0][0]]) < len(wavy) / 2


def test_small_islands_go_but_a_small_state_stays(tmp_path: Path) -> None:
    lines = [square(0, 50), square(5, 50, 0.05), square(14.4, 35.9, 0.1)]
    found = by_code(built(tmp_path, lines, [("276", "Germany", [[[0]], [[1]]]), ("470", "Malta", [[[2]]])]))
    assert [len(found[code]["arcs"]) for code in ("DEU", "MLT")] == [1, 1]


def test_a_country_over_the_antimeridian_has_its_middle_on_its_own_side(tmp_path: Path) -> None:
    line: Line = [
        (170.0, 60.0),
        (180.0, 60.0),
        (-178.0, 60.0),
        (-178.0, 66.0),
        (180.0, 66.0),
        (170.0, 66.0),
        (170.0, 60.0),
    ]
    found = by_code(built(tmp_path, [line], [("643", "Russia", [[[0]]])]))
    longitude, latitude = found["RUS"]["properties"]["middle"]
    assert 172 < longitude < 178
    assert 61 < latitude < 65


def test_building_twice_gives_the_same_bytes_and_tells_their_hash(tmp_path: Path) -> None:
    content = ([square(0, 50)], [("276", "Germany", [[[0]]])])
    built(tmp_path, *content)
    first = (tmp_path / "out" / "world.json").read_bytes()
    built(tmp_path, *content)
    assert (tmp_path / "out" / "world.json").read_bytes() == first
    told = tomllib.loads((tmp_path / "out" / "world.provenance.toml").read_text())
    assert told["file"] == "world.json"
    assert any("Crimea" in each for each in told["corrections"])


def test_a_shape_without_a_known_number_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(KeyError, match="999"):
        built(tmp_path, [square(0, 0)], [("999", "Nowhere", [[[0]]])])
