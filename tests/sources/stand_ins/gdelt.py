"""GDELT: archives of events without header, tabs between cells, lists of files with MD5; no validator."""

import hashlib
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from tests.sources.stand_ins.server import NOT_FOUND, Answer, Asked

HOST = "data.gdeltproject.org"
FIRST = date(2026, 7, 1)
WIDTHS = {61: 53, 58: 51, 57: 51}
"""Number of columns, and which of them holds the country of the place."""


@dataclass(frozen=True)
class Event:
    """What is read of an event: its place (FIPS), its two actors (CAMEO), score, tone and day."""

    place: str
    actor1: str = ""
    actor2: str = ""
    score: str = "1.0"
    tone: str = "-2.5"
    day: str = ""


def row(event: Event, added: str, width: int = 61) -> bytes:
    """Write a row; cells hold quotes and bytes of no encoding, as real ones do."""
    cells = [b""] * width
    cells[0], cells[6], cells[26] = b"1234567", b'AN "ACTOR" \xff', b"0251"
    stamp = added if width == 61 else added[:8]
    values = {1: event.day or added[:8], 7: event.actor1, 17: event.actor2, 30: event.score, 34: event.tone}
    values |= {WIDTHS[width]: event.place, 59 if width == 61 else 56: stamp}
    for number, value in values.items():
        cells[number] = value.encode()
    if width != 57:
        cells[-1] = b"https://example.org/article"
    return b"\t".join(cells)


def archive(rows: Sequence[bytes], name: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        member = zipfile.ZipInfo(name.removesuffix(".zip"), (2026, 7, 1, 0, 0, 0))
        made.writestr(member, b"\n".join(rows) + b"\n", zipfile.ZIP_DEFLATED)
    return packed.getvalue()


EVENTS = (
    Event("UP", "UKR", "RUS", "-10.0", "-6.0"),
    Event("UP", "UKR", "UKR", "-5.0", "-4.0"),
    Event("SZ", "CHE", "GMB", "4.0", "2.0"),
    Event("", "EUR", "USA", "1.0", "0.0"),
    # An anniversary.
    Event("GM", "DEU", "FRA", "-9.0", "-9.0", "19440606"),
)


def day_file(day: date, events: Sequence[Event] = EVENTS, width: int = 58) -> tuple[str, bytes]:
    name = f"{day:%Y%m%d}.export.CSV.zip"
    return f"/events/{name}", archive([row(each, f"{day:%Y%m%d}", width) for each in events], name)


def quarter_file(stamp: str, events: Sequence[Event] = EVENTS) -> tuple[str, bytes]:
    name = f"{stamp}.export.CSV.zip"
    return f"/gdeltv2/{name}", archive([row(each, stamp) for each in events], name)


@dataclass
class GdeltStandIn:
    """The stand-in: files by path; ``wrong`` ones have another MD5 in the lists."""

    files: dict[str, bytes]
    wrong: set[str] = field(default_factory=set)

    def __call__(self, asked: Asked) -> Answer:
        path = asked.path
        if path == "/events/md5sums":
            return _text(
                "\n".join(f"{self._md5(name)}  {name[8:]}" for name in sorted(self.files) if "/events/" in name)
            )
        if path in ("/gdeltv2/lastupdate.txt", "/gdeltv2/masterfilelist.txt"):
            lines = [
                f"{len(self.files[name])} {self._md5(name)} http://{HOST}{name}"
                for name in sorted(self.files)
                if "/gdeltv2/" in name
            ]
            # Some lines are not whole, and other kinds of files are in between.
            others = [f"9 {'0' * 32} http://{HOST}/gdeltv2/20260801000000.mentions.CSV.zip", f"http://{HOST}/gdeltv2/"]
            return _text("\n".join([*others, *(lines[-1:] if "last" in path else lines)]))
        return Answer(self.files[path], "application/zip") if path in self.files else NOT_FOUND

    def _md5(self, name: str) -> str:
        return "0" * 32 if name in self.wrong else hashlib.md5(self.files[name], usedforsecurity=False).hexdigest()


def _text(text: str) -> Answer:
    return Answer(text.encode() + b"\n", "text/plain")


def days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def stand_in(first: date = FIRST, last: date = date(2026, 8, 14)) -> GdeltStandIn:
    """Make the stand-in of small invented events, the same on every day."""
    return GdeltStandIn(dict(day_file(day) for day in days(first, last)))


def quarters(first: str, count: int, step: int = 1) -> GdeltStandIn:
    """Make one of quarters of an hour."""
    from datetime import datetime

    start = datetime.strptime(first, "%Y%m%d%H%M%S")  # noqa: DTZ007 - names carry no zone
    stamps = [f"{start + timedelta(minutes=15 * step * number):%Y%m%d%H%M%S}" for number in range(count)]
    return GdeltStandIn(dict(quarter_file(stamp) for stamp in stamps))


SPOILT = ("column", "code", "day", "cut", "zip_bomb", "members", "shrunk", "md5", "signs")


def spoilt(kind: str) -> GdeltStandIn:
    """Make a stand-in of which files of August changed."""
    provider = stand_in()
    august = [day for day in days(FIRST, date(2026, 8, 14)) if day.month == 8]
    path, plain = day_file(august[3])
    name = path.rsplit("/", 1)[-1]
    rows = [row(each, name[:8], 58) for each in EVENTS]
    match kind:
        case "column":
            provider.files[path] = archive([each + b"\t" for each in rows], name)
        case "code":
            provider.files[path] = archive([row(Event("XY"), name[:8], 58)] * 9, name)
        case "day":
            provider.files[path] = archive([row(each, "20200804", 58) for each in EVENTS], name)
        case "cut":
            provider.files[path] = archive([*rows, rows[0][:40]], name)
        case "zip_bomb":
            provider.files[path] = archive([*rows, b"\n" * 5_000_000], name)
        case "members":
            provider.files[path] = archive(rows, "readme.txt")
        case "signs":
            provider.files[path] = archive([row(Event("UP", tone="-2,5"), name[:8], 58)], name)
        case "shrunk":
            provider.files |= dict(day_file(day, [Event("")]) for day in august)
        case "md5":
            provider.files[path] = plain
            provider.wrong = {path}
        case _:
            raise KeyError(kind)
    return provider
