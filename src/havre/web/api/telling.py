"""Puts what a release holds into the models of the API: names in both languages, months as text, no NaN."""

import math
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from havre.errors import HavreError
from havre.panel.measures import measures
from havre.places import place_name
from havre.record.outlook import Outlook
from havre.record.reviewed import Override
from havre.record.tables import SCOPE_KEY, SourceCredit
from havre.texts import LANGUAGES
from havre.web.api.models import Credit, Names, Review, Standing
from havre.web.api.questions import joined
from havre.web.api.series_models import Counted, Expected, SeriesDetail, SeriesSummary, Skill, Stated
from havre.web.log_view import read_log
from havre.web.site import Site, SiteRelease

Numbers = Mapping[float, float]


def finite(value: float | None) -> float | None:
    """Give a number that JSON can hold, else ``None``."""
    return value if value is not None and math.isfinite(value) else None


def month_text(day: date) -> str:
    """Write a month as ``YYYY-MM``."""
    return f"{day:%Y-%m}"


def moment(at: datetime) -> str:
    """Write a moment in UTC."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def place_names(code: str) -> Names:
    """Name a place in both languages."""
    return Names(en=place_name(code, "en"), fr=place_name(code, "fr"))


def measure_names(name: str) -> tuple[Names, Names]:
    """Give name and unit of a measure in both languages; its code where it is not known any more."""
    found = measures().get(name)
    if found is None:
        return Names(en=name, fr=name), Names(en=name, fr=name)
    return Names(en=found.en, fr=found.fr), Names(en=found.unit, fr=found.unit_fr)


def review_of(release: SiteRelease) -> Review | None:
    """Tell who reviewed a release; ``None`` where nobody has."""
    found = release.published.release.review
    if found is None:
        return None
    return Review(
        author=found.author,
        reviewer=found.reviewer,
        reviewed_at=moment(found.reviewed_at),
        notes=found.notes,
        overrides=len(found.overrides),
        supersedes=found.supersedes,
        corrects=found.corrects,
    )


def standing_of(site: Site, release: SiteRelease) -> Standing | None:
    """Tell what became of a release; ``None`` where no log tells it, or where the log is damaged."""
    try:
        log = read_log(site)
    except HavreError:
        return None
    if log is None or not release.published.logged:
        return None
    state, told = log.stands(release.id) or ("published", "")
    return Standing.model_validate(
        {
            "state": state,
            "by": told if state == "superseded" else None,
            "reason": told if state == "withdrawn" else None,
        }
    )


def credit(source: SourceCredit) -> Credit:
    """Tell a source as it must be named."""
    return Credit(
        id=source.id,
        provider=source.provider,
        title=source.title,
        url=source.url,
        licence=source.licence,
        attribution=source.attribution,
        caveats=source.caveats,
        first_month=month_text(source.first_period),
        last_month=month_text(source.last_period),
        as_of=source.as_of,
    )


def skill_of(outlook: Outlook) -> Skill:
    """Tell how well a series was forecast before."""
    row = outlook.row
    return Skill(
        forecasts_scored=row["forecasts_scored"] or 0,
        best_naive=row["best_naive"],
        wis_ratio=finite(row["wis_ratio"]),
        wis_ratio_log=finite(row["wis_ratio_log"]),
        coverage_80=finite(row["coverage_80"]),
        worse_than_naive=outlook.is_losing if outlook.is_scored else None,
    )


def series_path(outlook: Outlook) -> tuple[str, str, str]:
    """Give measure, origin and destination, as they stand in addresses."""
    _, measure, origin, destination = outlook.key
    return measure, origin, destination


def series_links(root: str, release: SiteRelease, outlook: Outlook) -> dict[str, str]:
    """Give the addresses of a series: for programs and for people."""
    path, scope = series_path(outlook), outlook.key[0]
    links = {"self": joined(root, ["api/v1/series", *path], scope=scope, release=release.id)}
    return links | {f"page_{each}": joined(root, [each, "corridor", *path], scope=scope) for each in LANGUAGES}


def more_links(root: str, release: SiteRelease, outlook: Outlook) -> dict[str, str]:
    """Give the addresses of the tables of a series, and of its charts for pages of one's own."""
    path = series_path(outlook)
    told = {"scope": outlook.key[0], "release": release.id}
    links = {
        kind: joined(root, ["api/v1/series", *path[:2], f"{path[2]}.{kind}"], **told)
        for kind in ("csv", "hxl.csv", "parquet")
    }
    for language in LANGUAGES:
        links[f"embed_{language}"] = joined(root, ["embed", language, *path], **told)
        for kind in ("svg", "png"):
            links[f"{kind}_{language}"] = joined(root, ["embed", language, *path[:2], f"{path[2]}.{kind}"], **told)
    return links | {"release": joined(root, ["api/v1/releases", release.id])}


def _summary(root: str, release: SiteRelease, outlook: Outlook) -> dict[str, Any]:
    row = outlook.row
    return {
        **{name: row[name] for name in (*SCOPE_KEY, "level", "source")},
        "origin_name": place_names(row["origin"]),
        "destination_name": place_names(row["destination"]),
        "last_month": month_text(row["last_month"]),
        "recent_mean": finite(row["recent_mean"]),
        "suppressed": outlook.is_hidden,
        "skill": skill_of(outlook),
        "links": series_links(root, release, outlook),
    }


def series_summary(root: str, release: SiteRelease, outlook: Outlook) -> SeriesSummary:
    """Tell a series in a list."""
    return SeriesSummary(**_summary(root, release, outlook))


def series_detail(root: str, site: Site, release: SiteRelease, outlook: Outlook) -> SeriesDetail:
    """Tell everything of a series."""
    found = release.published.release
    name, unit = measure_names(outlook.key[1])
    others = [each.key[0] for each in release.series[series_path(outlook)] if each.key[0] != outlook.key[0]]
    summary = _summary(root, release, outlook)
    summary["links"] = {**summary["links"], **more_links(root, release, outlook)}
    if release is site.latest:
        summary["links"]["scenarios"] = joined(
            root, ["api/v1/series", *series_path(outlook), "scenarios"], scope=outlook.key[0]
        )
    return SeriesDetail(
        **summary,
        release=release.id,
        standing=standing_of(site, release),
        made_on=release.made_on,
        reference_only=found.facts.reference_only,
        review=review_of(release),
        measure_name=name,
        unit=unit,
        history=tuple(
            Counted(month=month_text(month), value=finite(value), suppressed=value is None)
            for month, value in outlook.history
        ),
        forecast=tuple(expected_months(release, outlook)),
        sources=tuple(credit(each) for each in found.facts.sources if each.id == outlook.row["source"]),
        other_scopes=tuple(others),
    )


def overrides_of(release: SiteRelease) -> dict[tuple[str, str, str, int], Override]:
    """Give the figures that a reviewer replaced, by scope, origin, destination and horizon."""
    review = release.published.release.review
    return {} if review is None else {each.key: each for each in review.overrides}


def expected_months(release: SiteRelease, outlook: Outlook) -> Iterable[Expected]:
    """Tell the months that are forecast, with all quantile levels of the release."""
    scope, _, origin, destination = outlook.key
    levels = _quantiles(release, outlook)
    overrides = overrides_of(release)
    for each in outlook.expected:
        override = overrides.get((scope, origin, destination, each.horizon))
        whole = levels.get(each.horizon, {})
        yield Expected(
            month=month_text(each.month),
            horizon=each.horizon,
            figure=f"{scope}/{origin}/{destination}/{month_text(each.month)}",
            median=each.median,
            interval_50=each.interval(50),
            interval_80=each.interval(80),
            interval_95=each.interval(95),
            quantiles=None if each.quantiles is None else {f"{level:g}": value for level, value in whole.items()},
            stated=None if override is None else _stated(override),
            suppressed=each.quantiles is None,
        )


def _stated(override: Override) -> Stated:
    return Stated(value=override.stated, reason=override.reason, reviewer=override.reviewer)


def _quantiles(release: SiteRelease, outlook: Outlook) -> dict[int, dict[float, float]]:
    found = release.published.release
    own = [pl.col(column) == value for column, value in zip(SCOPE_KEY, outlook.key, strict=True)]
    rows = found.forecasts.filter(pl.col("model") == found.facts.ensemble, *own).drop_nulls("value").sort("quantile")
    levels: dict[int, dict[float, float]] = {}
    for horizon, level, value in rows.select("horizon", "quantile", "value").iter_rows():
        levels.setdefault(horizon, {})[level] = value
    return levels
