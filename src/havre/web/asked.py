"""What each address may be asked: programs are refused what it does not know, and for people that changes nothing.

So that nobody makes the site compute a page anew with parameters that they make up, the question of a page is brought
into one form before it is looked up among the kept answers (:mod:`havre.web.answers`).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from fastapi import HTTPException, Request
from fastapi.dependencies.models import Dependant
from starlette.datastructures import QueryParams
from starlette.routing import BaseRoute, Route
from starlette.types import Scope

from havre.texts import as_language, say

Page = TypeVar("Page", bound=Callable[..., Any])
MOST_PARAMETERS = 100
_ALSO = "reads_parameters"


async def only_known(request: Request) -> None:
    """Refuse a parameter that this address does not know, or that stands there twice: nobody meant that.

    Raises
    ------
    HTTPException : 422, all of them are told
    """
    known = _names(request.scope["route"].dependant)
    asked = Counter(name for name, _ in request.query_params.multi_items())
    wrong = {name: "unknown" for name in asked if name not in known}
    wrong |= {name: "twice" for name, times in asked.items() if name in known and times > 1}
    if wrong:
        language = as_language(request.headers.get("accept-language")) or "en"
        told = [say("web_api", f"query.{kind}", language, name=name[:60]) for name, kind in wrong.items()]
        listed = say("web_api", "query.known", language, names=", ".join(sorted(known)) or "–")
        raise HTTPException(422, " ".join([*told, listed]))


def reads(*names: str) -> Callable[[Page], Page]:
    """Say which parameters a page reads from its request, beside those of its signature."""

    def told(page: Page) -> Page:
        setattr(page, _ALSO, frozenset(names))
        return page

    return told


class Questions:
    """Brings what is asked of an address into one form.

    Parameters
    ----------
    routes : of the app, in the order in which they are asked; those of the desk are none of them: it keeps no answer
    """

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._addresses = [_address(route) for route in routes if isinstance(route, Route)]

    def known(self, scope: Scope) -> bytes:
        """Give the query of a ``GET`` with what its page knows alone, ordered by name, of several values the last.

        Where what is unknown is refused, or the page is none of these, it stays as it is.
        """
        asked: bytes = scope.get("query_string", b"")
        address = self._find(scope) if asked else None
        if address is None:
            return asked
        if asked.count(b"&") >= MOST_PARAMETERS:
            return asked if address.is_strict else b""
        pairs = QueryParams(asked).multi_items()
        told = dict(pairs)
        if address.is_strict and (not address.known.issuperset(told) or len(told) < len(pairs)):
            return asked
        return str(QueryParams(sorted(each for each in told.items() if each[0] in address.known))).encode()

    def kind(self, scope: Scope) -> str:
        """Give the pattern of the address that is asked; of all that are none of these, one word."""
        address = self._find(scope)
        return "other" if address is None else address.pattern

    def _find(self, scope: Scope) -> "_Address | None":
        return next((each for each in self._addresses if each.fits(scope["path"])), None)


@dataclass(frozen=True)
class _Address:
    """What is known of an address: whether a path is one of it, its parameters, whether others are refused."""

    pattern: str
    fits: Callable[[str], object]
    known: frozenset[str]
    is_strict: bool


def _address(route: Route) -> _Address:
    dependant = getattr(route, "dependant", None)
    names: frozenset[str] = getattr(route.endpoint, _ALSO, frozenset())
    if not isinstance(dependant, Dependant):
        return _Address(route.path, route.path_regex.match, names, is_strict=False)
    is_strict = any(each.call is only_known for each in dependant.dependencies)
    return _Address(route.path, route.path_regex.match, names | _names(dependant), is_strict=is_strict)


def _names(dependant: Dependant) -> set[str]:
    own = {field.alias for field in dependant.query_params}
    return own.union(*(_names(each) for each in dependant.dependencies))
