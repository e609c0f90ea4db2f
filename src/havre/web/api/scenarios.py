"""Scenarios of a series: what would change if something happened, computed beforehand, with what sizes rest on."""

from typing import Any

from fastapi import Request

from havre.texts import LANGUAGES, say
from havre.web.api.models import Names
from havre.web.api.problems_told import MOVED, UNCHANGED
from havre.web.api.questions import api_router, joined, root_of
from havre.web.api.scenario_models import (
    Basis,
    ScenarioEvent,
    ScenarioFamily,
    ScenarioFigure,
    ScenarioMonth,
    ScenarioStep,
    SeriesScenarios,
)
from havre.web.api.series import Part, Scope, found_series
from havre.web.api.telling import measure_names, month_text, series_links, standing_of
from havre.web.reading.event_words import event_words
from havre.web.reading.scenarios import families_of, family_name, months_of, step_names
from havre.web.reading.series import ShownSeries
from havre.web.rendering import SiteNow
from havre.web.scenario_files import ScenarioResult, Three

router = api_router("series")


@router.get(
    "/series/{measure}/{origin}/{destination}/scenarios",
    summary="Scenarios of a series",
    responses={**UNCHANGED, **MOVED},
)
def series_scenarios(
    request: Request, site: SiteNow, measure: Part, origin: Part, destination: Part, scope: Scope = None
) -> SeriesScenarios:
    """Give the scenarios that were computed from the very data of the newest forecast; none of them is a forecast."""
    outlook = found_series(request, site.latest, measure, origin, destination, scope)
    others = tuple(each for each in site.latest.series[measure, origin, destination] if each.key != outlook.key)
    shown = ShownSeries(site, site.latest, outlook, others)
    name, unit = measure_names(measure)
    said = {each: say("web_series", "if.lead", each) for each in LANGUAGES}
    root = root_of(request)
    return SeriesScenarios(
        release=site.latest.id,
        standing=standing_of(site, site.latest),
        reference_only=site.latest.published.release.facts.reference_only,
        scope=outlook.key[0],
        measure=measure,
        origin=origin,
        destination=destination,
        last_month=month_text(outlook.row["last_month"]),
        measure_name=name,
        unit=unit,
        note=Names.model_validate(said),
        items=tuple(_family(root, shown, each) for each in families_of(shown)),
        links=series_links(root, site.latest, outlook),
    )


def _family(root: str, shown: ShownSeries, family: tuple[ScenarioResult, ...]) -> ScenarioFamily:
    words = [shown.site.words(language) for language in LANGUAGES]
    named = [family_name(family, each) for each in words]
    steps = [step_names(family, each) if len(family) > 1 else (name,) for each, name in zip(words, named, strict=True)]
    return ScenarioFamily(
        name=_names(named),
        steps=tuple(
            _step(root, shown, each, _names([names[place] for names in steps])) for place, each in enumerate(family)
        ),
    )


def _step(root: str, shown: ShownSeries, result: ScenarioResult, name: Names) -> ScenarioStep:
    scope, *path = shown.outlook.key
    pages = {
        f"page_{each}": joined(root, [each, "corridor", *path], scope=scope, scenario=result.id) + "#if"
        for each in LANGUAGES
    }
    return ScenarioStep(
        id=result.id,
        name=name,
        seed=result.told.get("seed"),
        events=tuple(_event(shown, kind, dict(event)) for kind, event in result.events),
        assumptions=tuple(Basis.model_validate(_basis(each)) for each in result.told.get("evidence", [])),
        months=tuple(
            ScenarioMonth(
                month=month_text(each.month),
                base=_figure(each.base),
                changed=_figure(each.changed),
                difference=_figure(each.difference),
            )
            for each in months_of(result, shown)
        ),
        links=pages,
    )


def _event(shown: ShownSeries, kind: str, event: dict[str, Any]) -> ScenarioEvent:
    told = _names([event_words(kind, event, shown.site.words(language)) for language in LANGUAGES])
    return ScenarioEvent.model_validate({"kind": kind, "text": told, "settings": event})


def _basis(evidence: dict[str, Any]) -> dict[str, Any]:
    more = {name: value for name, value in evidence.items() if name not in ("effect", "basis")}
    return {"effect": evidence["effect"], "basis": evidence["basis"], "past": more}


def _figure(three: Three) -> ScenarioFigure | None:
    return None if three is None else ScenarioFigure(low_80=three[0], median=three[1], high_80=three[2])


def _names(told: list[str]) -> Names:
    return Names(**dict(zip(LANGUAGES, told, strict=True)))
