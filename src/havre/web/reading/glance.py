"""What the first page shows of a release: one series for each scope, the biggest changes, surges that are likely."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from havre.panel.measures import measures
from havre.record.outlook import Outlook, Row
from havre.record.report import Page as Report
from havre.record.report import Scope
from havre.record.tables import Release
from havre.release_alarms import LIKELY, LikelySurge, PastAlarms, likely_surges, told_past_alarms
from havre.web.charts.outlook_map import Typical, typical_month

MONTHS_COMPARED = 3
CHANGES_SHOWN = 5


@dataclass(frozen=True)
class ScopeGlance:
    """A scope by one of its series.

    Parameters
    ----------
    outlook : its total; where it has none its largest series
    is_total : which of the two it is
    """

    scope: Scope
    outlook: Outlook
    is_total: bool

    @property
    def others(self) -> int:
        """How many more series the scope has."""
        return len(self.scope.outlooks) - 1

    @property
    def data_end(self) -> date:
        """The last month of data of what is shown."""
        month: date = self.outlook.row["last_month"]
        return month


def scopes_at_a_glance(report: Report) -> list[ScopeGlance]:
    """Give every scope by its total or largest series: measures in their usual order, newest data first.

    No total is made up: figures of several sources are never added, nor are those of a scope that has no total.
    """
    order = {name: place for place, name in enumerate(measures())}
    found = [
        ScopeGlance(scope, (scope.totals or scope.outlooks)[0], bool(scope.totals))
        for scope in report.scopes
        if scope.outlooks
    ]
    return sorted(found, key=lambda each: _order(each, order))


def _order(found: ScopeGlance, measure_order: dict[str, int]) -> tuple[int, int, float]:
    row = found.outlook.row
    place = measure_order.get(row["measure"], len(measure_order))
    return place, -found.data_end.toordinal(), -(row["recent_mean"] or 0.0)


@dataclass(frozen=True)
class Change:
    """The next months of a series against the last twelve that were published.

    Parameters
    ----------
    before : mean of the last twelve months [persons a month]
    ahead : a typical month of the next ones
    """

    outlook: Outlook
    before: float
    ahead: Typical

    @property
    def difference(self) -> float:
        """By how much a typical month ahead is above the mean before [persons a month]."""
        return self.ahead.median - self.before

    @property
    def share(self) -> float | None:
        """The difference as a share of the mean before; ``None`` where that was nothing."""
        return self.difference / self.before if self.before else None

    @property
    def is_outside(self) -> bool:
        """Whether the mean before lies outside the range expected: more than chance as the forecast sees it."""
        return not self.ahead.low <= self.before <= self.ahead.high


@dataclass(frozen=True)
class Changes:
    """The biggest changes of a release.

    Parameters
    ----------
    compared : how many series could be compared
    beyond : those whose mean before lies outside the range expected, the largest change first
    rises, falls : the largest rises and falls in persons a month, inside their range or not
    """

    compared: int
    beyond: tuple[Change, ...]
    rises: tuple[Change, ...]
    falls: tuple[Change, ...]


def biggest_changes(outlooks: Iterable[Outlook], most: int = CHANGES_SHOWN) -> Changes:
    """Compare the next months of every series with the last twelve.

    Series with a hidden month among those compared are passed over. A series that two scopes hold is told once, by the
    data that end last.
    """
    found = [change for outlook in _told_once(outlooks) if (change := _change(outlook)) is not None]
    found.sort(key=lambda each: (-abs(each.difference), each.outlook.key))
    return Changes(
        len(found),
        tuple(each for each in found if each.is_outside),
        tuple(each for each in found if each.difference > 0)[:most],
        tuple(each for each in found if each.difference < 0)[:most],
    )


def _change(outlook: Outlook) -> Change | None:
    before = outlook.row["recent_mean"]
    ahead = typical_month(outlook, MONTHS_COMPARED)
    if before is None or ahead is None or ahead.months < MONTHS_COMPARED:
        return None
    return Change(outlook, float(before), ahead)


def _told_once(outlooks: Iterable[Outlook]) -> list[Outlook]:
    newest_first = sorted(outlooks, key=lambda each: -each.row["last_month"].toordinal())
    return list({each.key[1:]: each for each in reversed(newest_first)}.values())


@dataclass(frozen=True)
class Surge:
    """A series in which a surge is likely.

    Parameters
    ----------
    months : in which it is, in their order
    """

    outlook: Outlook
    months: tuple[LikelySurge, ...]

    @property
    def likeliest(self) -> LikelySurge:
        """The month in which a surge is most likely."""
        return max(self.months, key=lambda each: each.chance)

    @property
    def spans(self) -> list[tuple[date, date]]:
        """First and last month of each run of consecutive months."""
        runs: list[list[LikelySurge]] = []
        for each in self.months:
            if runs and runs[-1][-1].horizon == each.horizon - 1:
                runs[-1].append(each)
            else:
                runs.append([each])
        return [(run[0].target_month, run[-1].target_month) for run in runs]


def surges_of(release: Release, outlooks: Sequence[Outlook]) -> list[Surge]:
    """List the series in which a surge is more likely than not, the likeliest first."""
    by_key = {outlook.key: outlook for outlook in outlooks}
    found: dict[tuple[str, ...], list[LikelySurge]] = {}
    for each in likely_surges(release, LIKELY):
        found.setdefault(each.series, []).append(each)
    return [
        Surge(by_key[key], tuple(sorted(months, key=lambda each: each.horizon)))
        for key, months in found.items()
        if key in by_key
    ]


@dataclass(frozen=True)
class AlarmsBefore:
    """How alarms at the same chance did in the backtest of a scope, over all horizons.

    Parameters
    ----------
    by_horizon : the record of each horizon
    """

    scope: Scope
    by_horizon: tuple[PastAlarms, ...]

    def total(self, name: str) -> int:
        """Add up a count of the record over the horizons."""
        return sum(int(getattr(each, name)) for each in self.by_horizon)

    def at(self, horizon: int) -> PastAlarms | None:
        """Give the record of a horizon; ``None`` where none was judged."""
        return next((each for each in self.by_horizon if each.horizon == horizon and each.judged), None)


def alarms_before(report: Report) -> dict[str, AlarmsBefore]:
    """Give the record of alarms of each scope that a release tells, by the code of the scope."""
    told = told_past_alarms(report.release)
    return {scope.code: AlarmsBefore(scope, told[scope.code]) for scope in report.scopes if scope.code in told}


@dataclass(frozen=True)
class LosingScope:
    """A scope in which the published forecast did worse on average than a naive guess.

    Parameters
    ----------
    rows : of the table of skill, for each horizon at which it lost
    horizons : how many horizons were scored
    """

    scope: Scope
    rows: tuple[Row, ...]
    horizons: int

    @property
    def worst(self) -> Row:
        """The horizon at which it lost most."""
        return max(self.rows, key=lambda row: float(row["wis_ratio"]))


def losing_scopes(report: Report) -> list[LosingScope]:
    """List the scopes in which the forecast lost on average, the worst first."""
    skill = report.release.skill
    return [
        LosingScope(scope, tuple(rows), skill.filter(scope=scope.code, kind="ensemble")["horizon"].n_unique())
        for scope, rows in report.losing_scopes
    ]
