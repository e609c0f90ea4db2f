"""What the figures are about: measures, places, sources."""

from typing import Annotated, Literal

from fastapi import Query, Request, Response

from havre.panel.measures import measures as all_measures
from havre.places import countries, routes, special_codes
from havre.sources.catalogue import sources as all_sources
from havre.web.api.problems_told import UNCHANGED
from havre.web.api.questions import Chosen, Limit, Offset, api_router, part_of, tell_part
from havre.web.api.reference_models import Measures, MeasureTold, Places, PlaceTold, Sources, SourceTold
from havre.web.api.telling import measure_names, place_names

router = api_router("reference")


@router.get("/measures", summary="What is counted", responses=UNCHANGED)
def measures(release: Chosen) -> Measures:
    """List all measures that are known, and whether the release has series of them."""
    shown = {each.key[1] for each in release.outlooks}
    items = []
    for name, found in all_measures().items():
        names, unit = measure_names(name)
        items.append(MeasureTold(id=name, name=names, unit=unit, kind=found.kind, shown=name in shown))
    return Measures(items=tuple(items))


@router.get("/places", summary="Places", responses=UNCHANGED)
def places(
    request: Request,
    response: Response,
    release: Chosen,
    kind: Annotated[Literal["country", "special", "route"] | None, Query()] = None,
    shown: Annotated[bool | None, Query(description="Only those of which the release has series, or has none.")] = None,
    limit: Limit = 500,
    offset: Offset = 0,
) -> Places:
    """List countries, special codes and routes."""
    origins = {each.key[2] for each in release.outlooks}
    destinations = {each.key[3] for each in release.outlooks}
    known = (*countries(), *special_codes(), *routes())
    found = [each for each in known if kind in (None, each.kind)]
    if shown is not None:
        found = [each for each in found if (each.code in origins | destinations) == shown]
    links = tell_part(request, response, len(found), limit, offset)
    items = tuple(
        PlaceTold(
            code=each.code,
            kind=each.kind,
            iso2=each.iso2,
            name=place_names(each.code),
            is_origin=each.code in origins,
            is_destination=each.code in destinations,
        )
        for each in part_of(found, limit, offset)
    )
    return Places(total=len(found), limit=limit, offset=offset, links=links, items=items)


@router.get("/sources", summary="Sources and their terms", responses=UNCHANGED)
def sources(release: Chosen) -> Sources:
    """List all sources that are known, with licence and attribution, and whether the release was made from them."""
    used = {each.id for each in release.published.release.facts.sources}
    items = tuple(
        SourceTold(
            **each.model_dump(include=set(SourceTold.model_fields) - {"measures", "used"}),
            measures=tuple(each.measures),
            used=name in used,
        )
        for name, each in all_sources().items()
    )
    return Sources(items=items)
