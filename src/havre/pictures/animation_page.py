"""Renders the page of an animation: both languages, both drawings, the style, the script and the data."""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from havre.pictures.animation_data import Frames, data_of, frames_of
from havre.pictures.animation_map import NARROW, WIDE, map_of
from havre.pictures.network_map import round_below
from havre.pictures.words import Words
from havre.texts import LANGUAGES, Language, say

if TYPE_CHECKING:
    from jinja2 import Environment

    from havre.pictures.animation import DisplacementAnimation

SUBJECT = "animation"
SIGNS = {
    "camp": "M0,-1L0.95,0.75H-0.95Z",
    "conflict": "M-0.9,-0.45l0.45,-0.45l0.45,0.45l0.45,-0.45l0.45,0.45l-0.45,0.45l0.45,0.45l-0.45,0.45l-0.45,-0.45"
    "l-0.45,0.45l-0.45,-0.45l0.45,-0.45Z",
    "town": "M-0.75,0A0.75,0.75 0 1 0 0.75,0A0.75,0.75 0 1 0 -0.75,0Z",
    "other": "M0,-0.95L0.95,0L0,0.95L-0.95,0Z",
}
"""The sign of each kind of place, of half width 1."""


@dataclass(frozen=True)
class PageText:
    """The sentences of the page in one language."""

    animation: "DisplacementAnimation"
    frames: Frames
    language: Language

    @property
    def words(self) -> Words:
        """How this language writes figures and days."""
        return Words(self.language)

    def text(self, key: str, **fields: object) -> str:
        """Give a sentence of the catalogue of this page."""
        return say(SUBJECT, key, self.language, **fields)

    @property
    def lead(self) -> str:
        """Say how large the network is and which days are simulated."""
        days = len(self.animation.people)
        first, last = self.animation.start, self.animation.start + timedelta(days=days - 1)
        places = self.animation.places
        sizes = {"places": places.height, "camps": places.filter(kind="camp").height, "days": days}
        told = {name: self.words.number(value) for name, value in sizes.items()}
        return self.text("lead", **told, first=self.words.day(first), last=self.words.day(last))

    @property
    def last_day(self) -> str:
        """Write the last day, which is shown first."""
        return self.words.day(self.animation.start + timedelta(days=len(self.animation.people) - 1))

    @property
    def warning(self) -> str:
        """Say first of all what the page is."""
        supposed = self.animation.supposed.get(self.language)
        told = [self.text("notice.supposed", supposed=supposed)] if supposed else []
        return " ".join([*told, self.text("notice.model"), self.words.text("automated")])

    @property
    def notices(self) -> list[str]:
        """Say how the figures are to be taken, and what is left out."""
        animation, words = self.animation, self.words
        runs = animation.runs
        told = [self.text("notice.runs", runs=words.number(runs)) if runs > 1 else self.text("notice.one_run")]
        if animation.low is not None:
            told.append(self.text("notice.interval", percent=animation.interval))
        half = animation.threshold / 2
        drawn = words.number(half) if half == round(half) else words.decimal(half)
        if animation.threshold > 1:
            small = words.text("small.count", threshold=animation.threshold)
            told.append(self.text("notice.small", last=animation.threshold - 1, small=small, drawn=drawn))
        if self.frames.step > 1:
            told.append(self.text("notice.step", step=self.frames.step))
        if any(self.frames.left_out):
            places, links = (words.number(count) for count in self.frames.left_out)
            told.append(self.text("left_out", places=places, links=links))
        return [*told, *animation.notes.get(self.language, ())]

    def size_key(self, kind: str) -> tuple[str, float]:
        """Give the label and the share of the largest size of a round number of people: a circle's or a link's."""
        if kind == "link":
            return self.text("map.widest", people=self.words.number(self.frames.widest)), 1.0
        people = round_below(max(self.frames.most, 1.0))
        return self.words.number(people), float((people / self.frames.most) ** 0.5)


def render_page(animation: "DisplacementAnimation", step: int) -> str:
    """Write the page with every ``step``-th day."""
    from markupsafe import Markup

    frames = frames_of(animation, step)
    style, script = _asset("animation.css"), _asset("animation.js")
    kinds = frames.places["kind"].to_list()
    return (
        _environment()
        .get_template("animation.html.jinja")
        .render(
            title=animation.title,
            texts=[PageText(animation, frames, language) for language in LANGUAGES],
            maps=[map_of(animation, frames, size) for size in (WIDE, NARROW)],
            kinds=[kind for kind in SIGNS if kind in kinds or (kind == "conflict" and frames.conflict is not None)],
            signs=SIGNS,
            has_counted=frames.counted is not None,
            has_total=frames.displaced is not None,
            last=len(frames.days) - 1,
            opens_in=animation.language or LANGUAGES[0],
            style=Markup(style),  # noqa: S704 - a file of this package
            script=Markup(script),  # noqa: S704 - a file of this package
            style_hash=_csp_hash(style),
            script_hash=_csp_hash(script),
            data=Markup(_json(data_of(animation, frames) | {"signs": SIGNS})),  # noqa: S704 - escaped there
        )
    )


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("havre.pictures"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _json(data: dict[str, Any]) -> str:
    """Write data so that no name can end the element that holds them."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _asset(name: str) -> str:
    return files("havre.pictures").joinpath("templates", name).read_text(encoding="utf-8")


def _csp_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"
