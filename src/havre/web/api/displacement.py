"""Runs of displacement simulations for programs: where a run is, its events as they happen, its result; instances."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Annotated, Any

from fastapi import FastAPI, HTTPException, Path, Request, Response
from starlette.responses import JSONResponse, StreamingResponse
from starlette.types import Receive, Scope, Send

from havre.texts import LANGUAGES, as_language
from havre.web.api.models import Links, Names, Told
from havre.web.api.problems_told import BUSY, NOT_FOUND, UNCHANGED
from havre.web.api.questions import api_router, joined, root_of
from havre.web.guards import caller_of
from havre.web.pages.displacement import RETRY_SECONDS, queue_of, shelf_of, told_run
from havre.web.pages.displacement_sent import start_run
from havre.web.runs.listeners import Listeners, TooManyStreamsError
from havre.web.runs.store import Run

router = api_router("displacement")
LOOK_SECONDS = 0.4
STILL_THERE_SECONDS = 15.0
RunId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{22}$", description="Name of a run, which cannot be guessed.")]


def set_up(app: FastAPI) -> None:
    """Give the app the count of its streams."""
    app.state.listeners = Listeners(app.state.settings.streams_of_one)


class Instance(Told):
    """An instance that the site shows."""

    name: str
    title: Names
    note: Names
    invented: bool
    source: str
    licence: str
    is_ready: bool
    links: Links


class Instances(Told):
    """The instances of the site."""

    items: tuple[Instance, ...]


@router.get("/displacement/instances", summary="Instances of displacement simulations", responses=UNCHANGED)
def instances(request: Request, response: Response) -> Instances:
    """List the instances that the site shows, and whether their result is there."""
    # What is ready changes without anything being published.
    response.headers["Cache-Control"] = "no-cache"
    shelf = shelf_of(request)
    items = []
    for shown in shelf.instances.values():
        links = {
            f"{kind}_{language}": joined(root_of(request), [language, "displacement", "instances", shown.name, *end])
            for kind, end in (("page", ()), ("csv", ("camps.csv",)), ("json", ("result.json",)))
            for language in LANGUAGES
        }
        items.append(
            Instance(
                name=shown.name,
                title=Names(**{language: shown.title(language) for language in LANGUAGES}),
                note=Names(**{language: shown.note(language) for language in LANGUAGES}),
                invented=shown.invented,
                source=shown.source,
                licence=shown.licence,
                is_ready=shelf.path(shown).is_file(),
                links=links,
            )
        )
    return Instances(items=tuple(items))


@router.post("/displacement/runs", include_in_schema=False)
async def upload(request: Request) -> Response:
    """Take an upload or a scenario as the form of the page does, and tell where the run is (202)."""
    return await start_run(request, as_language(request.headers.get("accept-language")) or "en")


@router.get("/displacement/runs/{run_id}", summary="Where a run is", responses=NOT_FOUND)
def run(request: Request, response: Response, run_id: RunId) -> dict[str, Any]:
    """Give the state of a run: waiting, running, done, refused, failed, stopped or interrupted."""
    response.headers["Cache-Control"] = "no-store"
    return told_run(request, _found(request, run_id))


@router.get("/displacement/runs/{run_id}/result", summary="Result of a run", responses=NOT_FOUND)
def result(request: Request, run_id: RunId) -> dict[str, Any]:
    """Give the curves of the camps and all that the page of a run shows; 404 before it is done."""
    content = queue_of(request).result(_found(request, run_id).id)
    if content is None:
        raise HTTPException(404)
    return JSONResponse(json.loads(content), headers={"Cache-Control": "no-store"})  # type: ignore[return-value]


@router.get(
    "/displacement/runs/{run_id}/events",
    summary="State of a run as it changes",
    response_class=Response,
    responses={
        200: {"description": "Server-sent events.", "content": {"text/event-stream": {"schema": {"type": "string"}}}},
        **NOT_FOUND,
        **BUSY,
    },
)
async def events(request: Request, run_id: RunId) -> Response:
    """Send the state of a run whenever it changes, until it is over (server-sent events, WHATWG HTML)."""
    found = _found(request, run_id)
    listeners: Listeners = request.app.state.listeners
    try:
        close = listeners.open(caller_of(request.scope, request.app.state.settings.trusted_proxies))
    except TooManyStreamsError as error:
        raise HTTPException(error.status, headers={"Retry-After": str(RETRY_SECONDS)}) from error
    return _Events(_stream(request, found), close)


class _Events(StreamingResponse):
    """A stream of events, which is told when it has ended, also where it never began."""

    def __init__(self, told: AsyncIterator[str], close: Callable[[], None]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(told, media_type="text/event-stream", headers=headers)
        self._close = close

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._close()


async def _stream(request: Request, run: Run) -> AsyncIterator[str]:
    last, quiet = "", 0.0
    yield "retry: 3000\n\n"
    while True:
        found = queue_of(request).run(run.id)
        if found is None:
            yield 'event: state\ndata: {"state":"erased"}\n\n'
            return
        told = json.dumps(told_run(request, found), ensure_ascii=False, separators=(",", ":"))
        if told != last:
            yield f"event: state\ndata: {told}\n\n"
            last, quiet = told, 0.0
        # A stream without an end would keep a site that was asked to stop from stopping; browsers ask again.
        if found.is_over or request.app.state.is_stopping or await request.is_disconnected():
            return
        await asyncio.sleep(LOOK_SECONDS)
        quiet += LOOK_SECONDS
        if quiet >= STILL_THERE_SECONDS:
            yield ": still there\n\n"
            quiet = 0.0


def _found(request: Request, run_id: str) -> Run:
    found = queue_of(request).run(run_id)
    if found is None:
        raise HTTPException(404)
    return found
