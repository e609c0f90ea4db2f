"""Takes what readers send of displacement, an upload or the form of a scenario, and puts it in the queue of runs."""

import asyncio
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any
from weakref import WeakKeyDictionary

from fastapi import APIRouter, HTTPException, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import JSONResponse, RedirectResponse, Response

from havre.displacement.simulate import DEFAULT_SEED
from havre.errors import FileError, HavreError
from havre.texts import Language, say
from havre.web.api.questions import root_of
from havre.web.forms import check_kind, check_same_origin
from havre.web.guards import asks_as_program
from havre.web.pages.displacement import RETRY_SECONDS, overview, queue_of, run_result, shelf_of, told_run
from havre.web.pages.displacement_form import read_replicas, read_scenario_form
from havre.web.rendering import Lang
from havre.web.runs.queue import Asked, QueueFullError
from havre.web.runs.shelf import Shown
from havre.web.runs.store import Run
from havre.web.runs.upload import MOST_FILES, read_upload

router = APIRouter(include_in_schema=False)
_PLAIN = re.compile(r"[^A-Za-z0-9_-]+")


@router.post("/{lang}/displacement/runs")
async def start_run(request: Request, lang: Lang) -> Response:
    """Take an upload or a scenario, and put it in the queue."""
    check_same_origin(request)
    check_kind(request)
    with _told_when_full(request, lang):
        queue_of(request).check_room()
    # Some more than are taken, so that too many are told in our words.
    async with request.form(max_files=MOST_FILES + 50, max_fields=30, max_part_size=20_000) as form:
        fields = {name: value for name, value in form.multi_items() if isinstance(value, str)}
        sent = [
            (each.filename or "", await each.read())
            for name, each in form.multi_items()
            if name == "files" and isinstance(each, UploadFile)
        ]
    try:
        with _told_when_full(request, lang):
            # One at a time: checking several at once would take the turns of readers.
            async with _turn():
                run = await run_in_threadpool(_submit, request, fields, sent, lang)
    except FileError as error:
        # A path of the server is nothing to tell.
        raise HTTPException(503, headers={"Retry-After": str(RETRY_SECONDS)}) from error
    except HavreError as error:
        if asks_as_program(request.scope):
            told = {"type": "about:blank", "title": say("web", "problem.422", lang), "status": 422}
            return JSONResponse({**told, "detail": error.message(lang)}, 422, media_type="application/problem+json")
        faults = [problem.sentence(lang) for problem in error.problems]
        return await run_in_threadpool(_refused, request, lang, faults)
    where = f"/{lang}/displacement/runs/{run.id}"
    if asks_as_program(request.scope):
        return JSONResponse({**told_run(request, run), "page": f"{root_of(request)}{where}"}, 202, {"Location": where})
    return RedirectResponse(where, 303, {"Cache-Control": "no-store"})


@contextmanager
def _told_when_full(request: Request, language: Language) -> Iterator[None]:
    try:
        yield
    except QueueFullError as error:
        busy = say("web_displacement", "busy", language, count=request.app.state.settings.runs_waiting)
        raise HTTPException(503, busy, {"Retry-After": str(RETRY_SECONDS)}) from error


_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


def _turn() -> asyncio.Semaphore:
    """Give the turn of checking an upload, of which a loop of events has one."""
    return _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Semaphore(1))


def _refused(request: Request, lang: Language, faults: Sequence[str]) -> Response:
    return overview(request, lang, status=422, faults=faults)


@dataclass(frozen=True)
class _Base:
    """What a scenario is added to."""

    name: str
    shown: Shown | None
    files: Mapping[str, bytes] | None
    result: dict[str, Any]


def _submit(request: Request, fields: Mapping[str, str], sent: Sequence[tuple[str, bytes]], lang: Language) -> Run:
    replicas = read_replicas(fields.get("replicas", ""))
    queue = queue_of(request)
    if "kind" not in fields:
        upload = read_upload(sent, request.app.state.settings.upload_bytes)
        name = _instance_name(sent)
        return queue.submit(Asked(name, replicas, DEFAULT_SEED, files=upload.files, unused=upload.unused))
    base = _base(request, fields)
    scenario = read_scenario_form(fields, base.result, lang)
    asked = Asked(
        base.name,
        replicas,
        DEFAULT_SEED,
        files=base.files,
        folder=base.shown.folder if base.shown else None,
        shown=base.shown.name if base.shown else "",
        scenario=scenario,
    )
    return queue.submit(asked)


def _base(request: Request, fields: Mapping[str, str]) -> _Base:
    """Find the instance of a scenario: one of the site, or one that was uploaded with a run.

    Raises
    ------
    HTTPException : it is not there, or has no result yet
    """
    queue, shelf = queue_of(request), shelf_of(request)
    shown = shelf.instances.get(fields.get("instance", ""))
    if shown is not None:
        result = shelf.result(shown)
        if result is None:
            raise HTTPException(503, headers={"Retry-After": str(RETRY_SECONDS)})
        return _Base(shown.folder.name, shown, None, result)
    run = queue.run(fields.get("run", ""))
    content, files = (run_result(request, run), queue.upload(run.id)) if run else (None, None)
    if run is None or content is None or files is None:
        raise HTTPException(404)
    return _Base(run.name, None, files, content)


def _instance_name(sent: Sequence[tuple[str, bytes]]) -> str:
    """Name an uploaded instance: as the archive is called."""
    name = PurePosixPath(sent[0][0].replace("\\", "/")).stem if len(sent) == 1 else "instance"
    return _PLAIN.sub("-", name).strip("-")[:40] or "instance"
