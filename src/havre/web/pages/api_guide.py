"""The guide for programs: how to read the figures, take tables, embed a chart, follow a feed."""

from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from havre.web.api.questions import joined, root_of
from havre.web.api.telling import series_path
from havre.web.rendering import Lang, SiteNow, page

router = APIRouter(include_in_schema=False)
FEEDS = ("all", "releases", "alarms", "contests")
FRAME_HEIGHT = 820


@dataclass(frozen=True)
class Example:
    """The series that the examples are about: the largest corridor, else the largest series.

    Parameters
    ----------
    name : of the series in words
    api, chart : addresses, without an ending
    """

    name: str
    api: str
    chart: str

    @property
    def frame(self) -> str:
        """Code of the chart as a frame."""
        return (
            f'<iframe src="{self.chart}" title="{self.name}" width="100%" height="{FRAME_HEIGHT}" '
            'loading="lazy" style="border: 0"></iframe>'
        )

    @property
    def image(self) -> str:
        """Code of the chart as a picture."""
        return f'<img src="{self.chart}.svg" alt="{self.name}" width="760">'

    @property
    def shell(self) -> str:
        """How a shell reads it."""
        return f"curl -s '{self.api}' | jq '.forecast[0] | {{month, median, interval_80}}'"

    @property
    def python(self) -> str:
        """How Python reads it."""
        return (
            "import polars as pl\n\n"
            f'table = pl.read_csv("{self.api}.csv", try_parse_dates=True)\n'
            'print(table.filter(pl.col("automated")).select("month", "median", "low_80", "high_80"))'
        )

    @property
    def r(self) -> str:
        """How R reads it."""
        return (
            f'table <- read.csv("{self.api}.csv")\nsubset(table, automated, c("month", "median", "low_80", "high_80"))'
        )


@router.get("/{lang}/about/api")
def api_guide(request: Request, lang: Lang, site: SiteNow) -> Response:
    """Show how programs read the site."""
    root = root_of(request)
    shown = [each for each in site.latest.outlooks if not each.is_hidden] or list(site.latest.outlooks)
    outlook = next((each for each in shown if each.row["level"] == "corridor"), shown[0])
    path = series_path(outlook)
    name = site.words(lang).series(*path)
    example = Example(name, joined(root, ["api/v1/series", *path]), joined(root, ["embed", lang, *path]))
    api = joined(root, ["api/v1"])
    tables = {
        "all_forecasts": f"{api}/forecasts",
        "all_counts": f"{api}/history",
        "one_series": example.api,
    }
    return page(request, "api_guide.html.jinja", lang, example=example, api=api, tables=tables, feeds=FEEDS)
