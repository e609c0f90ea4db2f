"""Releases: all of them, and each with its review, its files, and a button by which the browser verifies it."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from babel.numbers import format_decimal
from fastapi import APIRouter, HTTPException, Query, Request
from starlette.responses import Response

from havre.errors import HavreError
from havre.record.contest_list import ListPage
from havre.record.folder import MANIFEST
from havre.record.reviewed import Override
from havre.texts import Language, say
from havre.web.log_view import LogView, read_log
from havre.web.rendering import Lang, SiteNow, page
from havre.web.site import Site, SiteRelease
from havre.web.verifying import facts_for, facts_for_files

router = APIRouter(include_in_schema=False)
ON_A_PAGE = 50


@dataclass(frozen=True)
class File:
    """A file of a release."""

    path: str
    size: str
    digest: str


@dataclass(frozen=True)
class Changed:
    """A figure that the reviewer replaced, and the address of its series."""

    override: Override
    measure: str
    address: str


@router.get("/{lang}/releases")
def releases(request: Request, lang: Lang, site: SiteNow, number: int = Query(1, alias="page", ge=1)) -> Response:
    """List every release, the newest first."""
    pages = max(1, -(-len(site.releases) // ON_A_PAGE))
    if number > pages:
        raise HTTPException(404)
    shown = site.releases[(number - 1) * ON_A_PAGE : number * ON_A_PAGE]
    log, problem = log_or_problem(site, lang)
    rows = [(each, file_count(each, lang), None if log is None else log.stands(each.id)) for each in shown]
    refused = [(each.folder, each.error.message(lang)) for each in site.refused] if number == 1 else []
    facts: dict[str, Any] = {"rows": rows, "problem": problem, "refused": refused, "number": number, "pages": pages}
    return as_of_now(page(request, "releases.html.jinja", lang, **facts))


@router.get("/{lang}/releases/{name}")
def release(request: Request, lang: Lang, site: SiteNow, name: str) -> Response:
    """Show a release."""
    one = site.release(name)
    if one is None:
        raise HTTPException(404)
    log, problem = log_or_problem(site, lang)
    contents = one.published.contents
    size = size_in_words(sum(len(content) for content in contents.values()), lang)
    became = log.became.get(name) if log is not None else None
    facts: dict[str, Any] = {
        "release": one,
        "facts": one.published.release.facts,
        "review": one.published.release.review,
        "changed": changed_figures(one),
        "files": files_of(one, lang),
        "size": size,
        "options": options_of(one),
        "problem": problem,
        "became": [] if became is None else ListPage(lang, datetime.now(UTC)).steps(became),
        "stands": None if log is None else log.stands(name),
        "verify": facts_for(site.record, log, lang, one) if site.record and one.published.logged else None,
        "own_files": facts_for_files(one, lang),
        "explanations": [path for path in contents if path.endswith(f".{lang}.html")],
    }
    return as_of_now(page(request, "release.html.jinja", lang, **facts))


def log_or_problem(site: Site, language: Language) -> tuple[LogView | None, str | None]:
    """Read the log; where it is damaged give what is wrong instead: the figures can still be read."""
    try:
        return read_log(site), None
    except HavreError as error:
        return None, error.message(language)


def as_of_now(made: Response) -> Response:
    """Have an answer made anew each time: the log grows between two snapshots of the site."""
    made.headers["Cache-Control"] = "no-cache"
    return made


def file_count(one: SiteRelease, language: Language) -> str:
    """Tell how many files a release has, and how large they are together."""
    sizes = [len(content) for content in one.published.contents.values()]
    return say("web_releases", "list.files", language, count=len(sizes), size=size_in_words(sum(sizes), language))


def files_of(one: SiteRelease, language: Language) -> list[File]:
    """List the files of a release: the manifest, what it lists with its digest, and what proves it."""
    listed = one.published.manifest["files"]
    names = sorted(one.published.contents, key=lambda name: (name != MANIFEST, name in listed, name))
    digests = {**listed, MANIFEST: one.published.manifest_sha256}
    contents = one.published.contents
    return [File(name, size_in_words(len(contents[name]), language), digests.get(name, "")) for name in names]


def changed_figures(one: SiteRelease) -> list[Changed]:
    """List what the reviewer replaced."""
    review = one.published.release.review
    found = []
    for override in () if review is None else review.overrides:
        measure = override.scope.split("/")[0]
        path = f"corridor/{measure}/{override.origin}/{override.destination}?scope={override.scope}"
        found.append(Changed(override, measure, path))
    return found


def options_of(one: SiteRelease) -> str:
    """Write the options of a release as JSON; long lists stand in the manifest alone."""
    options = one.published.release.facts.options
    plain = {key: value for key, value in options.items() if not isinstance(value, dict | list | tuple)}
    return json.dumps(plain, ensure_ascii=False, indent=1, sort_keys=True, default=str)


def size_in_words(count: int, language: Language) -> str:
    """Write a number of bytes.

    Examples
    --------
    >>> size_in_words(999, "en"), size_in_words(1_530, "en"), size_in_words(2_345_000, "fr")
    ('999 B', '2 kB', '2,3 Mo')
    """
    for unit, size, pattern in (("megabytes", 1_000_000, "#,##0.0"), ("kilobytes", 1_000, "#,##0")):
        if count >= size:
            told = format_decimal(count / size, format=pattern, locale=language)
            return say("web_releases", f"size.{unit}", language, count=told)
    return say("web_releases", "size.bytes", language, count=count)
