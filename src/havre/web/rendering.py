"""Makes pages of templates: texts of two languages, addresses of assets, and the same page in the other language."""

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from havre import __version__
from havre.sources.caveats import caveat_in
from havre.texts import LANGUAGES, Language, say
from havre.web.site import Site

MENU = (
    ("home", ""),
    ("planner", "planner"),
    ("track_record", "track-record"),
    ("displacement", "displacement"),
    ("releases", "releases"),
    ("contests", "contests"),
    ("audit", "audit"),
    ("about", "about"),
)
"""Entries of the menu: key of the text ``web.menu.…`` and path after the language."""


def site_of(request: Request) -> Site:
    """Give the snapshot that this request is answered from: that of its beginning (:mod:`havre.web.answers`)."""
    site: Site = request.scope.get("site") or request.app.state.holder.site
    return site


async def _language(lang: Annotated[str, Path()]) -> Language:
    for language in LANGUAGES:
        if lang == language:
            return language
    raise HTTPException(404)


async def _site_now(request: Request) -> Site:
    # Without ``async`` each of these would wait for a thread.
    return site_of(request)


SiteNow = Annotated[Site, Depends(_site_now)]
"""The snapshot, as a parameter of a page."""
Lang = Annotated[Language, Depends(_language)]
"""The language in the address, as a parameter of a page under ``/{lang}/…``."""


@cache
def asset_files() -> Mapping[str, bytes]:
    """Read every asset by its path below ``assets``; readers get them from memory."""
    return dict(sorted(_walk(files("havre.web") / "assets", "")))


def _walk(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for each in folder.iterdir():
        path = f"{prefix}{each.name}"
        if each.is_dir():
            found += _walk(each, f"{path}/")
        elif not each.name.startswith("."):
            found.append((path, each.read_bytes()))
    return found


@cache
def assets_version() -> str:
    """Give one hash of all assets: it stands in their addresses, so that modules import each other beside it."""
    digest = hashlib.sha256()
    for path, content in asset_files().items():
        digest.update(f"{path}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def asset(path: str) -> str:
    """Give the address of an asset.

    Raises
    ------
    KeyError : there is no such asset
    """
    _ = asset_files()[path]
    return f"/assets/{assets_version()}/{path}"


@cache
def environment() -> Environment:
    """Make the environment of the templates: everything is escaped, and a name that is missing is an error."""
    made = Environment(
        loader=PackageLoader("havre.web"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    made.globals |= {"asset": asset, "version": __version__, "menu": MENU, "languages": LANGUAGES}
    made.globals["caveat_in"] = caveat_in
    # Where pictures cannot be drawn here, no link promises one.
    made.globals["draws_png"] = find_spec("matplotlib") is not None
    return made


def page(
    request: Request, template: str, language: Language, /, *, status: int = 200, store: bool = True, **facts: Any
) -> HTMLResponse:
    """Make a page of a template.

    Parameters
    ----------
    template : file in ``templates``
    store : whether caches may keep it; ``False`` for what is for one person alone
    facts : what the template shows, beside ``site``, ``lang``, ``words`` (figures and names), ``t`` (sentences of the
        catalogue ``web``), ``say`` (sentences of any catalogue: ``say("web_home", key, …)``), ``here`` (path after the
        language) and ``other`` (address of the same page in each language)
    """
    site = site_of(request)
    told = {
        "site": site,
        "lang": language,
        "words": site.words(language),
        "t": partial(_tell, "web", language),
        "say": partial(_tell_of, language),
        "here": _after_language(request),
        "other": {each: _in_language(request, each) for each in LANGUAGES},
        "address": site.settings.address or str(request.base_url).rstrip("/"),
        **facts,
    }
    headers: dict[str, str] = {"Content-Language": language}
    if not store:
        headers["Cache-Control"] = "no-store"
    return HTMLResponse(environment().get_template(template).render(told), status, headers)


def _tell(subject: str, language: Language, key: str, /, **fields: object) -> str:
    return say(subject, key, language, **fields)


def _tell_of(language: Language, subject: str, key: str, /, **fields: object) -> str:
    return say(subject, key, language, **fields)


def _after_language(request: Request) -> str:
    """Give the path of a page without its language."""
    first, _, rest = request.url.path.lstrip("/").partition("/")
    return rest if first in LANGUAGES else ""


def _in_language(request: Request, language: Language) -> str:
    """Give the address of the same page, with the same question, in a language."""
    query = f"?{request.url.query}" if request.url.query else ""
    return f"/{language}/{_after_language(request)}{query}"
