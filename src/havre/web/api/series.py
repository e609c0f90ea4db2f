"""Series of a release: the list, and each with what was counted and what is expected."""

from typing import Annotated

from fastapi import HTTPException, Path, Query, Request, Response

from havre.places import place_name
from havre.record.outlook import Outlook
from havre.record.wording import ALL
from havre.texts import as_language, say
from havre.web.api.problems_told import MOVED, UNCHANGED
from havre.web.api.questions import Chosen, Limit, Offset, api_router, part_of, root_of, tell_part
from havre.web.api.series_models import Level, SeriesDetail, SeriesList
from havre.web.api.tables import DOWNLOADED, download, series_table
from havre.web.api.telling import series_detail, series_summary
from havre.web.reading.meant import ElsewhereError, code_of, meant_series, near
from havre.web.rendering import SiteNow
from havre.web.site import SiteRelease

router = api_router("series")
Text = Annotated[str | None, Query(min_length=1, max_length=200)]
_TABLES = {kind: {**told, "responses": {**told["responses"], **MOVED}} for kind, told in DOWNLOADED.items()}
Part = Annotated[str, Path(min_length=1, max_length=100)]
Scope = Annotated[str | None, Query(min_length=1, max_length=200, description="Which of several scopes.")]


@router.get("/series", summary="List series", responses=UNCHANGED)
def list_series(
    request: Request,
    response: Response,
    release: Chosen,
    measure: Text = None,
    origin: Text = None,
    destination: Text = None,
    scope: Text = None,
    level: Annotated[Level | None, Query()] = None,
    worse_than_naive: Annotated[
        bool | None, Query(description="Only those on which the forecasts did worse than a naive guess, or no worse.")
    ] = None,
    limit: Limit = 100,
    offset: Offset = 0,
) -> SeriesList:
    """List the series of a release, the largest recent mean first; filters must all hold."""
    asked = {"measure": measure, "origin": origin, "destination": destination, "scope": scope, "level": level}
    wanted = {column: value for column, value in asked.items() if value is not None}
    wanted |= {column: code_of(release, wanted[column]) for column in ("origin", "destination") if column in wanted}
    found = [each for each in release.outlooks if _fits(each, wanted, worse_than_naive)]
    links = tell_part(request, response, len(found), limit, offset)
    root = root_of(request)
    items = tuple(series_summary(root, release, each) for each in part_of(found, limit, offset))
    return SeriesList(release=release.id, total=len(found), limit=limit, offset=offset, links=links, items=items)


def _fits(outlook: Outlook, wanted: dict[str, str], losing: bool | None) -> bool:  # noqa: FBT001 - this file alone
    told = outlook.is_losing if outlook.is_scored else None
    return losing in (None, told) and all(outlook.row[column] == value for column, value in wanted.items())


def found_series(
    request: Request, release: SiteRelease, measure: str, origin: str, destination: str, scope: str | None
) -> Outlook:
    """Find a series.

    Raises
    ------
    ElsewhereError : its codes are written otherwise
    HTTPException : 404, the release has none; places that look alike are named
    """
    key = (measure, origin, destination)
    found = release.one_series(*key, scope)
    if found is not None:
        return found
    meant = meant_series(release, key, scope)
    if meant is not None:
        raise ElsewhereError(_address(request, meant))
    language = as_language(request.headers.get("accept-language")) or "en"
    what = "/".join(key)[:120]
    if key in release.series:
        scopes = ", ".join(each.key[0] for each in release.series[key])
        raise HTTPException(404, say("web_api", "none.scope", language, what=what, scopes=scopes))
    alike = [code for _, code in near(release, [each for each in (origin, destination) if each != ALL], language)]
    told = ", ".join(f"{code} ({place_name(code, language)})" for code in dict.fromkeys(alike))
    said = {"release": release.id, "what": what, "near": told}
    raise HTTPException(404, say("web_api", "none.series_near" if told else "none.series", language, **said))


def _address(request: Request, key: tuple[str, str, str]) -> str:
    """Give the address that was asked for with the codes of a series."""
    named = dict(zip(("measure", "origin", "destination"), key, strict=True))
    path = request.scope["route"].path_format.format(**{**request.path_params, **named})
    return f"{path}?{request.url.query}" if request.url.query else path


@router.get("/series/{measure}/{origin}/{destination}.hxl.csv", summary="A series, tagged", **_TABLES["hxl.csv"])
def series_hxl(
    request: Request, release: Chosen, measure: Part, origin: Part, destination: Part, scope: Scope = None
) -> Response:
    """Give a series as CSV with a row of HXL tags below its names."""
    return _file(request, release, (measure, origin, destination), scope, "hxl.csv")


@router.get("/series/{measure}/{origin}/{destination}.csv", summary="A series as CSV", **_TABLES["csv"])
def series_csv(
    request: Request, release: Chosen, measure: Part, origin: Part, destination: Part, scope: Scope = None
) -> Response:
    """Give a series as CSV: one row a month, what was counted and what is expected."""
    return _file(request, release, (measure, origin, destination), scope, "csv")


@router.get("/series/{measure}/{origin}/{destination}.parquet", summary="A series as Parquet", **_TABLES["parquet"])
def series_parquet(
    request: Request, release: Chosen, measure: Part, origin: Part, destination: Part, scope: Scope = None
) -> Response:
    """Give a series as Parquet: one row a month, what was counted and what is expected."""
    return _file(request, release, (measure, origin, destination), scope, "parquet")


def _file(
    request: Request, release: SiteRelease, names: tuple[str, str, str], scope: str | None, kind: str
) -> Response:
    outlook = found_series(request, release, *names, scope)
    name = "-".join((release.id, *names)).replace(":", "-")
    return download(series_table(release, outlook), name, kind)


@router.get("/series/{measure}/{origin}/{destination}", summary="A series", responses={**UNCHANGED, **MOVED})
def one_series(
    request: Request,
    site: SiteNow,
    release: Chosen,
    measure: Part,
    origin: Part,
    destination: Part,
    scope: Scope = None,
) -> SeriesDetail:
    """Give a series: months counted, months expected with their quantiles, track record, sources, who reviewed it."""
    outlook = found_series(request, release, measure, origin, destination, scope)
    return series_detail(root_of(request), site, release, outlook)
