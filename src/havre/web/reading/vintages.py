"""What each release said of a series, beside what is known now: nothing that was published is painted over."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from havre.months import month_index
from havre.record.outlook import Outlook
from havre.record.wording import Wording
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
    now : the forecast of the newest release, where it still makes one for this month
    """

    then: ShownMonth
    counted: float | None
    is_counted: bool
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
            ThenAndNow(then, self._counted.get(then.month), then.month in self._counted, now.get(then.month))
            for then in shown_months(self.release, self.outlook)
        ]

    @property
    def judged(self) -> list[ThenAndNow]:
        """The months that were counted since and may be told."""
        return [each for each in self.months if each.held(80) is not None]

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
