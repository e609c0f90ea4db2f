"""The track record is published whole, says the same in every form and language, and its SHA-256 is in the log."""

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import polars as pl
import pytest

from havre.errors import FileError
from havre.record.log.entries import parse_entry
from havre.record.publication import Record, open_record
from havre.record.track import TrackRecord
from havre.record.track_page import Page, render_track_record
from havre.record.track_publication import publish_track_record, track_files
from havre.record.wording import Wording
from havre.track_record import score_record
from tests.record.log.log_case import KEY
from tests.record.published_case import made_record
from tests.record.release_samples import MEASURE_NAMES
from tests.record.track_case import OVERRIDE, counted, logged_release

AT = datetime(2021, 7, 1, 9, tzinfo=UTC)
DAY = date(2021, 7, 1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        logged_release(record, changes=(OVERRIDE,))
    return tmp_path / "record"


def scored(record: Record, day: date = DAY) -> TrackRecord:
    return score_record(record, counted(), day, {"panel.parquet": "ab" * 32})


def test_the_log_holds_the_sha256_of_every_file(folder: Path) -> None:
    with open_record(folder) as record:
        found = scored(record)
        out = publish_track_record(record, found, AT, measure_names=MEASURE_NAMES)
        record.flush([KEY])
        entry = parse_entry(record.log.entry(record.log.size - 1))
    assert out == folder / "track-record" / "2021-07-01"
    assert entry.kind == "scores_published"
    digests = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in out.iterdir()}
    assert entry.body["digests"] == digests.pop("digests.json")
    assert entry.body["files"] == digests
    assert entry.body["scored"] == found.count("scored") > 0


def test_the_same_track_record_is_written_and_logged_once(folder: Path) -> None:
    with open_record(folder) as record:
        first = publish_track_record(record, scored(record), AT, measure_names=MEASURE_NAMES)
        record.flush([KEY])
        size = record.log.size
        # Its own entry in the log does not make it another one.
        assert publish_track_record(record, scored(record), AT, measure_names=MEASURE_NAMES) == first
        assert record.flush([KEY]) == 0
        assert record.log.size == size
        other = score_record(record, counted(42), DAY)
        assert publish_track_record(record, other, AT, measure_names=MEASURE_NAMES).name == "2021-07-01-2"
        with pytest.raises(FileError):
            publish_track_record(record, scored(record, date(2021, 3, 1)), AT, measure_names={}, out=first)
        # Nothing was written: neither the copy nor what it is a copy of.
        assert not (folder / "track-record" / "2021-03-01").exists()


def test_a_copy_is_written_elsewhere_too(folder: Path, tmp_path: Path) -> None:
    with open_record(folder) as record:
        out = publish_track_record(record, scored(record), AT, measure_names={}, out=tmp_path / "site")
    own = folder / "track-record" / "2021-07-01"
    assert out == tmp_path / "site"
    assert {path.name: path.read_bytes() for path in out.iterdir()} == {
        path.name: path.read_bytes() for path in own.iterdir()
    }


def test_json_csv_and_parquet_say_the_same(folder: Path) -> None:
    with open_record(folder) as record:
        found = scored(record)
    files = track_files(found, MEASURE_NAMES)
    assert files == track_files(found, MEASURE_NAMES)
    assert pl.read_parquet(io.BytesIO(files["league.parquet"])).equals(found.league)
    plain = json.loads(files["league.json"])
    rows = list(csv.DictReader(io.StringIO(files["league.csv"].decode())))
    assert len(plain["league"]) == len(rows) == found.league.height
    for told, row in zip(plain["league"], rows, strict=True):
        assert [row[name] for name in ("group", "model", "figures")] == [told[n] for n in ("group", "model", "figures")]
        assert float(row["wis"]) == told["wis"]
    assert plain["releases"][0]["logged_at"] == "2021-01-20T12:00:00Z"
    assert plain["inputs"] == {"panel.parquet": "ab" * 32}
    assert len(list(csv.reader(io.StringIO(files["scores.csv"].decode())))) == found.scores.height + 1


def test_the_page_says_losses_first_in_both_languages_and_loads_nothing(folder: Path) -> None:
    with open_record(folder) as record:
        found = scored(record)
    worse = found.league.with_columns(
        wis_ratio=pl.when(~pl.col("naive") & (pl.col("group") == "overall")).then(1.25).otherwise("wis_ratio")
    )
    page = render_track_record(replace(found, league=worse), MEASURE_NAMES)
    english, french = page.split('<div class="page" data-language="fr"')
    for half, words in (
        (english, ("worse than a naive guess", "25%", "None was computed anew", "Seen by a witness", "nobody")),
        (french, ("estimation naïve", "25", "recalculée", "Vue par un témoin", "personne")),
    ):
        assert [word for word in words if word not in half] == []
        assert half.index(words[0]) < half.index("<table")
    assert "2,777" in english
    assert "border was closed" in english
    assert re.search(r"<script|src=|https?://", page) is None


def test_a_model_that_lost_at_some_horizons_only_is_told_too(folder: Path) -> None:
    with open_record(folder) as record:
        found = scored(record)
    lost = found.league.filter(pl.col("wis_ratio") > 1, ~pl.col("naive"), group="horizon")["horizon"].to_list()
    assert lost
    page = Page(found, Wording("en", MEASURE_NAMES))
    assert [f"{horizon} months ahead" in sentence for horizon, sentence in zip(lost, page.losing, strict=True)] == [
        True for _ in lost
    ]


def test_the_page_escapes_what_a_reviewer_wrote(folder: Path) -> None:
    with open_record(folder) as record:
        found = scored(record)
    hostile = found.overridden.with_columns(reason=pl.lit("<script>alert(1)</script>"))
    page = render_track_record(replace(found, overridden=hostile), {})
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_an_empty_track_record_says_so(tmp_path: Path) -> None:
    made_record(tmp_path / "record")
    with open_record(tmp_path / "record") as record:
        page = render_track_record(scored(record), MEASURE_NAMES)
    assert "No logged forecast can be scored yet" in page
    assert "Aucune prévision inscrite" in page


def test_tables_for_spreadsheets_are_plain_and_compute_nothing(folder: Path) -> None:
    with open_record(folder) as record:
        found = scored(record)
    tables = {"league": found.league, "scores": found.scores, "releases": found.releases}
    written = track_files(found, {})
    for name, table in tables.items():
        # Moments in UTC, days as ISO has them, floats with every digit, nothing for nothing.
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table.columns)
        writer.writerows(["" if value is None else told(value) for value in row] for row in table.iter_rows())
        assert written[f"{name}.csv"].decode() == text.getvalue()
    named = replace(found, overridden=found.overridden.with_columns(reason=pl.lit("=HYPERLINK(1)")))
    rows = list(csv.DictReader(io.StringIO(track_files(named, {})["overridden.csv"].decode())))
    assert {row["reason"] for row in rows} == {"'=HYPERLINK(1)"}


def told(value: object) -> object:
    return value.strftime("%Y-%m-%dT%H:%M:%SZ") if isinstance(value, datetime) else value
