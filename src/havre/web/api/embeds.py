"""Charts for pages of one's own: a small page for a frame, an SVG that needs nothing else, and a PNG."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Path, Request
from starlette.responses import HTMLResponse, Response

from havre.record.outlook import Outlook
from havre.record.tables import SourceCredit
from havre.record.wording import Wording
from havre.texts import Language, say
from havre.web.api.embed_drawings import BUSY_SECONDS, Drawer, svg_of
from havre.web.api.problems_told import BUSY, MOVED, NOT_BUILT, NOT_FOUND, REFUSED
from havre.web.api.questions import Chosen, joined, root_of
from havre.web.api.series import Part, Scope, found_series
from havre.web.api.telling import series_path
from havre.web.asked import only_known
from havre.web.charts.fans import Fan, fan_of
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site, SiteRelease

router = APIRouter(
    prefix="/embed", tags=["embeds"], dependencies=[Depends(only_known)], responses={**NOT_FOUND, **REFUSED}
)
FRAMED = "default-src 'none'; style-src 'self'; img-src 'self'; frame-ancestors *; base-uri 'none'; form-action 'none'"
"""Policy of the page for a frame: every site may show it, nothing in it runs."""
DRAWN = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors *; sandbox"
"""Policy of an SVG: its styles stand in it."""
_ANYWHERE = {"X-Frame-Options": "ALLOW", "Cross-Origin-Resource-Policy": "cross-origin"}
_draw_png = Drawer()


@dataclass(frozen=True)
class Embedded:
    """What an embedded chart says beside the chart.

    Parameters
    ----------
    page : address of the page about the series
    withdrawn : whether the release was taken back
    """

    fan: Fan
    release: SiteRelease
    words: Wording
    page: str
    withdrawn: bool = False

    def say(self, key: str, /, **fields: object) -> str:
        """Say a sentence of the part ``embed`` of the catalogue ``web_api``."""
        return say("web_api", f"embed.{key}", self.words.language, **fields)

    @property
    def source(self) -> SourceCredit | None:
        """The source of the series, as it must be named."""
        own = self.fan.outlook.row["source"]
        return next((each for each in self.release.published.release.facts.sources if each.id == own), None)

    @property
    def attribution(self) -> str:
        """How the source wants to be named."""
        told = self.fan.outlook.row["source"] if self.source is None else self.source.attribution
        plain = told.rstrip(".").removeprefix("Source:").removeprefix("Source :").strip()
        return self.say("source", attribution=plain)

    @property
    def provenance(self) -> str:
        """Release, end of the data of the series, and who reviewed it."""
        found = self.release.published.release
        review = (
            self.say("reviewed", name=found.review.reviewer)
            if self.release.is_reviewed and found.review is not None
            else self.say("not_reviewed")
        )
        key = "release_reference" if found.facts.reference_only else "release"
        month = self.words.month(self.fan.outlook.row["last_month"])
        return self.say(key, id=self.release.id, month=month, review=review)

    @property
    def flags(self) -> tuple[str, ...]:
        """What must be known before any figure: that the release was taken back, that a naive guess did better."""
        held = {"withdrawn": self.withdrawn, "losing": self.fan.outlook.is_losing}
        return tuple(self.say(key, id=self.release.id) for key, holds in held.items() if holds)


async def _embedded(
    request: Request,
    site: SiteNow,
    lang: Lang,
    release: Chosen,
    measure: Part,
    origin: Part,
    scope: Scope = None,
) -> "_Asked":
    return _Asked(request, root_of(request), site, lang, release, (measure, origin), scope)


@dataclass(frozen=True)
class _Asked:
    """What is asked of an embed, but the destination."""

    request: Request
    root: str
    site: Site
    language: Language
    release: SiteRelease
    names: tuple[str, str]
    scope: str | None

    def find(self, destination: str) -> Embedded:
        """Find the series.

        Raises
        ------
        ElsewhereError : its codes are written otherwise
        HTTPException : 404, the release has none
        """
        outlook: Outlook = found_series(self.request, self.release, *self.names, destination, self.scope)
        words = self.site.words(self.language)
        fan = fan_of(self.release.published.release, outlook, words, name="chart")
        address = joined(self.root, [self.language, "corridor", *series_path(outlook)], scope=outlook.key[0])
        return Embedded(fan, self.release, words, address, self.release.id in self.site.withdrawn)


Asked = Annotated[_Asked, Depends(_embedded)]
Destination = Annotated[str, Path(min_length=1, max_length=100)]


def _drawn(kind: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "response_class": Response,
        "responses": {200: {"description": "The chart.", "content": {kind: {"schema": schema}}}, **MOVED},
    }


@router.get(
    "/{lang}/{measure}/{origin}/{destination}.svg",
    summary="A chart as SVG",
    **_drawn("image/svg+xml", {"type": "string"}),
)
def embed_svg(asked: Asked, destination: Destination) -> Response:
    """Give the chart of a series as an SVG file with its title, source, release and address."""
    headers = {**_ANYWHERE, "Content-Security-Policy": DRAWN}
    return Response(svg_of(asked.find(destination)), headers=headers, media_type="image/svg+xml")


_PNG = _drawn("image/png", {"type": "string", "contentMediaType": "image/png"})
_PNG["responses"] |= {**NOT_BUILT, **BUSY}


@router.get("/{lang}/{measure}/{origin}/{destination}.png", summary="A chart as PNG", **_PNG)
def embed_png(asked: Asked, destination: Destination) -> Response:
    """Give the chart of a series as a PNG file, where this site can draw one."""
    embedded = asked.find(destination)
    missing = _draw_png.missing
    if missing is not None:
        raise HTTPException(501, say("web_api", "none.plots", asked.language, package=missing))
    content = _draw_png(embedded)
    if content is None:
        busy = say("web_api", "none.busy", asked.language)
        raise HTTPException(503, busy, headers={"Retry-After": str(BUSY_SECONDS)})
    headers = {**_ANYWHERE, "Content-Security-Policy": "default-src 'none'; frame-ancestors *; sandbox"}
    return Response(content, headers=headers, media_type="image/png")


@router.get(
    "/{lang}/{measure}/{origin}/{destination}",
    summary="A chart for a frame",
    response_class=HTMLResponse,
    responses=MOVED,
)
def embed_page(request: Request, asked: Asked, destination: Destination) -> Response:
    """Give a small page with the chart of a series, its figures, source and release; it needs no script."""
    made = page(request, "embed.html.jinja", asked.language, embedded=asked.find(destination))
    made.headers.update({**_ANYWHERE, "Content-Security-Policy": FRAMED})
    return made
