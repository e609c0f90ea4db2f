"""What the charts of a series say: title, summary in sentences, and which months of its history are drawn."""

from datetime import date

from havre.record.charts import ChartText
from havre.record.outlook import Outlook
from havre.record.wording import Wording

MONTHS_SHOWN = 36
"""Months of history in a chart."""


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
    )


def chart_summary(outlook: Outlook, words: Wording, months: int | None = MONTHS_SHOWN) -> str:
    """Tell the chart of a series in sentences."""
    counted, ahead = recent(outlook, months), [month for month in outlook.expected if month.quantiles is not None]
    fields: dict[str, object] = {}
    if counted:
        fields |= {
            "months": words.counted("months", len(counted)),
            "last": words.month(counted[-1][0]),
            "value": words.count(counted[-1][1]),
        }
    if ahead:
        fields |= {
            "end": words.month(ahead[-1].month),
            "median": words.count(ahead[-1].median),
            "interval": words.interval(ahead[-1].interval(80)),
        }
    if not fields:
        return words.text("chart.summary_nothing")
    key = "summary" if counted and ahead else "summary_ahead" if ahead else "summary_hidden"
    return words.text(f"chart.{key}", **fields)
