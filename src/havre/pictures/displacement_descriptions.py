"""Says what a chart of a displacement simulation shows, camp by camp, for those who hear it instead of seeing it."""

from typing import Any

from havre.pictures.camp_curves import capacity_of, counts_of, quantile_curve
from havre.pictures.charts import BANDS, MEDIAN, DisplacementChart
from havre.pictures.displacement_charts import CampCurvesChart, FillDatesChart, NetworkMapChart, ScenarioCampsChart
from havre.pictures.words import Words


def describe_displacement(chart: DisplacementChart, title: str, words: Words) -> str:
    """Describe one chart that has something to show under its title."""
    match chart:
        case NetworkMapChart():
            return _network(chart, title, words)
        case CampCurvesChart():
            sentences = [_curve(chart, camp, words) for camp in chart.camps]
            return _told("camps", title, sentences, words)
        case FillDatesChart():
            sentences = [_fills(chart, row, words) for row in chart.dates.iter_rows(named=True)]
            return _told("fill", title, sentences, words)
        case ScenarioCampsChart():
            sentences = [_change(chart, row, words) for row in chart.changes.iter_rows(named=True)]
            return _told("change", title, sentences, words)


def _told(kind: str, title: str, sentences: list[str], words: Words) -> str:
    if not sentences:
        return words.text("describe.fan_empty", title=title)
    return words.text(f"describe.{kind}", title=title, sentences=" ".join(sentences))


def _network(chart: NetworkMapChart, title: str, words: Words) -> str:
    if chart.places.is_empty():
        return words.text("describe.fan_empty", title=title)
    counts = {"places": chart.places.height, "camps": chart.places.filter(kind="camp").height}
    told = [words.text("describe.network", title=title, **counts)]
    if (known := chart.places.drop_nulls("people").sort("people", descending=True, maintain_order=True)).height:
        name, people = known.select("name", "people").row(0)
        told.append(words.text("describe.network_most", name=name, people=words.people(people, chart.threshold)))
    if (known := chart.links.drop_nulls("flow").sort("flow", descending=True, maintain_order=True)).height:
        origin, destination, flow = known.select("origin", "destination", "flow").row(0)
        fields = {"origin": origin, "destination": destination, "people": words.people(flow, chart.threshold)}
        told.append(words.text("describe.network_busiest", **fields))
    return " ".join(told)


def _curve(chart: CampCurvesChart, camp: str, words: Words) -> str:
    day, people = quantile_curve(chart.curves, camp, MEDIAN)[-1]
    percent, low, high = BANDS[1]
    ends = [dict(quantile_curve(chart.curves, camp, level)).get(day) for level in (low, high)]
    between = ""
    if ends[0] is not None and ends[1] is not None:
        fields = {"low": words.people(ends[0], chart.threshold), "high": words.people(ends[1], chart.threshold)}
        between = words.text("describe.camps_interval", percent=percent, **fields)
    median = words.people(people, chart.threshold)
    told = [words.text("describe.camps_one", camp=camp, day=words.day(day), median=median, interval=between)]
    if counted := counts_of(chart, camp):
        last, value = counted[-1]
        fields = {"day": words.day(last), "people": words.people(value, chart.threshold)}
        told.append(words.text("describe.camps_counted", **fields))
    if (capacity := capacity_of(chart, camp)) is not None:
        told.append(words.text("describe.camps_capacity", people=words.number(capacity)))
    return " ".join(told)


def _fills(chart: FillDatesChart, row: dict[str, Any], words: Words) -> str:
    fields: dict[str, object] = {"camp": row["camp"], "chance": words.chance(row["chance"]), "percent": chart.interval}
    if row["low"] is None:
        return words.text("describe.fill_never", **fields)
    fields["low"] = words.day(row["low"])
    fields["median"] = ""
    if row["median"] is not None:
        fields["median"] = words.text("describe.fill_median", day=words.day(row["median"]))
    if row["high"] is None:
        return words.text("describe.fill_from", **fields)
    return words.text("describe.fill_between", **fields, high=words.day(row["high"]))


def _change(chart: ScenarioCampsChart, row: dict[str, Any], words: Words) -> str:
    base = words.people(row["base"], chart.threshold)
    change, low, high = (words.change(row[name], chart.threshold) for name in ("change", "low", "high"))
    return words.text("describe.change_one", camp=row["camp"], base=base, change=change, low=low, high=high,
                      percent=chart.interval)  # fmt: skip
