"""What a reader asks of a simulation: an upload, or one change to an instance; read from a form and checked."""

from collections.abc import Mapping, Sequence
from typing import Any

from havre.errors import Problem
from havre.texts import Language, say
from havre.web.settings import WebError

LEAST_REPLICAS, MOST_REPLICAS, REPLICAS = 2, 200, 100
KINDS = ("road", "border", "camp", "capacity", "arrivals")
"""Changes that the page offers."""
MOST_PEOPLE = 1e9


def read_replicas(text: str) -> int:
    """Read how many runs are asked for.

    Raises
    ------
    WebError : it is no number in the range
    """
    text = text.strip() or str(REPLICAS)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and LEAST_REPLICAS <= int(text) <= MOST_REPLICAS):
        raise WebError("web.run.replicas", least=LEAST_REPLICAS, most=MOST_REPLICAS)
    return int(text)


def read_scenario_form(form: Mapping[str, str], result: dict[str, Any], language: Language) -> dict[str, Any]:
    """Make a scenario of a form: one change, as :func:`havre.displacement.scenario_file.make_scenario` takes it.

    Parameters
    ----------
    result : of the instance without a scenario: its places and roads are what may be chosen

    Raises
    ------
    WebError : something of it is missing or cannot be; all of it is told
    """
    kind, faults = form.get("kind", ""), list[str]()
    days = _days(form, result["days"], faults, ends=kind != "capacity")
    change: dict[str, Any] = dict(days)
    if kind == "road":
        change["link"] = _chosen(form, roads_of(result), "road", faults)
    elif kind == "border":
        change["border"] = _chosen(form, borders_of(result), "border", faults)
    elif kind == "camp":
        change["camp"] = _chosen(form, camps_of(result), "camp", faults)
    elif kind == "capacity":
        change["camp"] = _chosen(form, camps_of(result), "camp", faults)
        change["capacity"] = _number(form, "places", MOST_PEOPLE, faults, whole=True)
    elif kind == "arrivals":
        change["factor"] = _number(form, "factor", 100.0, faults)
    else:
        faults.append("kind")
    if faults:
        raise WebError.all_of(
            Problem.of("web.run.scenario", what=say("web_displacement", f"field.{name}", language)) for name in faults
        )
    name = {"capacity": "capacity", "arrivals": "arrivals_factor"}.get(kind, "close")
    return {"name": say("web_displacement", f"scenario.kind_{kind}", language), name: [change]}


def roads_of(result: dict[str, Any]) -> list[list[str]]:
    """List the roads by their ends, each once."""
    names = [place["name"] for place in result["network"]["places"]]
    ends = {tuple(sorted((names[one], names[other]))): [names[one], names[other]] for one, other, _ in _roads(result)}
    return [ends[key] for key in sorted(ends)]


def borders_of(result: dict[str, Any]) -> list[list[str]]:
    """List pairs of countries between which a road leads."""
    countries = [place["country"] for place in result["network"]["places"]]
    pairs = {
        tuple(sorted((countries[one], countries[other])))
        for one, other, _ in _roads(result)
        if countries[one] != countries[other]
    }
    return [list(pair) for pair in sorted(pairs)]


def camps_of(result: dict[str, Any]) -> list[str]:
    """List the camps."""
    return [camp["name"] for camp in result["camps"]]


def _roads(result: dict[str, Any]) -> Sequence[Sequence[Any]]:
    roads: Sequence[Sequence[Any]] = result["network"]["roads"]
    return roads


def _chosen(form: Mapping[str, str], choices: Sequence[Any], field: str, faults: list[str]) -> Any:
    text = form.get(field, "")
    if text.isascii() and text.isdigit() and len(text) < 7 and int(text) < len(choices):
        return choices[int(text)]
    faults.append(field)
    return None


def _days(form: Mapping[str, str], length: int, faults: list[str], *, ends: bool) -> dict[str, int]:
    start = _day(form.get("from", ""), length)
    if start is None:
        faults.append("from")
        return {}
    text = form.get("until", "").strip()
    if not ends or not text:
        return {"from": start}
    end = _day(text, length + 1)
    if end is None or end <= start:
        faults.append("until")
        return {}
    return {"from": start, "until": end}


def _day(text: str, most: int) -> int | None:
    text = text.strip()
    good = text.isascii() and text.isdigit() and len(text) < 7 and int(text) < most
    return int(text) if good else None


def _number(
    form: Mapping[str, str], field: str, most: float, faults: list[str], *, whole: bool = False
) -> float | int | None:
    try:
        value = float(form.get(field, "").strip())
    except ValueError:
        value = -1.0
    if not 0 <= value <= most or (whole and value != int(value)):
        faults.append(field)
        return None
    return int(value) if whole else value
