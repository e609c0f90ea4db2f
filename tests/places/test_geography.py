import hashlib
import tomllib
from importlib.resources import files

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.errors import PlaceError
from havre.places import countries, distance_km, distance_matrix, neighbours
from havre.places.codes import country_table, routes
from havre.places.geography import capital_position, route_sketches

WITHOUT_CAPITAL = {"ATA", "BVT", "HMD", "TKL", "UMI"}
CODES = sorted(each.code for each in countries())
MEASURED = st.sampled_from([code for code in CODES if code not in WITHOUT_CAPITAL])
HALF_CIRCUMFERENCE = 20015.2


@given(MEASURED, MEASURED)
def test_a_distance_is_the_same_both_ways(one: str, other: str) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one), rel=1e-12)
    assert 0 <= distance_km(one, other) <= HALF_CIRCUMFERENCE
    assert (distance_km(one, other) == 0) == (one == other)


@given(MEASURED, MEASURED, MEASURED)
def test_a_detour_is_never_shorter(one: str, between: str, other: str) -> None:
    assert distance_km(one, other) <= distance_km(one, between) + distance_km(between, other) + 1e-6


@given(st.lists(MEASURED, max_size=5))
def test_the_matrix_holds_the_distances(codes: list[str]) -> None:
    matrix = distance_matrix(codes)
    assert matrix.shape == (len(codes), len(codes))
    expected = np.array([[distance_km(one, other) for other in codes] for one in codes]).reshape(matrix.shape)
    np.testing.assert_allclose(matrix, expected, rtol=1e-9, atol=1e-6)


def test_places_without_a_capital_have_no_distance() -> None:
    assert {code for code in CODES if not country_table()[code]["latitude"]} == WITHOUT_CAPITAL
    matrix = distance_matrix(["FRA", "STA", "DEU"])
    assert np.isnan(matrix).tolist() == [[False, True, False], [True, True, True], [False, True, False]]
    with pytest.raises(PlaceError) as caught:
        distance_km("FRA", "STA")
    assert caught.value.problems[0].key == "places.no_capital"


def test_a_wrong_code_has_no_distance_and_no_neighbours() -> None:
    for call in (lambda: distance_km("FRA", "GER"), lambda: distance_matrix(["GER"]), lambda: neighbours("GER")):
        with pytest.raises(PlaceError):
            call()


def test_borders_have_two_sides() -> None:
    borders = {(code, other) for code in CODES for other in neighbours(code)}
    assert {(other, code) for code, other in borders} == borders
    assert all(code != other for code, other in borders)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("PRT", {"ESP"}),
        ("XKX", {"ALB", "MKD", "MNE", "SRB"}),
        ("UKR", {"BLR", "HUN", "MDA", "POL", "ROU", "RUS", "SVK"}),
        ("MLT", set()),
        ("STA", set()),
        ("route:black-sea", set()),
    ],
)
def test_known_borders(code: str, expected: set[str]) -> None:
    assert neighbours(code) == expected


def test_the_table_is_the_one_that_its_sidecar_describes() -> None:
    folder = files("havre.places")
    sidecar = tomllib.loads(folder.joinpath("countries.provenance.toml").read_text(encoding="utf-8"))
    digest = hashlib.sha256(folder.joinpath("countries.csv").read_bytes()).hexdigest()
    assert sidecar["sha256"] == digest
    assert sidecar["licence"] == "CC BY 4.0"
    assert "GeoNames" in sidecar["attribution"]


def test_sketches_of_routes_are_whole_lines_between_known_shores() -> None:
    sketches = route_sketches()
    assert set(sketches) <= {each.code for each in routes()}
    assert all(len(each.line) > 2 for each in sketches.values())
    assert all(-180 <= x <= 180 and -60 <= y <= 75 for each in sketches.values() for x, y in each.line)
    ends = {"route:central-mediterranean": "MLT", "route:channel": "GBR", "route:eastern-mediterranean": "GRC"}
    for code, arrival in ends.items():
        x, y = capital_position(arrival) or (0.0, 0.0)
        assert abs(sketches[code].line[-1][0] - x) < 2
        assert abs(sketches[code].line[-1][1] - y) < 2


def test_places_without_a_capital_have_no_position() -> None:
    assert capital_position("UMI") is None
    with pytest.raises(PlaceError):
        capital_position("ZZZ")
