"""Why a figure says what it says: its explanation in the words of a language, cut into what a page shows at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from havre.errors import RecordError
from havre.record.explanation_text import common_sections, own_sections, sections
from havre.record.explanation_words import Section
from havre.record.wording import Wording
from havre.web.reading.series import ShownMonth, ShownSeries

FIRST = ("contributions", "would_move", "past_situations")
"""Parts that are shown at once; the others unfold."""
ELSEWHERE = ("data", "skill")
"""Parts that have a place of their own on the page."""


@dataclass(frozen=True)
class Explained:
    """The explanation of a figure.

    Parameters
    ----------
    month : the month that it explains
    first, further : its parts, those that are shown at once and the others
    skill : the track record at this horizon, as the explanation has it
    """

    month: ShownMonth
    first: tuple[Section, ...]
    further: tuple[Section, ...]
    skill: Mapping[str, Any]


def explain(shown: ShownSeries, month: ShownMonth, words: Wording) -> Explained | None:
    """Explain a figure of a series; ``None`` where its release does not."""
    folder = shown.release.explained
    if folder is None or month.expected.quantiles is None:
        return None
    try:
        found = folder.find(month.figure.id)
    except RecordError:
        return None
    told = sections(found.explanation, found.review, words)
    leads = {each.name: each.blocks for each in common_sections(found.explanation, words)}
    own = {each.name: each for each in own_sections(found.explanation, words)}
    first = tuple(Section(name, own[name].title, (*leads.get(name, ())[:1], *own[name].blocks)) for name in FIRST)
    further = tuple(each for each in told if each.name not in (*FIRST, *ELSEWHERE))
    return Explained(month, first, further, found.explanation["skill"]["this_horizon"])


def own_record(shown: ShownSeries) -> list[tuple[int, Mapping[str, Any]]]:
    """Give the track record of the series itself by horizon, where its explanations have it and it was scored."""
    folder = shown.release.explained
    if folder is None:
        return []
    found = []
    for month in shown.months:
        if month.expected.quantiles is None:
            continue
        try:
            here = folder.find(month.figure.id).explanation["skill"]["this_horizon"]
        except RecordError:
            continue
        if here["forecasts_scored"]:
            found.append((month.expected.horizon, here))
    return found
