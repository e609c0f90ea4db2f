"""Draws embedded charts: as SVG with its styles in it, and as PNG, one at a time."""

import threading
from importlib.util import find_spec
from typing import TYPE_CHECKING

import polars as pl
from markupsafe import Markup, escape

from havre.panel.measures import measures
from havre.record.charts import WIDE
from havre.record.tables import SCOPE_KEY

if TYPE_CHECKING:
    from havre.pictures import Picture
    from havre.web.api.embeds import Embedded

HEAD, LINE, LETTERS = 44, 18, 104
"""Height of the heading, of a line at the foot, and letters on such a line [SVG units, letters]."""
LETTER = 6.6
"""Width of a letter of the legend, about [SVG units]."""
MOST_WAITING = 8
"""Pictures that may wait to be drawn, the one that is drawn included."""
BUSY_SECONDS = 5
STYLE = """
text { font-family: system-ui, "Segoe UI", Roboto, "Liberation Sans", "DejaVu Sans", sans-serif; }
.ground { fill: #fff; } .head { fill: #17212b; font-size: 19px; font-weight: 600; }
.foot { fill: #47566a; font-size: 12.5px; } .flag { fill: #8a2c02; font-size: 13px; font-weight: 600; }
.label { fill: #47566a; font-size: 13px; } .unit { text-anchor: start; } .strong { fill: #17212b; font-weight: 600; }
.grid { stroke: #cbd5e0; stroke-width: 1; } .axis { stroke: #47566a; stroke-width: 1; fill: none; }
.split { stroke: #47566a; stroke-width: 1; stroke-dasharray: 2 3; }
.band-95 { fill: #d6e5f4; } .band-80 { fill: #9fc5e8; } .band-50 { fill: #5596d2; }
.counted { fill: none; stroke: #17212b; stroke-width: 2; stroke-linejoin: round; }
.median { fill: none; stroke: #08315f; stroke-width: 2.5; stroke-dasharray: 5 3; }
.stated { fill: #b0480b; stroke: #fff; stroke-width: 1.5; }
.counted-dot { fill: #17212b; } .median-dot { fill: #08315f; }
"""
"""Styles of the file, in the light colours of the site: where it will stand is not known, so it brings its ground."""


def svg_of(embedded: "Embedded") -> bytes:
    """Draw a chart with its heading, source, release and address as one SVG file that needs nothing else."""
    fan = embedded.fan
    drawing = dict(fan.drawings).get("wide")
    middle = Markup() if drawing is None else drawing
    chart_height = WIDE.height if drawing is not None else 40
    lines = [("flag", each) for each in embedded.flags]
    lines += [("foot", each) for each in foot_of(embedded)]
    height = HEAD + chart_height + LINE * (len(lines) + 1) + 14
    told = [
        Markup('<rect class="ground" width="{}" height="{}"/>').format(WIDE.width, height),
        Markup('<text class="head" x="14" y="28">{}</text>').format(fan.title),
        Markup('<g transform="translate(0,{})">{}</g>').format(HEAD, middle),
    ]
    told.append(_legend(embedded, HEAD + chart_height + LINE))
    for number, (style, line) in enumerate(lines, 2):
        place = HEAD + chart_height + LINE * number
        told.append(Markup('<text class="{}" x="14" y="{}">{}</text>').format(style, place, line))
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE.width} {height}" width="{WIDE.width}" '
        f'height="{height}" role="img" xml:lang="{fan.words.language}" aria-labelledby="title" aria-describedby="desc">'
        f'<title id="title">{escape(fan.title)}</title><desc id="desc">{escape(fan.summary)}</desc>'
        f"<style>{STYLE}</style>"
    )
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}{"".join(told)}</svg>\n'.encode()


def _legend(embedded: "Embedded", y: float) -> Markup:
    """Draw what each mark stands for, as far as there are such marks."""
    text = embedded.fan.words.text
    marks = [("line", "counted", text("chart.counted"))]
    if not embedded.fan.outlook.is_hidden:
        marks.append(("line", "median", text("chart.median")))
        marks += [("rect", f"band-{each}", text("chart.band", percent=each)) for each in (50, 80, 95)]
    if embedded.fan.overrides:
        marks.append(("rect", "stated", embedded.fan.say("stated")))
    told, x = Markup(), 14.0
    for shape, style, name in marks:
        mark = f"M{x:.0f} {y - 4:.0f}h22" if shape == "line" else f"M{x:.0f} {y - 9:.0f}h22v9h-22z"
        told += Markup('<path class="{}" d="{}"/><text class="foot" x="{}" y="{}">{}</text>').format(
            style, mark, f"{x + 28:.0f}", f"{y:.0f}", name
        )
        x += 28 + LETTER * len(name) + 16
    return told


def foot_of(embedded: "Embedded") -> list[str]:
    """Give the lines at the foot: what is hidden, source, release, address; none is longer than the picture."""
    hidden = [embedded.fan.summary] if embedded.fan.outlook.is_hidden else []
    told = [*hidden, embedded.attribution, embedded.provenance, embedded.page]
    return [line for each in told for line in _lines(each)]


def _lines(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + len(word) >= LETTERS:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


class Drawer:
    """Draws PNG files, one at a time: the drawing library does not stand two at once, and readers come first."""

    def __init__(self, most: int = MOST_WAITING) -> None:
        self._most, self._waiting = most, 0
        self._counting, self._drawing = threading.Lock(), threading.Lock()

    @property
    def missing(self) -> str | None:
        """Name the package that is missing; ``None`` where there is all that drawing needs."""
        return None if find_spec("matplotlib") is not None else "matplotlib"

    def __call__(self, embedded: "Embedded") -> bytes | None:
        """Draw; ``None`` where too much waits already."""
        from havre.pictures.files import picture_bytes

        with self._counting:
            if self._waiting >= self._most:
                return None
            self._waiting += 1
        try:
            with self._drawing:
                return picture_bytes(picture_of(embedded), "png")
        finally:
            with self._counting:
                self._waiting -= 1


def picture_of(embedded: "Embedded") -> "Picture":
    """Lay out the chart with what it says at the foot."""
    from havre.pictures import FanChart, Picture

    fan, found = embedded.fan, embedded.release.published.release
    own = [pl.col(column) == value for column, value in zip(SCOPE_KEY, fan.outlook.key, strict=True)]
    forecast = found.forecasts.filter(pl.col("model") == found.facts.ensemble, *own)
    history = pl.DataFrame(
        {"month": [month for month, _ in fan.counted], "value": [value for _, value in fan.counted]},
        schema={"month": pl.Date(), "value": pl.Float64()},
    )
    _, measure, origin, destination = fan.outlook.key
    unit = measures()[measure].unit_name(fan.words.language) if measure in measures() else measure
    chart = FanChart(
        fan.words.measure(measure),
        unit,
        history,
        forecast.select(pl.col("target_month").alias("month"), "quantile", "value"),
    )
    notes = (*embedded.flags, fan.summary, embedded.attribution, embedded.provenance, embedded.page)
    return Picture(fan.words.corridor(origin, destination), (chart,), notes, fan.words.language)
