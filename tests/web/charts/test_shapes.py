import hashlib
import re
import tomllib
from itertools import pairwise

import pytest

from havre.places import countries
from havre.places.geography import capital_position
from havre.web.charts.projections import view_of
from havre.web.charts.shapes import FILE, land_path, shapes
from havre.web.rendering import asset_files

SMALL = ("MLT", "CYP", "XKX", "LIE", "AND", "MCO", "SMR", "VAT", "SGP", "BHR", "STP", "COM", "SOM", "PSE")
Corner = tuple[float, float]


def inside(ring: tuple[Corner, ...], at: Corner) -> bool:
    x, y = at
    crossed = sum(
        (y1 > y) != (y2 > y) and x < (x2 - x1) * (y - y1) / (y2 - y1) + x1 for (x1, y1), (x2, y2) in pairwise(ring)
    )
    return crossed % 2 == 1


def test_the_file_is_the_one_whose_origin_is_told() -> None:
    told = tomllib.loads(asset_files()["shapes/world.provenance.toml"].decode())
    assert told["sha256"] == hashlib.sha256(asset_files()[FILE]).hexdigest()
    assert "ublic domain" in told["licence"]


def test_every_shape_is_a_place_and_small_states_have_one() -> None:
    known = {each.code for each in countries()}
    assert set(shapes()) <= known
    assert set(SMALL) <= set(shapes())
    assert known - set(shapes()) == {
        *("ATA", "BES", "BVT", "CCK", "GIB", "GLP", "GUF", "MTQ", "MYT", "REU", "SJM", "TKL", "TUV", "UMI")
    }


@pytest.mark.parametrize("code", ["DEU", "FRA", "ITA", "UKR", "TUR", "LBY", "SOM", "PAK", "XKX", "CYP", "POL"])
def test_a_capital_and_the_middle_lie_in_their_country(code: str) -> None:
    capital = capital_position(code)
    assert capital is not None
    for at in (capital, shapes()[code].middle):
        near = [(at[0] + x, at[1] + y) for x in (-0.3, 0, 0.3) for y in (-0.3, 0, 0.3)]
        assert any(inside(ring, point) for ring in shapes()[code].rings for point in near)


@pytest.mark.parametrize(
    ("code", "at"), [("UKR", (34.2, 45.3)), ("CYP", (33.6, 35.25)), ("SOM", (45.0, 9.8)), ("AUS", (134.0, -25.0))]
)
def test_parts_are_counted_where_the_tool_says(code: str, at: Corner) -> None:
    owners = [each.code for each in shapes().values() if any(inside(ring, at) for ring in each.rings)]
    assert owners == [code]


def test_land_is_drawn_small_closed_and_on_whole_pixels() -> None:
    path = str(land_path(view_of([(-10, 36), (30, 65)], 580, 560)))
    assert len(path) < 25_000
    assert re.fullmatch(r"(M-?\d+,?-?\d+l[-\d, ]+z)+", path)
    assert str(land_path(view_of([(-150, -40), (-140, -45)], 100, 100))) == ""
