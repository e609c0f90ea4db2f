"""The public panels A to E: fixed series and fixed origins on which models are compared.

========= ============= ==================================================== ================= ===================
panel     part          series                                               test origins      never used before
========= ============= ==================================================== ================= ===================
A         corridors     detections by nationality and route (Frontex)        2019-12…2022-04   2022-05…2024-04
B         routes        detections by route, all nationalities               as A              as A
B         nationalities detections by nationality, all routes                as A              as A
C         germany       applications in Germany by nationality (BAMF)        2018-12…2019-12   2020-01…
D         destinations  applications by destination (Eurostat)               2017-01…2019-06   2019-07…
E         mediterranean sea arrivals by country (UNHCR)                      2017-01…2018-10   2019-07…
E         channel       sea arrivals in the United Kingdom (Home Office)     2021-05…2023-04   2023-05…2024-04
========= ============= ==================================================== ================= ===================

An origin is the last published month that a forecast may know. Test origins have twelve months of truth after them.
The last column holds origins that no choice about a model was ever made on; towards the end of the data they have
truth for the nearer horizons only. A and B come from a file that cannot be redistributed and has to be imported; its
values are those of its own day, and earlier vintages are known where several files were imported. The other panels are
part of the package.

Which series are judged follows from what was known at the first test origin
(:func:`havre.evaluate.protocol.select_series`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

import numpy as np
import polars as pl

from havre.errors import PanelError
from havre.months import add_months, months_between
from havre.panel.scope import TOTAL, Scope, history_known, scope_series
from havre.panel.series import MonthlySeries
from havre.panel.vintage import as_of

UNKNOWN = "XXX"
"""Nationality not known: no corridor, since one cannot act on it, but part of a total."""
CROSSINGS, FRONTEX = "irregular_crossings", "frontex"
IMPORTED = ("A", "B")
"""Panels whose data have to be imported first."""


@dataclass(frozen=True)
class Window:
    """Test origins and origins never used in development, each from the first to the last month."""

    first: date
    last: date
    fresh_first: date
    fresh_last: date


_CROSSINGS = Window(date(2019, 12, 1), date(2022, 4, 1), date(2022, 5, 1), date(2024, 4, 1))
_SCOPES: dict[str, dict[str, tuple[Scope, Window]]] = {
    "C": {
        "germany": (
            Scope("asylum_applications", "bamf", "origin", None, "DEU"),
            Window(date(2018, 12, 1), date(2019, 12, 1), date(2020, 1, 1), date(2020, 11, 1)),
        )
    },
    "D": {
        "destinations": (
            Scope("asylum_applications", "eurostat", "destination"),
            Window(date(2017, 1, 1), date(2019, 6, 1), date(2019, 7, 1), date(2020, 7, 1)),
        )
    },
    "E": {
        "mediterranean": (
            Scope("sea_arrivals", "unhcr_odp", "destination"),
            Window(date(2017, 1, 1), date(2018, 10, 1), date(2019, 7, 1), date(2019, 9, 1)),
        ),
        "channel": (
            Scope("sea_arrivals", "uk_home_office", "destination"),
            Window(date(2021, 5, 1), date(2023, 4, 1), date(2023, 5, 1), date(2024, 4, 1)),
        ),
    },
}
PUBLIC_PANELS = (*IMPORTED, *_SCOPES)


@dataclass(frozen=True)
class PublicPanel:
    """One part of a public panel.

    Parameters
    ----------
    name, part : letter of the panel and name of the part, such as ``B`` and ``routes``
    series : all its series, without totals over them
    origins : test origins
    fresh_origins : origins never used in development that have at least one month of truth
    scopes : where the series come from, in their order
    observations : the rows that the scopes read
    """

    name: str
    part: str
    series: MonthlySeries
    origins: tuple[date, ...]
    fresh_origins: tuple[date, ...]
    scopes: tuple[Scope, ...]
    observations: pl.DataFrame

    @property
    def id(self) -> str:
        """Name of panel and part, such as ``B/routes``."""
        return f"{self.name}/{self.part}"

    def known(self, series: MonthlySeries, origin: date) -> MonthlySeries:
        """Give the history of some series of the panel as it was known at an origin.

        See :func:`havre.panel.scope.history_known`.

        Parameters
        ----------
        series : rows of :attr:`series` in their order
        """
        if len(self.scopes) == 1:
            return history_known(self.observations, self.scopes[0], series, origin)
        histories = []
        for scope in self.scopes:
            rows = [row for row, key in enumerate(series.keys) if key.destination == scope.destination]
            histories.append(history_known(self.observations, scope, series.select(rows), origin))
        return stacked(histories)


def check_public(name: str) -> str:
    """Give the letter of a public panel in upper case.

    Raises
    ------
    PanelError : there is no such panel; the error names near matches
    """
    letter = name.strip().upper()
    if letter not in PUBLIC_PANELS:
        near = ", ".join(get_close_matches(letter, PUBLIC_PANELS, n=3, cutoff=0.4)) or ", ".join(PUBLIC_PANELS)
        raise PanelError("panel.unknown_public", panel=name, near=near)
    return letter


def public_panel(name: str, observations: pl.DataFrame, *, store: str = "") -> tuple[PublicPanel, ...]:
    """Build the parts of a public panel.

    Parameters
    ----------
    name : its letter
    observations : for A and B what was imported from Frontex, for the others the reference snapshot
    store : where the observations come from, for the error

    Raises
    ------
    PanelError : there is no such panel, or its data are not among the observations
    """
    letter = check_public(name)
    if letter in IMPORTED:
        return tuple(_crossings(letter, observations, store))
    return tuple(
        _part(letter, part, observations.filter(measure=scope.measure, source=scope.source), (scope,), window)
        for part, (scope, window) in _SCOPES[letter].items()
    )


def _crossings(letter: str, observations: pl.DataFrame, store: str) -> Iterator[PublicPanel]:
    rows = observations.filter(measure=CROSSINGS, source=FRONTEX)
    if rows.height == 0:
        raise PanelError("panel.not_imported", panel=letter, store=store)
    if letter == "A":
        known = rows.filter(pl.col("origin") != UNKNOWN)
        routes = known["destination"].unique().sort()
        scopes = tuple(Scope(CROSSINGS, FRONTEX, "origin", None, str(route)) for route in routes)
        yield _part(letter, "corridors", known, scopes, _CROSSINGS)
        return
    yield _part(letter, "routes", rows, (Scope(CROSSINGS, FRONTEX, "destination"),), _CROSSINGS)
    by_nationality = Scope(CROSSINGS, FRONTEX, "origin", None, TOTAL)
    yield _part(letter, "nationalities", _over_all_routes(rows), (by_nationality,), _CROSSINGS)


def _over_all_routes(rows: pl.DataFrame) -> pl.DataFrame:
    """Add up the routes, as known on each day on which anything became known."""
    days = rows["as_of"].unique().sort().to_list()
    return pl.concat([_sum_known_on(rows, day) for day in days])


def _sum_known_on(rows: pl.DataFrame, day: date) -> pl.DataFrame:
    known = as_of(rows, day).drop_nulls("value")
    keys = [name for name in known.columns if name not in ("destination", "value", "rounding", "status", "as_of")]
    sums = known.group_by(keys, maintain_order=True).agg(pl.col("value").sum())
    return sums.with_columns(destination=pl.lit(TOTAL), as_of=pl.lit(day))


def _part(letter: str, part: str, observations: pl.DataFrame, scopes: tuple[Scope, ...], window: Window) -> PublicPanel:
    if observations.height == 0:
        raise PanelError("panel.no_observations", what=f"{letter}/{part}")
    series = stacked([_without_total(observations, scope, window.first) for scope in scopes])
    fresh_last = min(window.fresh_last, add_months(series.last, -1))
    return PublicPanel(
        letter,
        part,
        series,
        tuple(months_between(window.first, window.last)),
        tuple(months_between(window.fresh_first, fresh_last)) if fresh_last >= window.fresh_first else (),
        scopes,
        observations,
    )


def _without_total(observations: pl.DataFrame, scope: Scope, first: date) -> MonthlySeries:
    # A gap after the first origin must not decide which series teach at it.
    series, _ = scope_series(observations, scope, leave_out_gaps=True, cut_after=first)
    return series.select([row for row, key in enumerate(series.keys) if scope.level(key) != "total"])


def stacked(parts: list[MonthlySeries]) -> MonthlySeries:
    """Put series over the same months below each other.

    Raises
    ------
    ValueError : the months are not the same
    """
    first = parts[0]
    if any((part.first, part.last) != (first.first, first.last) for part in parts):
        raise ValueError("series that are stacked must cover the same months")
    keys = tuple(key for part in parts for key in part.keys)
    return MonthlySeries(keys, first.first, np.concatenate([part.values for part in parts]))
