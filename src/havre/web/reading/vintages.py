"""What each release said of a series, beside what is known now: nothing that was published is painted over.

A release may have been logged when a month was known already: what it says of that month is a test on the past, and no
hit or miss, by the rule of ``havre score`` (:func:`havre.track_truth.is_late`).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from havre.months import month_index
from havre.record.outlook import Outlook
from havre.record.wording import Wording
from havre.track_truth import is_late, known_from
from havre.web.charts.fans import Fan, fan_of
from havre.web.reading.series import ShownMonth, ShownSeries, shown_months
from havre.web.site import SiteRelease

MONTHS_COMPARED = 24
"""How many of the last counted months of a release are looked at for later revisions."""


@dataclass(frozen=True)
class ThenAndNow:
    """A month that a release forecast, and what is known of it now.

    Parameters
    ----------
    then : the forecast
    counted : what was counted since; ``None`` where it is hidden or not counted yet
    is_counted : whether the month was counted since, be the count hidden or not
    is_late : whether it was known already when the release was logged
    now : the forecast of the newest release, where it still makes one for this month
    """

    then: ShownMonth
    counted: float | None
    is_counted: bool
    is_late: bool
    now: ShownMonth | None

    @property
    def is_held_80(self) -> bool:
        """Whether the 80 % interval held what was counted."""
        return self.held(80) is True

    def held(self, percent: int) -> bool | None:
        """Tell whether an interval held what was counted; ``None`` where nothing can be told."""
        bounds = self.then.expected.interval(percent)
        if bounds is None or self.counted is None:
            return None
        return bounds[0] <= self.counted <= bounds[1]


@dataclass(frozen=True)
class Vintage:
    """A series as a release told it.

    Parameters
    ----------
    shown : the series as the newest release has it
    """

    release: SiteRelease
    outlook: Outlook
    shown: ShownSeries

    @cached_property
    def _counted(self) -> Mapping[date, float | None]:
        return dict(self.shown.outlook.history)

    @property
    def ends(self) -> date:
        """The last month that the release had counted."""
        last: date = self.outlook.row["last_month"]
        return last

    @cached_property
    def months(self) -> list[ThenAndNow]:
        """Each month that it forecast, with what is known now."""
        now = {each.month: each for each in self.shown.months}
        return [
            ThenAndNow(
                then,
                self._counted.get(then.month),
                then.month in self._counted,
                self._was_known(then.month),
                now.get(then.month),
            )
            for then in shown_months(self.release, self.outlook)
        ]

    @property
    def logged_on(self) -> date | None:
        """The day on which it was written into the public log; ``None`` where it is in none."""
        at = self.shown.site.logged_at.get(self.release.id)
        return None if at is None else at.date()

    def _was_known(self, month: date) -> bool:
        """Whether a month that is counted by now was known when the release was logged, or made if it is in no log."""
        public = self._first_public(month)
        if public is None:
            return False
        known = known_from(self.shown.key[0], self.shown.row["source"], month, public)
        return bool(is_late(self.logged_on or self.release.made_on, known))

    def _first_public(self, month: date) -> date | None:
        """Give the first day on which a release tells a count of the month to have been public."""
        days = [
            credit.as_of
            for release in self.shown.site.releases
            if (outlook := release.one_series(*self.shown.key, scope=self.shown.scope)) is not None
            and month <= outlook.row["last_month"]
            for credit in release.published.release.facts.sources
            if credit.id == self.shown.row["source"]
        ]
        return min(days, default=None)

    @property
    def judged(self) -> list[ThenAndNow]:
        """The months that were counted since and may be told, but for those that were known already."""
        return [each for each in self.months if each.held(80) is not None and not each.is_late]

    @property
    def late(self) -> list[ThenAndNow]:
        """The months that were known already when it was logged."""
        return [each for each in self.months if each.is_late]

    @property
    def is_afterwards(self) -> bool:
        """Whether every month that is counted by now was known already when it was logged."""
        return bool(self.late) and not any(each.is_counted and not each.is_late for each in self.months)

    @property
    def verdict(self) -> str:
        """Which sentence tells how often its 80 % interval held; see :func:`verdict_of`."""
        return verdict_of(sum(each.is_held_80 for each in self.judged), len(self.judged))

    @cached_property
    def revised(self) -> list[tuple[date, float | None, float | None]]:
        """The last counted months that are told otherwise now: month, count then, count now."""
        recent = self.outlook.history[-MONTHS_COMPARED:]
        return [
            (month, value, self._counted[month])
            for month, value in recent
            if month in self._counted and self._counted[month] != value
        ]

    def fan(self, words: Wording) -> Fan:
        """Draw its forecast, and over it the months counted since."""
        end = month_index(self.ends)
        since = [pair for pair in self.shown.outlook.history if month_index(pair[0]) > end]
        return fan_of(self.release.published.release, self.outlook, words, name="vintage", since=since)


def verdict_of(held: int, count: int) -> str:
    """Name the sentence that tells how many of some months an interval held.

    Examples
    --------
    >>> verdict_of(1, 1), verdict_of(0, 1), verdict_of(3, 3), verdict_of(0, 3), verdict_of(1, 3), verdict_of(2, 3)
    ('one_held', 'one_missed', 'all', 'none', 'single', 'some')
    """
    if count == 1:
        return "one_held" if held else "one_missed"
    return "all" if held == count else ("none", "single")[held] if held < 2 else "some"


def vintages_of(shown: ShownSeries) -> tuple[Vintage, ...]:
    """Give the series as every other release told it, the oldest first: those that were taken back are among them."""
    found = []
    for release in shown.site.releases:
        if release is shown.release:
            continue
        outlook = release.one_series(*shown.key, scope=shown.scope)
        if outlook is not None:
            found.append(Vintage(release, outlook, shown))
    return tuple(reversed(found))
