"""Atom feeds of what is new: releases, alarms, contests."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from functools import reduce
from typing import Literal

from babel.dates import format_date
from fastapi import APIRouter, Depends, HTTPException, Request
from starlette.responses import Response

from havre.record.changes import SeriesName
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
from havre.web.log_view import read_log
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
    withdrawn_at = None
    if standing is not None and standing.state == "withdrawn":
        told.insert(0, telling.say("withdrawn"))
        log = read_log(telling.site)
        withdrawn_at = None if log is None else log.withdrawn_at(release.id)
    told.append(telling.say("automated"))
    return Entry(
        about=f"release {telling.record} {release.id} {release.published.manifest_sha256}",
        title=telling.say("release", id=release.id),
        text=" ".join(told),
        address=joined(telling.root, [telling.language, "releases", release.id]),
        published=_made_at(release),
        # Who has read the entry is told anew that its figures stand no more.
        updated=withdrawn_at or _made_at(release),
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
    by_series: dict[SeriesName, list[LikelySurge]] = {}
    for surge in likely_surges(release.published.release):
        by_series.setdefault(surge.series, []).append(surge)
    for surges in list(by_series.values())[:MOST_ENTRIES]:
        yield _alarm(telling, release, surges)


def _alarm(telling: _Telling, release: SiteRelease, surges: Sequence[LikelySurge]) -> Entry:
    """Tell the alarms of a series as one: each of its months that is likely to be a surge."""
    months = sorted(surges, key=lambda each: each.target_month)
    scope, measure, origin, destination = months[0].series
    words = telling.words
    outlook = release.one_series(measure, origin, destination, scope)
    told = [
        *_reference(telling, release),
        *([_months(telling, months)] if len(months) > 1 else []),
        telling.say(
            "alarm_text",
            # What makes a surge is the same for all months of a series.
            needed=words.number(months[0].needed),
            before=words.number(months[0].before),
            versus=words.versus_naive(None if outlook is None else outlook.row["wis_ratio"]),
        ),
        _past(telling, release, months),
        telling.say("automated"),
    ]
    return Entry(
        about=f"alarm {telling.record} {release.id} {'/'.join(months[0].series)}",
        title=_alarm_title(telling, months),
        text=" ".join(told),
        address=joined(telling.root, [telling.language, "corridor", measure, origin, destination], scope=scope),
        published=_made_at(release),
        updated=_made_at(release),
        kind="alarms",
    )


def _alarm_title(telling: _Telling, months: Sequence[LikelySurge]) -> str:
    words = telling.words
    facts = {
        "series": words.series(*months[0].series[1:]),
        "chance": words.percent(max(each.chance for each in months)),
    }
    first, last = (words.month(each.target_month) for each in (months[0], months[-1]))
    if len(months) == 1:
        return telling.say("alarm", month=first, **facts)
    return telling.say("alarm_many", count=len(months), first=first, last=last, **facts)


def _months(telling: _Telling, months: Sequence[LikelySurge]) -> str:
    words = telling.words
    told = [
        telling.say("alarm_month", month=words.month(each.target_month), chance=words.percent(each.chance))
        for each in months
    ]
    return telling.say("alarm_months", months=", ".join(told))


def _past(telling: _Telling, release: SiteRelease, months: Sequence[LikelySurge]) -> str:
    """Say how such alarms did before, for each number of months ahead of which that is known."""
    known = past_of(release)
    rows = [known[each.series[0], each.horizon] for each in months if (each.series[0], each.horizon) in known]
    if not rows:
        return telling.say("alarm_past_unknown")
    facts = [each.model_dump(include={"alarms", "false", "missed"}) for each in rows]
    if len(months) == 1:
        return telling.say("alarm_past" if rows[0].alarms else "alarm_past_none", **facts[0])
    ahead = [telling.say(f"alarm_ahead_{'one' if each.horizon == 1 else 'many'}", count=each.horizon) for each in rows]
    told = [telling.say("alarm_past_row", ahead=when, **each) for when, each in zip(ahead, facts, strict=True)]
    return telling.say(
        "alarm_past_rows", rows=reduce(lambda a, b: telling.say("alarm_past_next", before=a, after=b), told)
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
