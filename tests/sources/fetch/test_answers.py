import io
import zipfile

import pytest

from havre.errors import SourceError
from havre.sources.fetch.answers import check_archive, check_kind, unzipped
from havre.sources.fetch.request import Kind

PAGE = b"<!DOCTYPE html><html><body>Please sign in</body></html>"


@pytest.mark.parametrize(
    ("kind", "good"),
    [
        ("json", b'\xef\xbb\xbf {"a": 1}'),
        ("json", b"[]"),
        ("csv", b"\xef\xbb\xbfa,b\n1,2\n"),
        ("xml", b'<?xml version="1.0"?><a/>'),
        ("html", PAGE),
        ("zip", b"PK\x03\x04...."),
        ("xlsx", b"PK\x03\x04...."),
        ("gzip", b"\x1f\x8b\x08"),
        ("text", b"100 abc http://x"),
    ],
)
def test_what_is_data(kind: Kind, good: bytes) -> None:
    assert check_kind(kind, good, "x", "") is None
    if kind != "html":
        assert check_kind(kind, PAGE, "x", "text/html") is not None
    assert check_kind(kind, b"", "x", "") is not None


def archive(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, body in members.items():
            packed.writestr(name, body)
    return content.getvalue()


def test_the_wanted_member_is_unpacked() -> None:
    packed = archive({"a.csv": b"x,y\n", "read.me": b"?"})
    assert unzipped(packed, "x", 1000, lambda name: name.endswith(".csv")) == b"x,y\n"
    with pytest.raises(SourceError, match="holds 2"):
        unzipped(packed, "x", 1000)


def test_a_bomb_is_not_unpacked() -> None:
    bomb = archive({"a.csv": b"0" * 50_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(SourceError, match="larger"):
        unzipped(bomb, "x", 1 << 30)


@pytest.mark.parametrize("cut", [0, 10, 60, -30])
def test_a_damaged_archive_is_told(cut: int) -> None:
    packed = archive({"a.csv": bytes(range(256)) * 20})
    with pytest.raises(SourceError, match="damaged zip"):
        unzipped(packed[:cut], "x", 1 << 20)


def test_a_sheet_that_reaches_too_far_is_not_read() -> None:
    sheet = b'<sheetData><row r="1"><c r="A1"><v>1</v></c></row><row><c s="1" r="%s"><v>1</v></c></row></sheetData>'
    check_archive(archive({"xl/worksheets/sheet1.xml": sheet % b"ZZ99999"}), "x", 1 << 20)
    for far in (b"A1048576", b"XFD1"):
        with pytest.raises(SourceError, match="larger"):
            check_archive(archive({"xl/worksheets/sheet1.xml": sheet % far}), "x", 1 << 20)
