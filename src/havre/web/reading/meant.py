"""What somebody meant who asked for a series or a place that is not there: written otherwise, or looking alike."""

from collections.abc import Iterable
from difflib import SequenceMatcher

from havre.places import find_code, place_name
from havre.places.spelling import plain
from havre.record.wording import ALL
from havre.texts import LANGUAGES, Language
from havre.web.reading.places import KINDS, ROUTE, Kind, codes_of
from havre.web.site import SeriesKey, Site, SiteRelease

NEAR = 6
_NEAR_ENOUGH = 0.6
_LONGEST = 60
"""Letters of a text that are compared."""


class ElsewhereError(Exception):
    """What was asked for has another address, to which who asks is led (RFC 9110, 308)."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def meant_series(release: SiteRelease, key: SeriesKey, scope: str | None = None) -> SeriesKey | None:
    """Find the series that is meant where codes are written in another case, or as names; ``None`` where there is none.

    Parameters
    ----------
    key : measure, origin and destination as they were asked for
    """
    measure, origin, destination = key
    meant = (measure.casefold().replace("-", "_"), code_of(release, origin), code_of(release, destination))
    return meant if meant != key and release.one_series(*meant, scope=scope) is not None else None


def meant_of_all(site: Site, key: SeriesKey, scope: str | None = None) -> SeriesKey | None:
    """Find the series that is meant in the newest release that has it."""
    return next((found for each in site.releases if (found := meant_series(each, key, scope)) is not None), None)


def code_of(release: SiteRelease, text: str) -> str:
    """Give the code of a place of a release that is written in another case, or as a name; else the text as it is."""
    known = {ALL, *release.origins, *release.destinations, *release.routes}
    tried = (text.upper(), find_code(text[:_LONGEST]), find_code(ROUTE + text[:_LONGEST]))
    return next((code for code in tried if code in known), text)


def near(release: SiteRelease, texts: Iterable[str], language: Language) -> list[tuple[Kind, str]]:
    """List the places whose code or name looks most like a text, best first."""
    scored: dict[tuple[Kind, str], float] = {}
    for text in texts:
        wanted = plain(text.removeprefix(ROUTE)[:_LONGEST])
        for kind in KINDS:
            for code in codes_of(release, kind):
                names = (plain(code.removeprefix(ROUTE)), *(plain(place_name(code, each)) for each in LANGUAGES))
                likeness = max(_likeness(wanted, name) for name in names)
                scored[kind, code] = max(likeness, scored.get((kind, code), 0.0))
    best = sorted(scored, key=lambda place: (-scored[place], place_name(place[1], language)))
    return [place for place in best if scored[place] >= _NEAR_ENOUGH][:NEAR]


def _likeness(wanted: str, name: str) -> float:
    if len(wanted) >= 3 and name.startswith(wanted):
        return 0.95
    compared = SequenceMatcher(None, wanted, name)
    # Most names are nowhere near, which is known much sooner than how far they are.
    if compared.real_quick_ratio() < _NEAR_ENOUGH or compared.quick_ratio() < _NEAR_ENOUGH:
        return 0.0
    return compared.ratio()
