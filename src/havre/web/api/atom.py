"""Writes Atom feeds.

References
----------
RFC 4287, The Atom Syndication Format. RFC 9562, section 5.5: names of entries are UUIDs of version 5, made of what an
entry is about, so that they stay the same wherever the site is.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from markupsafe import Markup

NAMESPACE = "http://www.w3.org/2005/Atom"
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Letters that XML 1.0 cannot hold."""


@dataclass(frozen=True)
class Entry:
    """An entry of a feed.

    Parameters
    ----------
    about : what names it for ever, such as ``release demo-2026-12-01 <digest>``
    title, text : plain text
    address : page about it, absolute
    published, updated : moments
    kind : ``releases``, ``alarms`` or ``contests``
    """

    about: str
    title: str
    text: str
    address: str
    published: datetime
    updated: datetime
    kind: str


def name_of(about: str) -> str:
    """Give the name of what is told of: always the same.

    Examples
    --------
    >>> name_of("release r-1")
    'urn:uuid:0ce3aca6-252a-557e-87fd-b2a0643984bd'
    """
    return f"urn:uuid:{uuid5(NAMESPACE_URL, f'havre:{about}')}"


def write_feed(
    about: str,
    title: str,
    language: str,
    author: str,
    own_address: str,
    page_address: str,
    entries: Sequence[Entry],
    made: datetime,
) -> bytes:
    """Write a feed.

    Parameters
    ----------
    about : what names the feed for ever
    entries : the newest first
    made : the moment that is told where there are no entries
    """
    parts = [
        Markup("<id>{}</id><title>{}</title><updated>{}</updated>").format(
            name_of(about), _clean(title), _moment(max((each.updated for each in entries), default=made))
        ),
        Markup('<link rel="self" type="application/atom+xml" href="{}"/>').format(own_address),
        Markup('<link rel="alternate" type="text/html" href="{}"/>').format(page_address),
        Markup("<author><name>{}</name></author><generator>Havre</generator>").format(_clean(author)),
        *(_entry(each) for each in entries),
    ]
    head = f'<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="{NAMESPACE}" xml:lang="{language}">\n'
    return (head + "\n".join(parts) + "\n</feed>\n").encode()


def _entry(entry: Entry) -> Markup:
    return Markup(
        "<entry><id>{}</id><title>{}</title><published>{}</published><updated>{}</updated>"
        '<link rel="alternate" type="text/html" href="{}"/><category term="{}"/><summary>{}</summary></entry>'
    ).format(
        name_of(entry.about),
        _clean(entry.title),
        _moment(entry.published),
        _moment(entry.updated),
        entry.address,
        entry.kind,
        _clean(entry.text),
    )


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
