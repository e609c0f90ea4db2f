import re
from collections.abc import Iterable
from datetime import date
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.record.outlook import ExpectedMonth, Outlook
from havre.record.wording import Wording
from havre.web.charts.labels import LETTER, LINE, Box, Mark, place_labels
from havre.web.charts.maps import WIDE_MAP, MapFigure, lands_of, map_figure, summary_of
from havre.web.charts.outlook_map import OutlookMap, Typical, maps_of, typical_month

WORDS = Wording("en", {"sea_arrivals": {"en": "Arrivals by sea", "fr": "Arrivées par la mer"}})
SVG = "{http://www.w3.org/2000/svg}"


def series(destination: str, median: float | None, *, scope: str = "a", measure: str = "sea_arrivals") -> Outlook:
    row = {"scope": scope, "measure": measure, "origin": "TOT", "destination": destination, "level": "destination"}
    quantiles = None if median is None else {0.1: median / 2, 0.5: median, 0.9: median * 2}
    months = tuple(ExpectedMonth(date(2026, month, 1), month, quantiles) for month in range(1, 13))
    return Outlook(row, (), months)


def figure(*outlooks: Outlook) -> MapFigure:
    (found,) = maps_of(outlooks)
    (lands,) = lands_of([found])
    return map_figure(found, lands, WORDS, lambda code: f"/en/destination/{code}", "map-1")


def drawn(made: MapFigure) -> ET.Element:
    return ET.fromstring(str(made.drawings[0][1]).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # noqa: S314


def radii(made: MapFigure, kind: str) -> list[float]:
    return [float(each.attrib["r"]) for each in drawn(made).iter(f"{SVG}circle") if each.attrib["class"] == kind]


def test_areas_are_as_large_as_medians_and_rings_end_where_ranges_end() -> None:
    made = figure(series("ITA", 4000.0), series("GRC", 1000.0))
    italy, greece = radii(made, "spot-median")
    assert italy / greece == pytest.approx(2, rel=0.01)
    assert radii(made, "spot-high")[0] == WIDE_MAP.largest
    assert radii(made, "spot-high")[0] / italy == pytest.approx(2**0.5, rel=0.01)
    assert radii(made, "spot-low")[0] / italy == pytest.approx(0.5**0.5, rel=0.01)


def test_a_hidden_figure_is_a_mark_of_one_size_and_is_told_as_hidden() -> None:
    made = figure(series("ITA", 4000.0), series("MLT", None))
    assert radii(made, "spot-hidden") == [3.0]
    assert [(name, typical is None) for name, _, typical, _ in made.rows] == [("Italy", False), ("Malta", True)]
    assert "For 1 of them figures are hidden" in made.summary


def test_one_hidden_month_hides_the_typical_month() -> None:
    whole = series("ITA", 10.0)
    partly = Outlook(whole.row, (), (*whole.expected[:11], ExpectedMonth(date(2026, 12, 1), 12, None)))
    assert typical_month(whole) == Typical(10.0, 5.0, 20.0, 12)
    assert typical_month(partly) is None
    assert typical_month(Outlook(whole.row, (), ())) is None


def test_french_keeps_a_space_before_a_semicolon() -> None:
    (found,) = maps_of([series("ITA", 4000.0), series("GRC", 1500.0)])
    told = summary_of(found, Wording("fr", WORDS.measure_names))
    assert "\u202f; Grèce" in told
    assert ";" not in told.replace("\u202f; ", "")


def test_every_mark_is_a_link_with_its_figures_for_the_keyboard() -> None:
    route = "route:central-mediterranean"
    made = figure(series("ITA", 4000.0), series(route, 1500.0))
    links = {each.attrib["href"]: each.attrib["aria-label"] for each in drawn(made).iter(f"{SVG}a")}
    assert links == {
        "/en/destination/ITA": "Italy 4,000 a month (80% range 2,000–8,000)",
        f"/en/destination/{route}": "Central Mediterranean route 1,500 a month (80% range 750–3,000)",
    }
    assert drawn(made).attrib["role"] == "group"


def test_what_has_no_place_on_a_map_is_named_beside_it() -> None:
    made = figure(series("ITA", 40.0), series("GRC", 30.0), series("route:intra-european", 20.0))
    assert made.others == [("Routes within Europe", "/en/destination/route:intra-european")]


def test_circles_compare_within_the_largest_source() -> None:
    wide = [series(code, 100.0, scope="wide") for code in ("DEU", "FRA")]
    (found,) = maps_of([series("DEU", 900.0, scope="own"), *wide])
    assert [(each.code, each.outlook.key[0]) for each in found.spots] == [("DEU", "wide"), ("FRA", "wide")]


def test_maps_of_europe_share_their_land_and_others_have_their_own() -> None:
    europe = [series("ITA", 1.0), series("GRC", 1.0)]
    also = [series(code, 1.0, measure="asylum_applications") for code in ("DEU", "NOR")]
    world = [series(code, 1.0, measure="arrivals") for code in ("USA", "BGD")]
    maps = maps_of([*europe, *also, *world])
    lands = dict(zip((each.measure for each in maps), lands_of(maps), strict=True))
    assert lands["sea_arrivals"] is lands["asylum_applications"]
    assert lands["arrivals"]["wide"].name == "land-arrivals-wide"


def test_a_measure_with_a_single_destination_has_no_map_beside_others() -> None:
    one = series("DEU", 1.0, measure="asylum_applications")
    assert [each.measure for each in maps_of([one])] == ["asylum_applications"]
    assert [each.measure for each in maps_of([one, series("ITA", 1.0), series("GRC", 1.0)])] == ["sea_arrivals"]
    assert maps_of([]) == ()


def test_sea_routes_are_drawn_to_find_ones_way_without_a_link() -> None:
    (found,) = maps_of([series("ITA", 10.0), series("GRC", 10.0)])
    faint = {each.code for each in found.courses if each.outlook is None}
    assert "route:central-mediterranean" in faint
    assert "route:caribbean-us" not in faint
    (asylum,) = maps_of([series(code, 1.0, measure="asylum_applications") for code in ("ITA", "GRC")])
    assert isinstance(asylum, OutlookMap)
    assert asylum.courses == ()


def test_a_line_carries_the_figure_of_the_country_that_counts_who_arrived_by_it() -> None:
    british = series("GBR", 3000.0)
    british.row["source"] = "uk_home_office"
    made = figure(british, series("ITA", 4000.0))
    channel = next(each for each in made.found.routes if each.code == "route:channel")
    assert (channel.counted_in, channel.typical) == ("GBR", typical_month(british))
    link = next(each for each in drawn(made).iter(f"{SVG}a") if each.attrib["href"].endswith("route:channel"))
    assert link.attrib["aria-label"].startswith("English Channel (counted on arrival: United Kingdom) 3,000 a month")
    # The same figure is not told twice, and Italian arrivals of another source are not those of UNHCR.
    assert [each.code for each in made.found.routes] == ["route:channel"]
    assert made.summary.startswith("Arrivals by sea: 2 destinations")
    assert "Channel" not in made.summary


@given(
    st.lists(
        st.tuples(st.text("abc ", min_size=1, max_size=20), st.floats(0, 400), st.floats(0, 300), st.floats(0, 40)),
        max_size=12,
    )
)
def test_names_never_meet_and_stay_inside(marks: list[tuple[str, float, float, float]]) -> None:
    placed = place_labels([Mark(text, (x, y), radius) for text, x, y, radius in marks], 400, 300)
    boxes = []
    for each in placed:
        long = len(each.text) * LETTER
        left = each.at[0] - {"start": 0.0, "middle": long / 2, "end": long}[each.anchor]
        boxes.append(Box(left, each.at[1] - LINE / 2, left + long, each.at[1] + LINE / 2))
    assert not any(one.meets(other) for place, one in enumerate(boxes) for other in boxes[:place])
    assert all(box.left >= 0 and box.right <= 400 and box.top >= 0 and box.bottom <= 300 for box in boxes)


def test_names_are_escaped() -> None:
    made = figure(series("CIV", 10.0), series("ITA", 5.0))
    assert re.search(r"C(ô|o)te d(’|&#39;)Ivoire", str(made.drawings[0][1]))
    assert _texts(drawn(made)) >= {"Italy"}


def _texts(root: ET.Element) -> set[str]:
    found: Iterable[str | None] = (each.text for each in root.iter(f"{SVG}text"))
    return {text for text in found if text}
