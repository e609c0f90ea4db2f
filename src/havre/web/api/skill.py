"""How far to trust a release: its track record, the surges it makes likely, and the record of frozen forecasts."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Annotated, Any

from babel.numbers import format_decimal
from fastapi import HTTPException, Query, Request, Response

from havre.evaluate.surges import GROWTH, LEAST_PERSONS
from havre.release_alarms import LIKELY, LikelySurge, likely_surges, told_past_alarms
from havre.texts import LANGUAGES, as_language, say
from havre.web.api.models import Names
from havre.web.api.problems_told import UNCHANGED
from havre.web.api.questions import Chosen, Limit, Offset, api_router, part_of, root_of, tell_part
from havre.web.api.telling import finite, month_text, place_names, series_links, skill_of, standing_of
from havre.web.api.trust_models import Alarm, Alarms, PastAlarm, SkillRow, SkillTable
from havre.web.rendering import SiteNow
from havre.web.site import SiteRelease

router = api_router("trust")
Text = Annotated[str | None, Query(min_length=1, max_length=200)]


@router.get("/skill", summary="Track record of a release", responses=UNCHANGED)
def skill(
    request: Request,
    response: Response,
    release: Chosen,
    scope: Text = None,
    model: Text = None,
    limit: Limit = 1000,
    offset: Offset = 0,
) -> SkillTable:
    """Give how models and naive guesses did at each horizon, when past months were forecast again."""
    found = [
        {name: finite(value) if isinstance(value, float) else value for name, value in row.items()}
        for row in release.published.release.skill.iter_rows(named=True)
        if scope in (None, row["scope"]) and model in (None, row["model"])
    ]
    links = tell_part(request, response, len(found), limit, offset)
    items = tuple(SkillRow.model_validate(row) for row in part_of(found, limit, offset))
    return SkillTable(release=release.id, total=len(found), limit=limit, offset=offset, links=links, items=items)


@router.get("/alarms", summary="Surges that are likely", responses=UNCHANGED)
def alarms(
    request: Request,
    response: Response,
    release: Chosen,
    site: SiteNow,
    least: Annotated[float, Query(ge=0, le=1, description="Chance from which a surge is told.")] = LIKELY,
    limit: Limit = 100,
    offset: Offset = 0,
) -> Alarms:
    """Give the months in which a surge is likely by the published quantiles, the most likely first."""
    found = likely_surges(release.published.release, least)
    links = tell_part(request, response, len(found), limit, offset)
    root = root_of(request)
    past = past_of(release)
    items = tuple(_alarm(root, release, each, past) for each in part_of(found, limit, offset))
    return Alarms(
        release=release.id,
        standing=standing_of(site, release),
        rule=rule_of_alarms(),
        past=tuple(past.values()),
        items=items,
        total=len(found),
        limit=limit,
        offset=offset,
        links=links,
    )


def past_of(release: SiteRelease) -> dict[tuple[str, int], PastAlarm]:
    """Give how past alarms did, by scope and horizon; empty where the release holds no record of it."""
    told = told_past_alarms(release.published.release)
    return {
        (scope, each.horizon): PastAlarm(scope=scope, false=each.false, **asdict(each))
        for scope, rows in told.items()
        for each in rows
    }


def rule_of_alarms() -> Names:
    """Say what a surge is, and what is not known of such alarms."""
    said = {
        each: say(
            "web_api", "alarms.rule", each, growth=format_decimal(GROWTH, locale=each), least=round(LEAST_PERSONS)
        )
        for each in LANGUAGES
    }
    return Names.model_validate(said)


def _alarm(root: str, release: SiteRelease, surge: LikelySurge, past: Mapping[tuple[str, int], PastAlarm]) -> Alarm:
    scope, measure, origin, destination = surge.series
    outlook = release.one_series(measure, origin, destination, scope)
    if outlook is None:  # alarms are read off the series of the same release
        raise HTTPException(404)
    return Alarm(
        scope=scope,
        measure=measure,
        origin=origin,
        destination=destination,
        origin_name=place_names(origin),
        destination_name=place_names(destination),
        month=month_text(surge.target_month),
        horizon=surge.horizon,
        chance=min(max(surge.chance, 0.0), 1.0),
        needed=surge.needed,
        before=surge.before,
        past=past.get((scope, surge.horizon)),
        skill=skill_of(outlook),
        links=series_links(root, release, outlook),
    )


@router.get("/track-record", summary="Track record of frozen forecasts", responses=UNCHANGED)
def track_record(request: Request, site: SiteNow) -> dict[str, Any]:
    """Give the newest published track record: every frozen forecast of the log against what came.

    It is ``league.json`` as its SHA-256 stands in the log.
    """
    path = None if site.track_record is None else site.track_record / "league.json"
    if path is None or not path.is_file():
        language = as_language(request.headers.get("accept-language")) or "en"
        raise HTTPException(404, say("web_api", "none.track_record", language))
    found: dict[str, Any] = json.loads(path.read_bytes(), parse_constant=lambda _: None)
    return found
