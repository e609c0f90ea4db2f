"""Says what a chart shows in a sentence, for those who hear it instead of seeing it."""

import polars as pl

from havre.pictures.charts import (
    BANDS,
    MEDIAN,
    AlarmsChart,
    CalibrationChart,
    Chart,
    DriversChart,
    FanChart,
    LeagueChart,
    Picture,
    ScenarioChart,
    curve,
)
from havre.pictures.displacement_descriptions import describe_displacement
from havre.pictures.figures import title_of
from havre.pictures.words import Words


def describe(picture: Picture) -> str:
    """Describe a whole picture: its charts in their order, then its notes."""
    words = Words(picture.language)
    sentences = [*(describe_chart(chart, words) for chart in picture.charts), *picture.notes]
    return " ".join(text if text.endswith(".") else f"{text}." for text in sentences)


def describe_chart(chart: Chart, words: Words) -> str:
    """Describe one chart."""
    match chart:
        case FanChart():
            return _fan(chart, words)
        case ScenarioChart():
            return _scenario(chart, words)
        case LeagueChart():
            return _league(chart, words)
        case CalibrationChart():
            return _calibration(chart, words)
        case AlarmsChart():
            return _alarms(chart, words)
        case DriversChart():
            return _drivers(chart, words)
        case _:
            return describe_displacement(chart, title_of(chart, words), words)


def _nothing(title: str, words: Words) -> str:
    return words.text("describe.fan_empty", title=title)


def _fan(chart: FanChart, words: Words) -> str:
    counted = chart.history.drop_nulls("value").sort("month")
    _, low, high = BANDS[1]
    of_level = [dict(curve(chart.forecast.drop_nulls("value"), level)) for level in (MEDIAN, low, high)]
    if counted.is_empty() or not all(of_level):
        return _nothing(chart.title, words)
    month = max(of_level[0])
    median, lower, upper = (words.number(values[month] or 0.0) for values in of_level)
    last, value = counted.select("month", "value").row(-1)
    known = {"last": words.number(value), "last_month": words.month(last), "month": words.month(month)}
    return words.text("describe.fan", title=chart.title, **known, median=median, low=lower, high=upper)


def _scenario(chart: ScenarioChart, words: Words) -> str:
    title = words.text("scenario.title", series=chart.title, supposed=chart.supposed)
    if chart.base.is_empty() or chart.changed.is_empty():
        return _nothing(title, words)
    month, base = curve(chart.base, MEDIAN)[-1]
    changed = curve(chart.changed, MEDIAN)[-1][1]
    told = {"base": words.number(base or 0.0), "changed": words.number(changed or 0.0)}
    return words.text("describe.scenario", title=title, month=words.month(month), **told)


def _league(chart: LeagueChart, words: Words) -> str:
    known = chart.ratios.drop_nulls("ratio")
    lowest = known.group_by("horizon").agg(pl.all().sort_by("ratio").first()).sort("horizon")
    if lowest.is_empty():
        return _nothing(chart.title, words)
    sentences = [
        words.text("describe.league", title=chart.title, horizon=row["horizon"], model=row["model"],
                   ratio=words.decimal(row["ratio"]))
        for row in lowest.iter_rows(named=True)
    ]  # fmt: skip
    # The title once is enough.
    return " ".join([sentences[0], *(text.removeprefix(f"{chart.title}. ") for text in sentences[1:])])


def _calibration(chart: CalibrationChart, words: Words) -> str:
    known = chart.coverage.drop_nulls().with_columns(departure=pl.col("observed") - pl.col("nominal"))
    if known.is_empty():
        return _nothing(chart.title, words)
    worst = known.sort(pl.col("departure").abs(), descending=True).row(0, named=True)
    told = {"departure": words.signed(100 * worst["departure"]), "nominal": words.percent(worst["nominal"])}
    return words.text("describe.calibration", title=chart.title, horizon=worst["horizon"], **told)


def _alarms(chart: AlarmsChart, words: Words) -> str:
    if chart.chances.is_empty():
        return _nothing(chart.title, words)
    highest = chart.chances.sort("chance", descending=True, maintain_order=True).row(0, named=True)
    told = {"name": highest["name"], "chance": words.percent(highest["chance"])}
    return words.text("describe.alarms", title=chart.title, alarms=int(chart.chances["alarm"].sum()), **told)


def _drivers(chart: DriversChart, words: Words) -> str:
    rows = chart.parts.select("name", "persons").iter_rows()
    parts = ", ".join(f"{name} {words.signed(persons)}" for name, persons in rows)
    ends = {"start": words.number(chart.start[1]), "end": words.number(chart.end[1])}
    return words.text("describe.drivers", title=chart.title, parts=parts or words.text("nothing"), **ends)
