"""Atom feeds of what is new: releases, alarms, contests."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Literal

from babel.dates import format_date
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from havre.record.contest import Contest
from havre.record.contest_list import ListPage
from havre.record.contest_texts import WHOLE
from havre.record.wording import Wording
from havre.release_alarms import LikelySurge, likely_surges
from havre.texts import Language, say
from havre.web.api.atom import Entry, write_feed
from havre.web.api.contests import FRESH, filed_contests
from havre.web.api.problems_told import NOT_FOUND, REFUSED
from havre.web.api.questions import joined, root_of
from havre.web.api.skill import past_of
from havre.web.api.telling import standing_of
from havre.web.asked import only_known
from havre.web.figures import in_words
from havre.web.rendering import Lang, SiteNow
from havre.web.site import Site, SiteRelease

router = APIRouter(
    prefix="/feeds", tags=["feeds"], dependencies=[Depends(only_known)], responses={**NOT_FOUND, **REFUSED}
)
MOST_ENTRIES = 100
KIND = "application/atom+xml"
Subject = Literal["all", "releases", "alarms", "contests"]


@dataclass(frozen=True)
class _Telling:
    """What entries are made with."""

    request: Request
    site: Site
    language: Language
    root: str

    @property
    def words(self) -> Wording:
        return self.site.words(self.language)

    @property
    def record(self) -> str:
        """What tells the entries of this record from those of others."""
        return "plain" if self.site.record is None else self.site.record.origin

    def say(self, key: str, /, **fields: object) -> str:
        return say("web_api", f"feed.{key}", self.language, **fields)


@router.get(
    "/{lang}/{subject}.atom",
    summary="A feed",
    response_class=Response,
    responses={200: {"description": "An Atom feed.", "content": {KIND: {"schema": {"type": "string"}}}}},
)
def feed(request: Request, site: SiteNow, lang: Lang, subject: Subject) -> Response:
    """Tell what is new, the newest first; a site without a record has no contests."""
    telling = _Telling(request, site, lang, root_of(request))
    makers: dict[str, Callable[[_Telling], Iterable[Entry]]] = {
        "releases": _releases,
        "alarms": _alarms,
        "contests": _contests,
    }
    chosen = makers.values() if subject == "all" else [makers[subject]]
    entries = [entry for make in chosen for entry in make(telling)]
    entries.sort(key=lambda each: each.updated, reverse=True)
    made = _made_at(site.latest)
    page = "contests" if subject == "contests" else "releases" if subject == "releases" else ""
    content = write_feed(
        f"feed {subject} {lang} {telling.record}",
        f"{site.settings.title} – {telling.say(subject)}",
        lang,
        site.settings.imprint.name or site.settings.title,
        joined(telling.root, ["feeds", lang, f"{subject}.atom"]),
        joined(telling.root, [lang, page]),
        entries[:MOST_ENTRIES],
        made,
    )
    fresh = {"Cache-Control": FRESH} if subject in ("all", "contests") and site.record is not None else {}
    return Response(content, headers=fresh, media_type=KIND)


def _made_at(release: SiteRelease) -> datetime:
    """Tell when a release came out: when it was reviewed, else the day on which it was made."""
    review = release.published.release.review
    return datetime.combine(release.made_on, time(), UTC) if review is None else review.reviewed_at


def _releases(telling: _Telling) -> Iterable[Entry]:
    for release in telling.site.releases:
        yield _release(telling, release)


def _release(telling: _Telling, release: SiteRelease) -> Entry:
    found = release.published.release
    month = telling.words.month(release.data_end)
    told = [telling.say("release_text", series=len(release.outlooks), month=month)]
    told += _reference(telling, release)
    is_told = found.review is not None and release.is_reviewed
    reviewer = found.review.reviewer if found.review is not None and is_told else ""
    told.append(telling.say("reviewed", name=reviewer) if is_told else telling.say("not_reviewed"))
    standing = standing_of(telling.site, release)
    if standing is not None and standing.state == "withdrawn":
        told.insert(0, telling.say("withdrawn"))
    told.append(telling.say("automated"))
    return Entry(
        about=f"release {telling.record} {release.id} {release.published.manifest_sha256}",
        title=telling.say("release", id=release.id),
        text=" ".join(told),
        address=joined(telling.root, [telling.language, "releases", release.id]),
        published=_made_at(release),
        updated=_made_at(release),
        kind="releases",
    )


def _reference(telling: _Telling, release: SiteRelease) -> list[str]:
    """Say of a reference snapshot that it is one: its months are long over."""
    return [telling.say("release_reference")] if release.published.release.facts.reference_only else []


def _alarms(telling: _Telling) -> Iterable[Entry]:
    release = telling.site.latest
    if release.id in telling.site.withdrawn:
        # Its figures do not stand any more, and nothing stands in their place.
        return
    for surge in likely_surges(release.published.release)[:MOST_ENTRIES]:
        yield _alarm(telling, release, surge)


def _alarm(telling: _Telling, release: SiteRelease, surge: LikelySurge) -> Entry:
    scope, measure, origin, destination = surge.series
    words = telling.words
    outlook = release.one_series(measure, origin, destination, scope)
    ratio = None if outlook is None else outlook.row["wis_ratio"]
    text = telling.say(
        "alarm_text",
        needed=words.number(surge.needed),
        before=words.number(surge.before),
        versus=words.versus_naive(ratio),
    )
    past = past_of(release).get((scope, surge.horizon))
    key = "alarm_past_unknown" if past is None else "alarm_past" if past.alarms else "alarm_past_none"
    record = telling.say(key, **({} if past is None else past.model_dump(include={"alarms", "false", "missed"})))
    return Entry(
        about=f"alarm {telling.record} {release.id} {'/'.join(surge.series)} {surge.target_month:%Y-%m}",
        title=telling.say(
            "alarm",
            series=words.series(measure, origin, destination),
            month=words.month(surge.target_month),
            chance=words.percent(surge.chance),
        ),
        text=" ".join((*_reference(telling, release), text, record, telling.say("automated"))),
        address=joined(telling.root, [telling.language, "corridor", measure, origin, destination], scope=scope),
        published=_made_at(release),
        updated=_made_at(release),
        kind="alarms",
    )


def _contests(telling: _Telling) -> Iterable[Entry]:
    if telling.site.record is None:
        return
    try:
        found = filed_contests(telling.request, telling.site)
    except HTTPException as error:
        if error.status_code != 404:
            raise
        return
    for contest in found.contests[:MOST_ENTRIES]:
        yield _contest(telling, contest)


def _contest(telling: _Telling, contest: Contest) -> Entry:
    listed = ListPage(telling.language, contest.filed_at)
    text = telling.say(
        "contest_text",
        about=listed.about(contest) if contest.about in WHOLE else in_words(contest.about, telling.words),
        filed=format_date(contest.filed_at, "long", locale=telling.language),
        due=format_date(contest.answer_by, "long", locale=telling.language),
    )
    if contest.answer:
        text = f"{text} {telling.say('contest_answer', answer=contest.answer)}"
    return Entry(
        about=f"contest {telling.record} {contest.id}",
        title=telling.say("contest", id=contest.id, state=listed.state(contest)),
        text=text,
        address=joined(telling.root, [telling.language, "contests", contest.id]),
        published=contest.filed_at,
        updated=contest.answered_at or contest.acknowledged_at or contest.filed_at,
        kind="contests",
    )
