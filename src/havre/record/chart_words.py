"""What the charts of a series say: title, summary in sentences, and which months of its history are drawn."""

from collections.abc import Sequence
from datetime import date

from havre.record.charts import ChartText
from havre.record.outlook import ExpectedMonth, Outlook
from havre.record.wording import Wording

MONTHS_SHOWN = 36
"""Months of history in a chart."""
YEAR = 12
FLAT = 0.02
"""A change by less than this share is told as none."""


def recent(outlook: Outlook, months: int | None = MONTHS_SHOWN) -> tuple[tuple[date, float | None], ...]:
    """Give the last months of a history, from the first one that has a value; ``None`` gives all of them."""
    kept = outlook.history if months is None else outlook.history[-months:]
    first = next((index for index, (_, value) in enumerate(kept) if value is not None), len(kept))
    return kept[first:]


def chart_text(
    outlook: Outlook, words: Wording, prefix: str, *, spark: bool = False, months: int | None = MONTHS_SHOWN
) -> ChartText:
    """Give what the chart of a series says.

    Parameters
    ----------
    prefix : makes the identifiers of the drawing unique on its page
    spark : it is the small chart
    months : how many months of history it shows
    """
    series = words.series(*outlook.key[1:])
    return ChartText(
        prefix=prefix,
        title=words.text("chart.spark" if spark else "chart.title", series=series),
        description=chart_summary(outlook, words, months),
        split=words.text("chart.split"),
        month=words.short_month,
        number=words.number,
        unit="" if spark else words.unit(outlook.key[1]),
    )


def chart_summary(outlook: Outlook, words: Wording, months: int | None = MONTHS_SHOWN) -> str:
    """Tell the chart of a series in sentences: where it comes from, where it goes to, and how sure that is."""
    counted, ahead = recent(outlook, months), [month for month in outlook.expected if month.quantiles is not None]
    if not counted and not ahead:
        return words.text("chart.summary_nothing")
    told = [_counted_words(outlook, words) if counted else words.text("chart.not_counted")]
    told.append(_expected_words(outlook, ahead[-1], words) if ahead else words.text("chart.not_expected"))
    return " ".join(told)


def _mean(history: Sequence[tuple[date, float | None]]) -> float | None:
    """Give the mean of twelve months; ``None`` where there are fewer, or one of them is not told."""
    values = [value for _, value in history if value is not None]
    return sum(values) / YEAR if len(values) == len(history) == YEAR else None


def _counted_words(outlook: Outlook, words: Wording) -> str:
    """Tell the last count, the mean of the last twelve months, and that against the twelve months before."""
    last, value = outlook.history[-1]
    mean, before = _mean(outlook.history[-YEAR:]), _mean(outlook.history[-2 * YEAR : -YEAR])
    if value is None:
        return words.text("chart.counted_hidden", last=words.month(last))
    fields: dict[str, object] = {"last": words.month(last), "value": words.number(value)}
    if mean is None:
        return words.text("chart.counted_alone", **fields)
    fields["mean"] = words.number(mean)
    if before is None or min(mean, before) < 0:
        return words.text("chart.counted_mean", **fields)
    if before == 0 and mean > 0:
        return words.text("chart.counted_after_none", **fields)
    change = mean / before - 1 if before else 0.0
    if abs(change) < FLAT:
        return words.text("chart.counted_same", **fields)
    return words.text(
        f"chart.counted_{'more' if change > 0 else 'fewer'}", **fields, percent=words.percent(abs(change))
    )


def _expected_words(outlook: Outlook, month: ExpectedMonth, words: Wording) -> str:
    """Tell the furthest month, and how surely it is above or below the last twelve and the same month a year before."""
    fields = {"end": words.month(month.month), "median": words.about(month), "interval": words.about_interval(month)}
    same = date(month.month.year - 1, month.month.month, 1)
    mean, before = _mean(outlook.history[-YEAR:]), dict(outlook.history).get(same)
    told = []
    if mean is not None:
        told.append(words.text(f"chart.versus_mean.{direction(month, mean)}"))
    if before is not None:
        told.append(words.text(f"chart.versus_year.{direction(month, before)}", month=words.month(same)))
    if not told:
        return words.text("chart.expected", **fields)
    both = words.text("chart.versus_both", mean=told[0], year=told[1]) if len(told) > 1 else told[0]
    return words.text("chart.expected_versus", **fields, versus=both)


def direction(month: ExpectedMonth, before: float) -> str:
    """Name how a forecast lies to an earlier figure, by the ends of its intervals.

    Returns
    -------
    ``surely_more`` or ``surely_fewer`` where at least 90 % of the forecast lie on that side, ``more`` or ``fewer``
    where at least 75 % do, else ``same``

    Examples
    --------
    >>> month = ExpectedMonth(date(2026, 1, 1), 1, {0.1: 70.0, 0.25: 80.0, 0.5: 90.0, 0.75: 100.0, 0.9: 110.0})
    >>> [direction(month, before) for before in (60, 75, 90, 105, 120)]
    ['surely_more', 'more', 'same', 'fewer', 'surely_fewer']
    """
    for percent, way in ((80, "surely_"), (50, "")):
        bounds = month.interval(percent)
        if bounds is not None and before < bounds[0]:
            return f"{way}more"
        if bounds is not None and before > bounds[1]:
            return f"{way}fewer"
    return "same"
