"""Reads the explanations of a release, from the folder of its draft or of what was published.

A reviewer's overrides come after the explanations: they stand in the manifest, and are put beside them here.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from havre.errors import FileError, RecordError
from havre.record.explanation import FOLDER, SCHEMA, Document, figures_in, lies_outside, override_of, whole_explanation
from havre.record.figures import Figure, find_figure
from havre.record.folder import MANIFEST


@dataclass(frozen=True)
class Found:
    """An explanation that was read from a release.

    Parameters
    ----------
    explanation : see :func:`whole_explanation`; its figure also tells what is ``published``: what a reviewer has
        ``stated``, else the computed median
    review : what a human did: ``state`` (``draft`` or ``published``), who reviewed it, and the override or ``None``
    """

    explanation: dict[str, Any]
    review: dict[str, Any]


class ExplainedFolder:
    """The explanations of a release, in the folder of a draft or of what was published.

    Raises
    ------
    FileError : the folder holds no explanations
    """

    def __init__(self, folder: Path) -> None:
        manifest = folder / MANIFEST
        self._manifest: dict[str, Any] | None = None
        if manifest.is_file():
            self._manifest = _json(manifest)
        self._root = folder if self._manifest is not None else folder / "further"
        files = sorted((self._root / FOLDER).rglob("*.json"))
        if not files:
            raise FileError("file.missing", path=self._root / FOLDER)
        self._documents = [_document(path) for path in files]
        self._figures = tuple(
            (figure, own["median"]) for document in self._documents for figure, _, own in figures_in(document)
        )

    def figures(self) -> list[tuple[Figure, float]]:
        """List the figures that are explained, each with its median."""
        return list(self._figures)

    def find(self, text: str) -> Found:
        """Give the explanation of a figure by its name.

        Raises
        ------
        RecordError : there is no such figure; near matches are told
        """
        figure = find_figure(text, (figure for figure, _ in self._figures))
        document = next(each for each in self._documents if each["scope"] == figure.scope)
        found = whole_explanation(document, figure)
        review = self._review(found)
        override, told = review["override"], found["figure"]
        stated = None if override is None else override["stated"]
        told |= {
            "stated": stated,
            "published": told["median"] if stated is None else stated,
            "stated_outside_interval_80": None if override is None else lies_outside(override, told),
        }
        return Found(found, review)

    def largest(self, count: int, horizon: int | None = None) -> list[Figure]:
        """List one figure of each of the largest corridors; where there are none, of the largest other series.

        Totals of a whole scope are no corridors. The largest is the one with the most persons in that figure.

        Parameters
        ----------
        horizon : months ahead of the last month; by default the first month that is published
        """
        first: dict[tuple[str, str, str], tuple[float, Figure, str]] = {}
        for document in self._documents:
            for figure, series, own in figures_in(document):
                key = (figure.scope, figure.origin, figure.destination)
                if (key not in first or figure.month < first[key][1].month) and horizon in (None, own["horizon"]):
                    first[key] = (own["median"], figure, series["level"])
        parts = [each for each in first.values() if each[2] == "corridor"]
        chosen = parts or [each for each in first.values() if each[2] != "total"] or list(first.values())
        return [figure for _, figure, _ in sorted(chosen, key=lambda each: (-each[0], each[1].id))[:count]]

    def _review(self, found: Document) -> dict[str, Any]:
        """Tell what a human did to a figure, as the manifest tells it; nobody has reviewed a draft."""
        review = None if self._manifest is None else self._manifest.get("review")
        if review is None:
            state = "draft" if self._manifest is None else "not_reviewed"
            return {"state": state, "reviewed_by": None, "reviewed_at": None, "override": None, "notes": []}
        return {
            "state": "published",
            "reviewed_by": review["reviewer"],
            "reviewed_at": review["reviewed_at"],
            "override": override_of(review, found["figure"]),
            "notes": list(review["notes"]),
        }


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise RecordError("record.explanation.damaged", path=path, reason=str(error)) from error
    if not isinstance(found, dict):
        raise RecordError("record.explanation.damaged", path=path, reason="{}")
    return found


def _document(path: Path) -> dict[str, Any]:
    found = _json(path)
    if found.get("schema") != SCHEMA:
        raise RecordError("record.explanation.damaged", path=path, reason=f"schema {found.get('schema')}")
    return found
