"""The track record as one HTML page, in English and French, for people; where a model lost to naive it says so first.

The page is complete: it opens without a network, loads nothing, runs no script. Its bytes depend on the track record
and the measure names alone.
"""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from importlib.resources import files
from typing import Any

import polars as pl
from markupsafe import Markup

from havre.record.page_templates import page_template
from havre.record.track import TrackRecord
from havre.record.wording import Wording
from havre.texts import LANGUAGES, MINUS, Language, say

Row = Mapping[str, Any]


def render_track_record(found: TrackRecord, measure_names: Mapping[str, Mapping[Language, str]]) -> str:
    """Write the page.

    Parameters
    ----------
    measure_names : name of each measure in English and French; a measure without one is told by its code

    Raises
    ------
    PlaceError : a series has a place code that Havre does not know
    """
    style = files("havre.record").joinpath("templates", "report.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return page_template("track_record.html.jinja").render(
        pages=[Page(found, Wording(language, measure_names)) for language in LANGUAGES],
        found=found,
        style=Markup(style),  # noqa: S704 - a file of this package
        style_hash=f"sha256-{digest}",
    )


@dataclass(frozen=True)
class Page:
    """What the template shows in one language."""

    found: TrackRecord
    words: Wording

    def text(self, key: str, /, **fields: object) -> str:
        """Say a sentence of the catalogue ``score``."""
        return say("score", key, self.words.language, **fields)

    @cached_property
    def losing(self) -> list[str]:
        """Sentences on the models that lost to naive: over all forecasts of a measure, else at some horizons."""
        lost = self.found.league.filter(~pl.col("naive") & (pl.col("wis_ratio") > 1))
        overall = lost.filter(group="overall")
        same = ["target", "source", "model", "figures"]
        horizons = lost.filter(group="horizon").join(overall, on=same, how="anti", maintain_order="left")
        return [
            self.text("page.lost", model=self.model(row), of=self.group_name(row), naive=self.naive(row),
                      percent=self.words.percent(row["wis_ratio"] - 1))
            for row in [*overall.to_dicts(), *horizons.to_dicts()]
        ]  # fmt: skip

    def league(self, group: str) -> list[dict[str, Any]]:
        """Give the rows of a group of the league table."""
        return self.found.league.filter(group=group).to_dicts()

    @property
    def releases(self) -> list[dict[str, Any]]:
        """Give the releases in the order of the log."""
        return self.found.releases.to_dicts()

    @property
    def overridden(self) -> list[dict[str, Any]]:
        """Give the overridden figures."""
        return self.found.overridden.to_dicts()

    def group_name(self, row: Row) -> str:
        """Name what a row of the league table is about: measure, corridor and horizon, as far as it has them."""
        parts = [f"{self.words.measure(row['target'])} ({row['source']})"]
        if row.get("origin") is not None:
            parts.append(self.words.corridor(row["origin"], row["destination"]))
        if row.get("horizon") is not None:
            parts.append(self.words.horizon(row["horizon"]))
        return ", ".join(parts)

    def model(self, row: Row) -> str:
        """Name a model, and whether its figures are those that a reviewer stated."""
        name = self.words.model(row["model"])
        return self.text("page.as_stated", model=name) if row["figures"] == "stated" else name

    def naive(self, row: Row) -> str:
        """Name the naive model that a row is compared with."""
        return "–" if row["compared_with"] is None else self.words.model(row["compared_with"])

    def number(self, value: float | None) -> str:
        """Write persons as a whole number, one decimal below ten; a dash where there is nothing to tell."""
        from babel.numbers import format_decimal

        if value is None:
            return "–"
        pattern = "#,##0.0" if abs(value) < 10 else "#,##0"
        return str(format_decimal(value, format=pattern, locale=self.words.language)).replace("-", MINUS)

    def ratio(self, value: float | None) -> str:
        """Write a ratio."""
        return "–" if value is None else self.words.ratio(value)

    def time(self, at: datetime | None) -> str:
        """Write a time, or that there is none."""
        return self.text("page.nobody") if at is None else f"{at:%Y-%m-%d %H:%M} UTC"
