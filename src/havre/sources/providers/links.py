"""Links of a page: where a provider has no API, the newest file is found on the page that lists its files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

from havre.errors import SourceError


@dataclass(frozen=True)
class Link:
    """A link to a file: the address, and the day in its name, if there is one."""

    url: str
    day: date | None


def parse_links(page: bytes, address: str, pattern: str) -> list[Link]:
    """Find the links of a page whose path matches a pattern, in their order, each once.

    Parameters
    ----------
    address : of the page, to which its links are relative
    pattern : regular expression for the address without query
    """
    tree = LexborHTMLParser(page.decode("utf-8", "replace"))
    found: dict[str, Link] = {}
    for node in tree.css("a[href]"):
        url = urljoin(address, (node.attributes.get("href") or "").strip()).partition("#")[0]
        if re.search(pattern, url.partition("?")[0]):
            found.setdefault(url, Link(url, _day(url)))
    return list(found.values())


def newest(links: Sequence[Link], name: str, pattern: str) -> Link:
    """Choose the link with the latest day in its name; without days, the first one.

    Raises
    ------
    SourceError : there is none: the page was laid out anew
    """
    if not links:
        raise SourceError("source.fetch.no_link", name=name, pattern=pattern)
    return max(reversed(links), key=lambda link: link.day or date.min)


def _day(url: str) -> date | None:
    """Read ``2026_09_02``, ``20220204`` or ``2_September_2026`` in the last part of an address."""
    name = url.rsplit("/", 1)[-1]
    if match := re.search(r"(?<!\d)(20\d\d)[_-]?([01]\d)[_-]?([0-3]\d)(?!\d)", name):
        return _date(match[1], match[2], match[3])
    if match := re.search(r"(?<!\d)(\d{1,2})[_ -]([A-Z][a-z]+)[_ -](20\d\d)(?!\d)", name):
        month = _MONTHS.index(match[2][:3]) + 1 if match[2][:3] in _MONTHS else 0
        return _date(match[3], str(month), match[1])
    return None


_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
