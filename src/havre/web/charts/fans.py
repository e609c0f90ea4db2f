"""The fan chart of a series for a page: for wide and narrow screens, with its summary and the figures of its table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from markupsafe import Markup

from havre.record.chart_words import MONTHS_SHOWN, chart_summary, chart_text, recent
from havre.record.charts import NARROW, WIDE, Counted, Size, fan_chart, sparkline
from havre.record.outlook import ExpectedMonth, Outlook
from havre.record.reviewed import Override
from havre.record.tables import Release
from havre.record.wording import Wording
from havre.texts import say

SIZES = (("wide", WIDE), ("narrow", NARROW))
"""Size of the drawing for each kind of screen."""
_PLAIN = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Fan:
    """What ``charts.html.jinja`` shows of a series.

    Parameters
    ----------
    outlook : the series
    words : of the language of the page
    overrides : the months of it for which a reviewer states another figure
    name : makes identifiers unique on the page
    months : how many months of history are drawn; ``None`` draws all
    since : months counted after the forecast was made, drawn over it
    sizes : size of the drawing for each kind of screen
    """

    outlook: Outlook
    words: Wording
    overrides: tuple[Override, ...]
    name: str
    months: int | None = MONTHS_SHOWN
    since: Counted = ()
    sizes: tuple[tuple[str, Size], ...] = SIZES

    def say(self, key: str, /, **fields: object) -> str:
        """Say a sentence of the catalogue ``web_charts``."""
        return say("web_charts", key, self.words.language, **fields)

    @property
    def title(self) -> str:
        """Name of the series."""
        return self.words.series(*self.outlook.key[1:])

    @cached_property
    def counted(self) -> Counted:
        """The months of history that are drawn."""
        return recent(self.outlook, self.months)

    @property
    def has_gaps(self) -> bool:
        """Whether a month among those that are drawn is hidden or was not published."""
        hidden = any(month.quantiles is None for month in self.outlook.expected)
        return hidden or any(value is None for _, value in self.counted)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not self.counted and self.outlook.is_hidden

    @cached_property
    def drawings(self) -> list[tuple[str, Markup]]:
        """The drawing for each kind of screen, ``wide`` and ``narrow``; none where there is nothing to draw."""
        if self.is_empty:
            return []
        stated = [(each.target_month, each.stated) for each in self.overrides]
        return [
            (kind, fan_chart(self.counted, self.outlook.expected, text, size, stated=stated, since=self.since))
            for kind, size in self.sizes
            for text in (chart_text(self.outlook, self.words, f"{self.name}-{kind}", months=self.months),)
        ]

    @cached_property
    def summary(self) -> str:
        """The chart in sentences, with what a reviewer states beside the computed."""
        told = [chart_summary(self.outlook, self.words, self.months), *(self._told(each) for each in self.overrides)]
        return " ".join(told)

    def _told(self, each: Override) -> str:
        return self.say(
            "stated_sentence",
            month=self.words.month(each.target_month),
            stated=self.words.number(each.stated),
            computed=self.words.number(each.computed),
            reviewer=each.reviewer,
        )

    def override(self, month: ExpectedMonth) -> Override | None:
        """Give what a reviewer states for a month; ``None`` where nobody does."""
        return next((each for each in self.overrides if each.horizon == month.horizon), None)


def fan_of(
    release: Release,
    outlook: Outlook,
    words: Wording,
    *,
    name: str | None = None,
    months: int | None = MONTHS_SHOWN,
    since: Counted = (),
    sizes: tuple[tuple[str, Size], ...] = SIZES,
) -> Fan:
    """Make the fan chart of a series of a release.

    Parameters
    ----------
    name : makes identifiers unique on the page; by default the key of the series
    months : how many months of history are drawn; ``None`` draws all
    since : months counted after the forecast was made, from a later release
    sizes : size of the drawing for each kind of screen, where it is not the usual one
    """
    own = overrides_of(release, outlook)
    return Fan(outlook, words, own, name or name_of(outlook), months, tuple(since), sizes)


def spark_of(outlook: Outlook, words: Wording, name: str | None = None) -> Markup:
    """Draw the small chart of a series; nothing where nothing may be shown."""
    counted = recent(outlook)
    if not counted and outlook.is_hidden:
        return Markup()
    text = chart_text(outlook, words, name or f"spark-{name_of(outlook)}", spark=True)
    return sparkline(counted, outlook.expected, text)


def overrides_of(release: Release, outlook: Outlook) -> tuple[Override, ...]:
    """List what a reviewer states for months of a series, the earliest first."""
    told: Sequence[Override] = () if release.review is None else release.review.overrides
    scope, _, origin, destination = outlook.key
    own = [each for each in told if (each.scope, each.origin, each.destination) == (scope, origin, destination)]
    return tuple(sorted(own, key=lambda each: each.horizon))


def name_of(outlook: Outlook) -> str:
    """Give a series a name that may stand in an identifier of a page.

    Examples
    --------
    >>> _PLAIN.sub("-", "sea_arrivals/TOT/route:channel")
    'sea-arrivals-TOT-route-channel'
    """
    return _PLAIN.sub("-", "-".join(outlook.key))
