"""Feeds are Atom as RFC 4287 has it, and name their entries for ever."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from havre.release_alarms import likely_surges
from havre.texts import LANGUAGES, Language
from havre.web.api import feeds
from havre.web.api.atom import NAMESPACE, Entry, name_of, write_feed
from havre.web.api.trust_models import PastAlarm
from tests.web.site_case import site

SUBJECTS = ("all", "releases", "alarms", "contests")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
AT = datetime(2026, 12, 1, tzinfo=UTC)


def parsed(content: bytes | str) -> ET.Element:
    return ET.fromstring(content)  # noqa: S314 - our own


def tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"


def faults(root: ET.Element) -> list[str]:
    """Tell what RFC 4287, sections 4.1.1 and 4.1.2, does not let stand."""
    found = [f"feed: {fault}" for fault in _parts(root)]
    if root.tag != tag("feed"):
        found.append(f"root is {root.tag}")
    if len(root.findall(tag("author"))) < 1:
        found.append("neither feed nor entries have an author")
    if not [each for each in root.findall(tag("link")) if each.get("rel") == "self"]:
        found.append("feed: no link to itself")
    names = [each.findtext(tag("id")) for each in root.findall(tag("entry"))]
    if len(set(names)) < len(names):
        found.append("two entries of one name")
    for entry in root.findall(tag("entry")):
        found += [f"entry: {fault}" for fault in _parts(entry)]
        if [each.get("rel") for each in entry.findall(tag("link"))].count("alternate") != 1:
            found.append("entry: no link to what it is about")
    return found


def _parts(part: ET.Element) -> list[str]:
    """Tell what is wrong with what feeds and entries both must have, exactly once."""
    found = [f"{name}: not once" for name in ("id", "title", "updated") if len(part.findall(tag(name))) != 1]
    found += [f"date {each.text}" for name in ("updated", "published") for each in part.findall(tag(name))
              if not MOMENT.fullmatch(each.text or "")]  # fmt: skip
    found += [f"link {each.get('href')}" for each in part.findall(tag("link"))
              if not re.match(r"https?://[^\s]+$", each.get("href") or "")]  # fmt: skip
    if not re.match(r"urn:uuid:[0-9a-f-]{36}$", part.findtext(tag("id")) or ""):
        found.append("id is no address")
    return found


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_feed_is_valid(client: TestClient, language: str, subject: str) -> None:
    found = client.get(f"/feeds/{language}/{subject}.atom")
    assert found.headers["content-type"] == "application/atom+xml"
    root = parsed(found.content)
    assert faults(root) == []
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == language


def test_releases_are_told_the_newest_first(client: TestClient) -> None:
    root = parsed(client.get("/feeds/en/releases.atom").content)
    assert [each.findtext(tag("title")) for each in root.findall(tag("entry"))] == ["Release r-2", "Release r-1"]
    moments = [each.findtext(tag("updated")) or "" for each in root.findall(tag("entry"))]
    assert moments == sorted(moments, reverse=True)
    assert root.findtext(tag("updated")) == moments[0]


def test_entries_have_the_same_name_wherever_the_site_is(client: TestClient, record_folder: Path) -> None:
    with TestClient(site(record_folder, address="https://elsewhere.example")) as elsewhere:
        there = parsed(elsewhere.get("/feeds/en/all.atom").content)
    here = parsed(client.get("/feeds/en/all.atom").content)
    french = parsed(client.get("/feeds/fr/all.atom").content)
    names = [[each.findtext(tag("id")) for each in root.findall(tag("entry"))] for root in (here, there, french)]
    assert names[0] == names[1] == names[2] != []
    assert "https://elsewhere.example/en/releases/r-2" in [link.get("href") for link in there.iter(tag("link"))]


@pytest.mark.parametrize(("language", "mark"), [("en", "reference snapshot"), ("fr", "Instantané de référence")])
def test_an_alarm_is_told_in_whole_sentences_and_one_of_old_data_as_such(
    app: FastAPI, language: Language, mark: str
) -> None:
    site = app.state.holder.site
    telling = feeds._Telling(None, site, language, "https://a.example")  # type: ignore[arg-type]  # nobody asks
    surge = likely_surges(site.latest.published.release, 0.0)[0]
    text = feeds._alarm(telling, site.latest, [surge]).text
    assert (mark in text) is site.latest.published.release.facts.reference_only
    # A sentence begins after the end of another one.
    assert re.search(r"[a-zé)] (When past|How often|Quand|Combien)", text) is None
    assert re.search(r"\. (When past|How often|Quand|Combien)", text) is not None


@pytest.mark.parametrize(
    ("language", "title", "ahead"),
    [("en", "a surge is likely in 2 months from", "one month ahead, 1 of 2 were false and 3 surges came without one; "),
     ("fr", "un afflux est probable pour 2 mois, de", "un mois à l’avance, 1 sur 2 furent fausses")],
)  # fmt: skip
def test_the_months_of_a_series_are_one_entry(
    app: FastAPI, monkeypatch: pytest.MonkeyPatch, language: Language, title: str, ahead: str
) -> None:
    site = app.state.holder.site
    release = site.latest
    every = likely_surges(release.published.release, 0.0)
    # Twice the series of the first one, and once another.
    own = [each for each in every if each.series == every[0].series][:2]
    other = next(each for each in every if each.series != every[0].series)
    monkeypatch.setattr(feeds, "likely_surges", lambda _: (own[1], other, own[0]))
    past = {(scope, h): PastAlarm(scope=scope, horizon=h, judged=9, alarms=2, right=1, missed=3, false=1)
            for scope in {each.series[0] for each in every} for h in range(1, 13)}  # fmt: skip
    monkeypatch.setattr(feeds, "past_of", lambda _: past)
    telling = feeds._Telling(None, site, language, "https://a.example")  # type: ignore[arg-type]  # nobody asks
    entries = list(feeds._alarms(telling))
    assert len(entries) == 2
    assert title in entries[0].title
    first, last = sorted(own, key=lambda each: each.target_month)
    months = [telling.words.month(each.target_month) for each in (first, last)]
    assert entries[0].text.index(months[0]) < entries[0].text.index(months[1])
    assert ahead in entries[0].text
    # An entry keeps its name when months come or go, and no other series has it.
    alone = [feeds._alarm(telling, release, [surge]).about for surge in (own[0], other)]
    assert alone == [each.about for each in entries]
    assert len(set(alone)) == 2


def test_a_release_that_was_taken_back_raises_no_alarm(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    site = app.state.holder.site
    every = likely_surges(site.latest.published.release, 0.0)
    monkeypatch.setattr(feeds, "likely_surges", lambda _: every)
    monkeypatch.setattr(feeds, "past_of", lambda _: {})
    told = [
        list(feeds._alarms(feeds._Telling(None, each, "en", "https://a.example")))  # type: ignore[arg-type]  # nobody asks
        for each in (site, replace(site, withdrawn=frozenset(each.id for each in site.releases)))
    ]
    assert (bool(told[0]), told[1]) == (True, [])


def test_a_feed_of_nothing_is_valid(client: TestClient) -> None:
    root = parsed(client.get("/feeds/en/contests.atom").content)
    assert (faults(root), root.findall(tag("entry"))) == ([], [])


@given(st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_told_makes_a_valid_feed(title: str, text: str) -> None:
    entry = Entry("a", title, text, "https://a.example/", AT, AT, "contests")
    made = write_feed("feed", title, "en", "A & B", "https://a.example/f", "https://a.example/", [entry], AT)
    assert faults(parsed(made)) == []


def test_the_check_finds_faults() -> None:
    bare = parsed(f'<feed xmlns="{NAMESPACE}"><entry><link href="/x"/></entry></feed>')
    assert len(faults(bare)) > 6


def test_names_do_not_change() -> None:
    assert name_of("release r-1") == "urn:uuid:0ce3aca6-252a-557e-87fd-b2a0643984bd"
