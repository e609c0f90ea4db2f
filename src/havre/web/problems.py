"""Tells what went wrong: to programs as problem details (RFC 9457), to people as a page in their language."""

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from havre.errors import HavreError
from havre.texts import Language, as_language, say
from havre.web.guards import asks_as_program
from havre.web.reading.meant import ElsewhereError
from havre.web.records import is_of_storage
from havre.web.rendering import page
from havre.web.site import NothingPublishedError
from havre.web.wrong_questions import wrong_questions

_log = logging.getLogger("havre.web")
_TOLD = frozenset({400, 401, 403, 404, 405, 409, 413, 415, 422, 429, 500, 503})


def add_problems(app: FastAPI) -> None:
    """Let an app answer every error in this way."""
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HavreError, _havre)
    app.add_exception_handler(ElsewhereError, _elsewhere)


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the handler is registered for this class
    detail = error.detail if error.detail != HTTPStatus(error.status_code).phrase else None
    return problem(request, error.status_code, detail, headers=dict(error.headers or {}))


def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - the handler is registered for this class
    found = wrong_questions(error.errors(), _language(request))
    return problem(request, 422, " ".join(each["what"] for each in found), errors=found)


def _elsewhere(request: Request, error: Exception) -> Response:
    assert isinstance(error, ElsewhereError)  # noqa: S101 - the handler is registered for this class
    return RedirectResponse(error.address, 308)


def _havre(request: Request, error: Exception) -> Response:
    assert isinstance(error, HavreError)  # noqa: S101 - the handler is registered for this class
    if is_of_storage(error):
        # A fault of ours: no reader can mend it, and it may name a path of the machine.
        _log.error("an error in %s %s: %s", request.method, _pattern(request.scope), error.message())
        return problem(request, 503, None, headers={"Retry-After": "10"})
    language = _language(request)
    if isinstance(error, NothingPublishedError):
        return problem(request, 404, error.message(language), titled="unpublished")
    return problem(request, 422, error.message(language), advice=error.advice(language) or None)


class Caught:
    """The innermost layer: what nobody expected becomes an answer like any other, with all headers, and a line of log.

    Where an answer has begun already there is no other to give: the connection is cut, so that nobody takes a part for
    the whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and answer for what is raised."""
        begun = False

        async def told(message: Message) -> None:
            nonlocal begun
            begun = begun or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, told)
        except ClientDisconnect:
            # Who sends a form and goes away is no fault of ours; the answer is for the counts alone.
            if not begun:
                await Response(None, 400)(scope, receive, send)
        except Exception as error:
            if scope["type"] != "http" or begun:
                raise
            # Only where it happened: no query, nothing of who asked.
            _log.error("an error in %s %s", scope["method"], _pattern(scope), exc_info=error)
            await _answer_500(scope, receive, send)


async def _answer_500(scope: Scope, receive: Receive, send: Send) -> None:
    request = Request(scope, receive)
    try:
        answer = problem(request, 500, None)
    except Exception:
        # The page of the error does not work either.
        answer = JSONResponse(
            {"type": "about:blank", "title": "Error", "status": 500}, 500, {"Cache-Control": "no-store"}
        )
    await answer(scope, receive, send)


def _pattern(scope: Scope) -> str:
    return str(getattr(scope.get("route"), "path", "") or "other")


def problem(
    request: Request,
    status: int,
    detail: str | None,
    *,
    titled: str | None = None,
    headers: dict[str, str] | None = None,
    **more: Any,
) -> Response:
    """Tell what went wrong.

    Parameters
    ----------
    status : of HTTP
    detail : what exactly, in the reader's language where it is known
    titled : key of the title, where it is not that of the status
    more : further members of the problem details
    """
    language = _language(request)
    key = titled or (str(status) if status in _TOLD else "other")
    title = say("web", f"problem.{key}", language)
    kept = {"Cache-Control": "no-store", **(headers or {})}
    if asks_as_program(request.scope):
        told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        plain = {name: value for name, value in told.items() if value is not None}
        return JSONResponse(plain, status, kept, "application/problem+json")
    facts = {"title": title, "detail": detail, "advice": more.get("advice"), "status_code": status}
    made = page(request, "problem.html.jinja", language, status=status, store=False, **facts)
    made.headers.update(kept)
    return made


def _language(request: Request) -> Language:
    first = request.url.path.lstrip("/").partition("/")[0]
    asked = first if first in ("en", "fr") else request.headers.get("accept-language")
    return as_language(asked) or "en"
