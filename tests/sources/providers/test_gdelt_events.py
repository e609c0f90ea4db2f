from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import HavreError, PlaceError, SourceError
from havre.panel.observations import check_observations
from havre.panel.vintage import latest
from havre.places import code_from_label, countries
from havre.places.crosswalk import labels_of, table_labels
from havre.sources.importers import IMPORTERS
from havre.sources.providers.gdelt import VARIABLE, Gdelt
from havre.sources.providers.gdelt_events import parse_month
from tests.sources.pull_case import PullCase, pull_case
from tests.sources.stand_ins.gdelt import (
    EVENTS,
    FIRST,
    HOST,
    SPOILT,
    Event,
    archive,
    day_file,
    days,
    quarter_file,
    quarters,
    row,
    spoilt,
    stand_in,
)  # fmt: skip
from tests.sources.stand_ins.server import serving

NOON = datetime(2026, 8, 15, 12, tzinfo=UTC)
LATER = datetime(2026, 8, 17, 12, tzinfo=UTC)
JULY, AUGUST = date(2026, 7, 1), date(2026, 8, 1)
Cells = Mapping[tuple[str, str, date], tuple[float | None, str]]


@pytest.fixture
def case(tmp_path: Path) -> PullCase:
    return pull_case(Gdelt(), tmp_path)


def cells(observations: pl.DataFrame) -> Cells:
    rows = check_observations(observations).select(
        "measure", "origin", "period", "value", pl.col("status").cast(pl.String)
    )
    return {(each[0], each[1], each[2]): (each[3], each[4]) for each in rows.iter_rows()}


def parsed(files: Mapping[str, bytes]) -> Cells:
    contents = [(name, lambda found=found: found) for name, found in files.items()]
    return cells(parse_month(contents, NOON.date()).observations)


def near(cell: tuple[float | None, str], value: float) -> bool:
    return cell[1] == "estimated" and cell[0] == pytest.approx(value)


def whole_month(events: Sequence[Event]) -> Cells:
    return parsed(dict(day_file(day, events) for day in days(JULY, date(2026, 7, 31))))


def test_counts_tone_conflict_and_cooperation_of_a_whole_month() -> None:
    found = whole_month(EVENTS)
    assert len(found) == 250 * 3 + 1 + 2 + 1
    assert {key[:2]: value for key, value in found.items() if value[0]} == {
        ("media_events", "UKR"): (62.0, "final"),
        ("media_events", "CHE"): (31.0, "final"),
        # With what lies nowhere, without the anniversary.
        ("media_events", "TOT"): (124.0, "final"),
        ("media_tone", "UKR"): (-5.0, "final"),
        ("media_tone", "CHE"): (2.0, "final"),
        ("media_tone", "TOT"): (-2.0, "final"),
        # Both sides count; what happens within a country or with a continent does not.
        ("media_conflict", "UKR"): (310.0, "final"),
        ("media_conflict", "RUS"): (310.0, "final"),
        ("media_cooperation", "CHE"): (124.0, "final"),
        ("media_cooperation", "GMB"): (124.0, "final"),
    }
    assert found["media_conflict", "FRA", JULY] == (0.0, "final")


@pytest.mark.parametrize("width", [57, 58, 61])
def test_every_edition_has_its_columns(width: int) -> None:
    name = "20260701.export.CSV.zip"
    found = parsed({name: archive([row(each, "20260701001500", width) for each in EVENTS], name)})
    assert found["media_events", "UKR", JULY] == (62.0, "estimated")
    assert found["media_conflict", "RUS", JULY] == (310.0, "estimated")


def test_files_of_a_month_or_a_year_count_by_the_day_of_the_event() -> None:
    rows = [row(Event("UP", day="19900105"), "20130301", 57), row(Event("UP", day="19901205"), "20130301", 57)]
    found = parsed({"1990.zip": archive(rows, "1990.csv")})
    assert found["media_events", "UKR", date(1990, 12, 1)] == (1.0, "final")


def test_a_month_with_quarters_of_an_hour_missing_is_scaled_up() -> None:
    stamps = [
        f"202607{day:02}{hour:02}{minute:02}00" for day in range(1, 32) for hour in range(24) for minute in (0, 30)
    ]
    found = parsed(dict(quarter_file(stamp, EVENTS[:2]) for stamp in stamps[: 31 * 24]))
    # A quarter of all files came.
    assert near(found["media_events", "UKR", JULY], 31 * 96 * 2.0)
    assert found["media_tone", "UKR", JULY] == (-5.0, "estimated")


def test_few_unknown_codes_are_left_out_and_many_are_named() -> None:
    many = [Event("UP")] * 300
    actors = [Event("UP", "UKR", "RUS")] * 99
    found = whole_month([*many, *actors, Event("XY"), Event("UP", "QQQ", "RUS")])
    assert (found["media_events", "UKR", JULY][0], found["media_cooperation", "RUS", JULY][0]) == (400 * 31, 99 * 31)
    with pytest.raises(PlaceError, match="XY"):
        whole_month([Event("UP"), Event("XY")])
    with pytest.raises(PlaceError, match="QQQ"):
        whole_month([Event("UP", "QQQ", "RUS")])


@pytest.mark.parametrize(
    ("name", "rows", "says"),
    [
        ("20260701.export.CSV.zip", [b"a\tb\tc"], "found 3; expected 61 | 58 | 57"),
        ("20260701.export.CSV.zip", [row(EVENTS[0], "20260701", 58)[:60]], "found 27; expected"),
        ("20260701.export.CSV.zip", [row(EVENTS[0], "20260501", 58)], "2026-05-01"),
        ("20260701.export.CSV.zip", [row(Event("UP", day="2026-07-01"), "20260701", 58)], "day 2026-07-01"),
        ("20269901.export.CSV.zip", [row(EVENTS[0], "20260701", 58)], "YYYYMMDD"),
    ],
)
def test_what_is_not_laid_out_so_is_refused(name: str, rows: list[bytes], says: str) -> None:
    with pytest.raises(SourceError, match=says.replace(" | ", r" \| ")) as caught:
        parsed({name: archive(rows, name)})
    assert name in str(caught.value)


def test_a_file_that_is_given_twice_is_refused() -> None:
    path, content = day_file(JULY)
    with pytest.raises(SourceError, match="is there 2 times"):
        parsed({path: content, f"/copy{path}": content})


def test_the_last_months_come_and_a_second_pull_asks_for_lists_only(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        first = case.pull(server, NOON)
        assert (first.good, first.landed, first.latest) == (True, 2, AUGUST)
        server.forget()
        second = case.pull(server, NOON.replace(hour=13))
        assert [each.path for each in server.asked] == ["/events/md5sums"]
        assert (second.new, second.revised, second.skipped) == (0, 0, 2)
        server.stand_ins[HOST] = stand_in(last=date(2026, 8, 16))
        server.forget()
        third = case.pull(server, LATER)
        assert [each.path for each in server.asked][1:] == [day_file(date(2026, 8, day))[0] for day in (15, 16)]
    assert (third.good, third.landed, third.skipped) == (True, 1, 1)
    found = cells(latest(case.places.store.read()))
    assert found["media_events", "UKR", JULY] == (62.0, "final")
    assert near(found["media_events", "UKR", AUGUST], 62.0)


def test_a_file_that_is_issued_anew_is_fetched_anew(case: PullCase) -> None:
    provider = stand_in()
    with serving({HOST: provider}) as server:
        case.pull(server, NOON)
        provider.files |= dict([day_file(date(2026, 7, 9), [*EVENTS, Event("UP")])])
        assert case.pull(server, LATER).revised > 0
    assert cells(latest(case.places.store.read()))["media_events", "UKR", JULY] == (63.0, "final")


@pytest.mark.slow
def test_a_long_past_comes_over_several_pulls_the_newest_first(tmp_path: Path) -> None:
    case = pull_case(Gdelt(most=50), tmp_path)
    months = []
    with serving({HOST: stand_in(date(2026, 5, 1))}) as server:
        for day in (15, 16, 17):
            done = case.pull(server, datetime(2026, 8, day, 12, tzinfo=UTC), since=date(2026, 5, 20))
            assert done.good
            months.append(sorted({each.month for each in case.places.store.read()["period"]}))
    assert months == [[7, 8], [6, 7, 8], [5, 6, 7, 8]]
    assert any("2026-05 … 2026-06" in line for line in case.lines)


def test_a_month_that_began_lately_is_not_told(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        assert case.pull(server, datetime(2026, 8, 5, 12, tzinfo=UTC)).latest == JULY


def test_missing_quarters_are_no_fault_and_are_not_asked_for_for_ever(case: PullCase) -> None:
    case.keys[VARIABLE] = "quarter_hourly"
    # Only every twelfth quarter of an hour of the first eight days is there.
    provider = quarters("20260701000000", 8 * 8, step=12)
    with serving({HOST: provider}) as server:
        done = case.pull(server, datetime(2026, 7, 9, 12, tzinfo=UTC), since=JULY)
        assert (done.good, done.landed) == (True, 1)
        lists = [each.path for each in server.asked if each.path.endswith(".txt")]
        assert lists == ["/gdeltv2/lastupdate.txt", "/gdeltv2/masterfilelist.txt"]
        server.forget()
        again = case.pull(server, NOON, since=JULY)
        assert (again.new, again.revised, len(server.asked)) == (0, 0, 1)
    assert near(cells(case.places.store.read())["media_events", "UKR", JULY], 2.0 * 31 * 96)


def test_an_unknown_choice_of_files_is_told(case: PullCase) -> None:
    case.keys[VARIABLE] = "hourly"
    with serving({HOST: stand_in()}) as server:
        (problem,) = case.pull(server, NOON).failed
    assert problem.key == "source.gdelt.files"


# The others are as alike as slow.
@pytest.mark.parametrize("kind", [*SPOILT[:2], *(pytest.param(kind, marks=pytest.mark.slow) for kind in SPOILT[2:])])
def test_what_changed_is_kept_out(case: PullCase, kind: str) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON)
        before = case.places.store.read()
        server.stand_ins[HOST] = spoilt(kind)
        done = case.pull(server, LATER)
        assert set(done.kept_out) == {"daily/2026-08"}
        assert kind != "zip_bomb" or [each.key for each in done.kept_out["daily/2026-08"]] == ["source.fetch.too_large"]
        assert case.places.store.read().equals(before)
        # A month that was kept out is tried again, however late.
        server.stand_ins[HOST] = stand_in()
        healed = case.pull(server, datetime(2026, 12, 24, 12, tzinfo=UTC))
        assert (healed.good, healed.landed + healed.skipped) == (True, 1)


def test_a_list_that_was_cut_is_no_list(case: PullCase) -> None:
    with serving({HOST: stand_in()}) as server:
        case.pull(server, NOON)
        server.stand_ins[HOST] = stand_in(last=date(2026, 8, 9))
        assert [each.key for each in case.pull(server, LATER).failed] == ["source.fetch.cut"]


def test_own_copies_of_files_and_of_an_index_are_read(tmp_path: Path) -> None:
    path, content = day_file(JULY)
    (tmp_path / path.rsplit("/", 1)[-1]).write_bytes(content)
    found = cells(IMPORTERS["gdelt"](tmp_path / path.rsplit("/", 1)[-1], date(2026, 8, 1)))
    assert found["media_events", "UKR", JULY] == (62.0, "estimated")
    index = tmp_path / "index.csv"
    index.write_text("iso3,month,days,foreign_neg,foreign_pos\nAFG,2018-01,31,-100,50\n")
    assert len(cells(IMPORTERS["gdelt"](index, date(2026, 8, 1)))) == 2
    index.write_text("iso3,month\nAFG,2018-01\n")
    with pytest.raises(HavreError, match="foreign_neg"):
        IMPORTERS["gdelt"](index, date(2026, 8, 1))


TRAPS = {
    "GM": "DEU", "SP": "ESP", "PO": "PRT", "SZ": "CHE", "AU": "AUT", "AS": "AUS", "CH": "CHN", "UP": "UKR", "IZ": "IRQ",
    "TU": "TUR", "SU": "SDN", "OD": "SSD", "NI": "NGA", "NG": "NER", "SG": "SEN", "GA": "GMB", "GV": "GIN", "IV": "CIV",
    "MO": "MAR", "AG": "DZA", "TS": "TUN", "LY": "LBY", "RS": "RUS", "RI": "SRB", "RB": "SRB", "KV": "XKX", "UK": "GBR",
    "EI": "IRL", "EZ": "CZE", "LO": "SVK", "LG": "LVA", "LH": "LTU", "EN": "EST", "DA": "DNK", "SW": "SWE", "BO": "BLR",
    "BU": "BGR", "BK": "BIH", "MJ": "MNE", "SF": "ZAF", "BG": "BGD", "BM": "MMR", "BA": "BHR", "GZ": "PSE", "WE": "PSE",
    # Swapped in lists that go round.
    "PM": "PAN", "PS": "PLW", "NS": "SUR", "TO": "TGO", "TN": "TON", "WZ": "SWZ", "SB": "SPM", "TP": "STP", "CG": "COD",
}  # fmt: skip


@pytest.mark.parametrize(("letters", "code"), TRAPS.items())
def test_letters_of_fips_are_not_those_of_iso(letters: str, code: str) -> None:
    assert code_from_label(letters, "fips") == code


def test_every_country_has_letters_of_fips_but_those_that_the_list_never_had() -> None:
    codes = {label.code for label in table_labels("fips")}
    assert {each.code for each in countries()} - codes == {"ALA", "BES"}
    assert [label.label for label in table_labels("fips") if len(label.label) != 2] == []


def test_actors_are_iso_codes_with_exceptions() -> None:
    told = {label: code_from_label(label, "cameo") for label in ("ROM", "WSB", "GZS", "TMP", "MTN", "DEU", "BAG")}
    assert told == {"ROM": "ROU", "WSB": "PSE", "GZS": "PSE", "TMP": "TLS", "MTN": "MNE", "DEU": "DEU", "BAG": "IRQ"}
    assert labels_of("cameo")["wst"].code == "aggregate"
    assert FIRST == JULY
