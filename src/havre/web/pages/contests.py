"""The public list of contests: what, how old, when due, what is late, what was answered, what became of releases."""

from typing import Annotated, Literal

from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from havre.record.contest import Contest
from havre.record.contest_list import ListPage
from havre.record.contest_texts import WHOLE
from havre.texts import Language
from havre.web.figures import in_words, split
from havre.web.records import room_of
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50
Shown = Literal["all", "open", "answered", "late"]


@router.get("/{lang}/contests")
def contests_page(
    request: Request,
    lang: Lang,
    site: SiteNow,
    state: Shown = "all",
    number: Annotated[int, Query(alias="page", ge=1, le=100_000)] = 1,
) -> Response:
    """Show the list, the newest first."""
    if site.record is None:
        return page(request, "contest_nowhere.html.jinja", lang)
    listed = room_of(request).public_contests()
    told = ListPage(lang, listed.at)
    counts = {kind: sum(_is(each, kind, told) for each in listed.contests) for kind in ("all", "open", "answered",
                                                                                          "late")}  # fmt: skip
    found = [each for each in listed.contests if _is(each, state, told)]
    pages = max(1, -(-len(found) // ON_A_PAGE))
    if number > pages:
        raise HTTPException(404)
    shown = found[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    return _uncached(page(
        request, "contests.html.jinja", lang, told=told, contests=shown, counts=counts, state=state, number=number,
        pages=pages, became=listed.became[::-1], abouts={each.id: about_of(each, site, lang) for each in shown},
        is_old=listed.is_old, told_at=f"{listed.at:%Y-%m-%d %H:%M} UTC",
    ))  # fmt: skip


@router.get("/{lang}/contests/{contest}")
def contest_page(request: Request, lang: Lang, site: SiteNow, contest: str) -> Response:
    """Show what is public of one contest."""
    listed = room_of(request).public_contests()
    found = next((each for each in listed.contests if each.id == contest), None)
    if found is None:
        raise HTTPException(404)
    return _uncached(page(request, "contests_one.html.jinja", lang, told=ListPage(lang, listed.at), contest=found,
                          about=about_of(found, site, lang), figure=figure_address(found, site, lang)))  # fmt: skip


def about_of(contest: Contest, site: Site, lang: Language) -> str:
    """Tell in words what is contested."""
    if contest.about in WHOLE:
        return ListPage(lang, contest.filed_at).text(f"about.{contest.about}")
    return in_words(contest.about, site.words(lang))


def figure_address(contest: Contest, site: Site, lang: Language) -> str | None:
    """Give the address of the page on which the contested figure stands, where the newest release still has it."""
    if contest.about in WHOLE:
        return None
    series, month = split(contest.about)
    scope, origin, destination = series.rsplit("/", 2)
    measure = scope.split("/")[0]
    if site.latest.one_series(measure, origin, destination, scope) is None:
        return None
    return f"/{lang}/corridor/{measure}/{origin}/{destination}?month={month}"


def _is(contest: Contest, kind: Shown | str, told: ListPage) -> bool:
    if kind == "late":
        return bool(contest.late(told.at))
    return kind == "all" or (contest.outcome is None) == (kind == "open")


def _uncached(made: Response) -> Response:
    """What stands in the store may change at any moment: nobody keeps it without asking again."""
    made.headers["Cache-Control"] = "no-cache"
    return made
