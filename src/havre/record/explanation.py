"""The explanation of every published figure, for programs: one document of canonical JSON for each scope.

What all figures of a scope share stands once, what a series knows once per series, and the rest with each figure;
:func:`whole_explanation` puts them together into one document that says everything of one figure. The contributions are
checked: whole persons that add up to the published median exactly.

Figures are explained in the sense of the French code of relations between the public and the administration, article
R. 311-3-1-2: degree and mode of contribution to the decision, data and sources, parameters and their weighting,
operations. Canonical form: RFC 8785.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Any

import polars as pl
import rfc8785

from havre.errors import Problem, RecordError, check_none
from havre.months import parse_month
from havre.record.figures import Figure, figures_of, find_figure
from havre.record.tables import Release
from havre.texts import LANGUAGES

SCHEMA = "havre-explanations/1"
FIGURE_SCHEMA = "havre-explanation/1"
FOLDER = "explanations"
SCHEMA_FILE = "explanation.schema.json"
"""JSON Schema (draft 2020-12) of the explanation of one figure, published with every release."""
ELEMENTS = (
    "automated",
    "data",
    "model",
    "operations",
    "contributions",
    "past_situations",
    "would_move",
    "skill",
    "limits",
    "rules",
)
"""What every explanation has to hold; see :func:`missing_elements`."""
_SHARED = ("automated", "data", "model", "operations", "limits", "rules")
Document = Mapping[str, Any]


def explanation_path(scope: str) -> str:
    """Name the file that holds the explanations of a scope, within a release."""
    return f"{FOLDER}/{scope}.json"


def schema_bytes() -> bytes:
    """Give the JSON Schema of the explanation of one figure."""
    return files(__package__).joinpath(SCHEMA_FILE).read_bytes()


def canonical(document: Document) -> bytes:
    """Write a document as canonical JSON (RFC 8785): the same content has the same bytes."""
    return rfc8785.dumps(document)


def figures_in(document: Document) -> Iterator[tuple[Figure, Document, Document]]:
    """Give the figures that a document of a scope explains, each with its series and its own part."""
    for series in document["series"]:
        for figure in series["figures"]:
            month = parse_month(figure["month"])
            yield Figure(document["scope"], series["origin"], series["destination"], month), series, figure


def whole_explanation(document: Document, figure: Figure) -> dict[str, Any]:
    """Put together everything that a document of a scope says of one figure.

    Raises
    ------
    RecordError : the document does not explain the figure; near matches are told
    """
    there = {each: (series, own) for each, series, own in figures_in(document)}
    found = there.get(figure)
    if found is None:
        find_figure(figure.id, there)
        raise RecordError("record.figure.unknown", figure=figure.id, near="–")
    return _whole(document, figure, *found)


def whole_explanations(document: Document) -> Iterator[tuple[Figure, dict[str, Any]]]:
    """Give every figure of a scope with everything that is said of it: see :func:`whole_explanation`."""
    for figure, series, own in figures_in(document):
        yield figure, _whole(document, figure, series, own)


def _whole(document: Document, figure: Figure, series: Document, own: Document) -> dict[str, Any]:
    shared = document["shared"]
    facts = ("month", "horizon", "median", "interval_80", "interval_95")
    places = ("measure", "origin", "destination", "level", "last_month")
    return {
        "schema": FIGURE_SCHEMA,
        "id": figure.id,
        "release": document["release"],
        "figure": {
            "scope": document["scope"],
            **{name: series[name] for name in places},
            **{name: own[name] for name in facts},
        },
        **{name: shared[name] for name in _SHARED},
        "model": {**shared["model"], "members": _members(shared["model"]["members"], own["members"])},
        "data": {**shared["data"], **series["data"]},
        "contributions": {
            **own["contributions"],
            "rule": shared["contributions_rule"],
            "names": shared["names"],
        },
        "past_situations": _past(series["past_situations"], own["followed"], own["horizon"]),
        "would_move": {**own["would_move"], "method": shared["would_move_method"]},
        "skill": {**series["skill"], "this_horizon": own["skill"]},
    }


def _members(shared: Iterable[Document], here: Mapping[str, Document]) -> list[dict[str, Any]]:
    return [{**member, **here[member["name"]]} for member in shared]


def _past(situations: Iterable[Document], followed: Iterable[float], horizon: int) -> list[dict[str, Any]]:
    return [
        {**{name: value for name, value in each.items() if name != "ratios_after"},
         "ratio_then": each["ratios_after"][horizon - 1], "would_be_here": persons}
        for each, persons in zip(situations, followed, strict=True)
    ]  # fmt: skip


def override_of(review: Document | None, figure: Document) -> Document | None:
    """Find what the reviewer states in the place of a figure, in the review that a manifest holds."""
    names = ("scope", "origin", "destination", "horizon")
    overrides = () if review is None else review["overrides"]
    return next((each for each in overrides if all(each[name] == figure[name] for name in names)), None)


def lies_outside(override: Document, figure: Document) -> bool:
    """Tell whether what a reviewer states lies outside the 80 % interval that was computed."""
    low, high = figure["interval_80"]
    return not low <= override["stated"] <= high


def missing_elements(explanation: Document) -> list[str]:
    """Name what an explanation of one figure lacks of what it has to hold; nothing where it is complete.

    An element that says in so many words that there is none (no past situation alike, nothing could be scored) is
    there. A sum that does not add up counts as missing.
    """
    lacking = [name for name in ELEMENTS if explanation.get(name) in (None, "", {})]
    lacking += [name for name in ("operations", "limits", "rules") if not explanation.get(name)]
    for name, check in _CHECKS.items():
        try:
            fine = check(explanation)
        except (KeyError, TypeError, AttributeError, IndexError):
            fine = False
        if not fine:
            lacking.append(name)
    return list(dict.fromkeys(lacking))


def _weighs(members: list[Document]) -> bool:
    """Tell whether every member has its parameters, and the weights in this figure make one."""
    whole = sum(member["weight_here"] for member in members)
    return bool(members) and all(member["parameters"] for member in members) and abs(whole - 1.0) < 1e-4


def adds_up(contributions: Document, median: float) -> bool:
    """Tell whether the first value and the contributions in whole persons make the published median exactly."""
    parts = [each["persons"] for each in contributions["drivers"]]
    return bool(contributions["start"]["persons"] + sum(parts) == median == contributions["end"])


def _is_sourced(found: Document) -> bool:
    sources = found["data"]["sources"]
    return bool(sources) and all(each["licence"] and each["as_of"] for each in sources)


def _is_told_twice(found: Document) -> bool:
    """Tell whether every text stands there in both languages."""
    listed = [each["text"] for name in ("operations", "limits", "rules") for each in found[name]]
    return all(text[language] for text in listed for language in LANGUAGES)


_CHECKS: Mapping[str, Callable[[Document], bool]] = {
    "automated.is_automated": lambda found: found["automated"]["is_automated"] is True,
    "automated.degree": lambda found: all(found["automated"]["degree"].values()),
    "automated.mode": lambda found: all(found["automated"]["mode"].values()),
    "data.sources": _is_sourced,
    "data.last_month": lambda found: bool(found["data"]["last_month"]),
    "model.version": lambda found: bool(found["model"]["version"]),
    "model.parameters": lambda found: bool(found["model"]["parameters"]),
    "model.members": lambda found: _weighs(found["model"]["members"]),
    "contributions.sum": lambda found: adds_up(found["contributions"], found["figure"]["median"]),
    "would_move.answers": lambda found: {"up_10", "down_10"} <= set(found["would_move"]),
    "skill.forecasts_scored": lambda found: "forecasts_scored" in found["skill"],
    "texts": _is_told_twice,
}


def check_explanations(documents: Iterable[Document], release: Release) -> None:
    """Check that every published figure is explained as it was published, wholly, and that nothing else is.

    Raises
    ------
    RecordError : names every figure with what is missing or wrong
    """
    published = _medians(release)
    problems: list[Problem] = []
    explained: set[str] = set()
    for document in documents:
        for figure, whole in whole_explanations(document):
            explained.add(figure.id)
            lacking = missing_elements(whole)
            if published.get(figure.id) != whole["figure"]["median"]:
                lacking.append("median")
            problems += [Problem.of("record.explanation.lacks", figure=figure.id, what=what) for what in lacking]
    for name in sorted(set(published) ^ explained):
        problems.append(Problem.of("record.explanation.figures", figure=name))
    check_none(problems, RecordError)


def _medians(release: Release) -> dict[str, float]:
    ensemble = release.forecasts.filter(
        pl.col("model") == release.facts.ensemble, pl.col("quantile") == 0.5
    ).drop_nulls("value")
    figures = figures_of(ensemble)
    return dict(zip((figure.id for figure in figures), ensemble["value"].to_list(), strict=True))
