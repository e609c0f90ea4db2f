"""Says what a chart itself has to say at the foot: what it leaves out, and which counts it does not tell."""

from havre.pictures.charts import AlarmsChart, Chart
from havre.pictures.displacement_charts import (
    CampCurvesChart,
    NetworkMapChart,
    ScenarioCampsChart,
    largest_network,
)
from havre.pictures.words import Words


def notes_of(chart: Chart, words: Words) -> list[str]:
    """Give the notes that belong to a chart whatever the picture."""
    match chart:
        case AlarmsChart():
            return [words.text("left_out", count=chart.left_out)] if chart.left_out else []
        case CampCurvesChart():
            return [*_left_out_camps(chart, words), *_small(chart, words)]
        case NetworkMapChart():
            return [*_left_out_network(chart, words), *_small(chart, words)]
        case ScenarioCampsChart():
            return _small(chart, words)
        case _:
            return []


def _small(chart: CampCurvesChart | NetworkMapChart | ScenarioCampsChart, words: Words) -> list[str]:
    if not chart.veils:
        return []
    half = chart.threshold / 2
    drawn = words.number(half) if half == round(half) else words.decimal(half)
    return [words.text("small.note", last=chart.threshold - 1, threshold=chart.threshold, drawn=drawn)]


def _left_out_camps(chart: CampCurvesChart, words: Words) -> list[str]:
    return [words.text("camps.left_out", count=words.number(chart.left_out))] if chart.left_out else []


def _left_out_network(chart: NetworkMapChart, words: Words) -> list[str]:
    places, links = largest_network(chart.places, chart.links)
    fewer = [chart.places.height - places.height, chart.links.height - links.height]
    if not any(fewer):
        return []
    return [words.text("network.left_out", places=words.number(fewer[0]), links=words.number(fewer[1]))]
