"""Displacement: instances with their camps, runs of uploaded instances and of scenarios, and what came of them."""

import threading
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI, HTTPException, Request
from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse, Response

from havre.record.wording import Wording
from havre.texts import Language, say
from havre.web.api.questions import joined, root_of
from havre.web.charts.camp_map import MapText, Pin, instances_map
from havre.web.forms import check_same_origin
from havre.web.pages.displacement_form import (
    KINDS,
    MOST_REPLICAS,
    REPLICAS,
    borders_of,
    camps_of,
    roads_of,
)
from havre.web.pages.displacement_view import ResultView, view_result
from havre.web.rendering import Lang, SiteNow, page
from havre.web.runs.queue import RunQueue
from havre.web.runs.shelf import Shelf, Shown, read_result
from havre.web.runs.store import Run
from havre.web.runs.upload import MOST_FILES

router = APIRouter(include_in_schema=False)
PREPARE_SECONDS = 3.0
"""How long after the start the results of the site's own instances are asked for: the first readers go before."""
RETRY_SECONDS = 30
ALL_SIZES = (("wide", (900, 400)), ("narrow", (358, 300)))
"""Sizes of the map of all instances."""


def set_up(app: FastAPI) -> None:
    """Make the queue and the shelf of instances, and let them start and end with the app."""
    queue = RunQueue(app.state.settings)
    shelf = Shelf(app.state.settings, queue)
    app.state.runs, app.state.shelf = queue, shelf
    app.state.starting += [queue.start, lambda: _later(shelf.prepare)]
    app.state.ending += [queue.end]


def _later(act: Callable[[], None]) -> None:
    """Do something in a while; at the end of the process nobody waits for it."""
    timer = threading.Timer(PREPARE_SECONDS, act)
    timer.daemon = True
    timer.start()


def queue_of(request: Request) -> RunQueue:
    """Give the queue of runs."""
    queue: RunQueue = request.app.state.runs
    return queue


def shelf_of(request: Request) -> Shelf:
    """Give the instances of the site."""
    shelf: Shelf = request.app.state.shelf
    return shelf


@router.get("/{lang}/displacement")
def displacement(request: Request, lang: Lang, site: SiteNow) -> Response:
    """Show the instances, and the form for an own one."""
    return overview(request, lang)


def overview(request: Request, lang: Language, *, status: int = 200, faults: Sequence[str] = ()) -> Response:
    """Give the page of all instances, with what is wrong with an upload where one was sent."""
    shelf, queue = shelf_of(request), queue_of(request)
    cards = []
    for shown in shelf.instances.values():
        view = shown_view(shelf, shown, lang) if shelf.result(shown) is not None else None
        cards.append((shown, view, shelf.has_failed(shown) is not None))
    complete = all(view is not None for _, view, _ in cards) and not faults
    facts = {
        "cards": cards,
        "maps": _all_on_maps(shelf, lang),
        "faults": faults,
        "waiting": queue.waiting + queue.running,
        "limits": site_limits(request),
        "most_files": MOST_FILES,
    }
    made = page(request, "displacement.html.jinja", lang, status=status, store=complete, **facts)
    made.headers["Cache-Control"] = "no-cache" if complete else "no-store"
    return made


def _all_on_maps(shelf: Shelf, language: Language) -> list[tuple[str, Markup]]:
    """Draw where the instances lie of which the places are real; nothing where there are none with a result."""
    pins = []
    for shown in shelf.instances.values():
        path = shelf.path(shown)
        if not shown.invented and path.is_file():
            places = read_result(path, path.stat().st_mtime_ns)["network"]["places"]
            pins.append(Pin(shown.title(language), f"/{language}/displacement/instances/{shown.name}", places))
    if not pins:
        return []
    title, described = (say("web_displacement", f"instances.{key}", language) for key in ("map", "map_text"))
    return [(kind, instances_map(pins, MapText(f"all-{kind}", title, described), size)) for kind, size in ALL_SIZES]


def shown_view(shelf: Shelf, shown: Shown, language: Language) -> ResultView:
    """Give the result of an instance in words, for the list of all."""
    path = shelf.path(shown)
    return _kept_view(path, path.stat().st_mtime_ns, language, shown.name, invented=shown.invented)


@lru_cache(maxsize=64)
def _kept_view(path: Path, changed: int, language: Language, name: str, *, invented: bool) -> ResultView:
    # Nothing of a result is a measure, so that no names of measures are needed.
    return view_result(read_result(path, changed), Wording(language, {}), invented=invented, name=name)


def site_limits(request: Request) -> dict[str, Any]:
    """Give the bounds that hold for what readers run."""
    settings = request.app.state.settings
    return {
        "megabytes": f"{settings.upload_bytes / 1e6:g}",
        "seconds": settings.run_seconds,
        "memory": f"{settings.run_memory_bytes / 1e9:g}",
        "waiting": settings.runs_waiting,
        "replicas": REPLICAS,
        "most_replicas": MOST_REPLICAS,
    }


@router.get("/{lang}/displacement/instances/{name}")
def instance(request: Request, lang: Lang, site: SiteNow, name: str, day: str = "") -> Response:
    """Show an instance of the site: its network, the curves of its camps, how good they are, and the scenarios."""
    shown = _shown(request, name)
    result = shelf_of(request).result(shown)
    if result is None:
        failed = shelf_of(request).has_failed(shown)
        return page(request, "displacement_wait.html.jinja", lang, store=False, shown=shown, failed=failed)
    facts = {**_result_facts(result, site.words(lang), day, invented=shown.invented), "shown": shown, "run": None}
    return page(request, "displacement_instance.html.jinja", lang, **facts, limits=site_limits(request))


def _result_facts(result: dict[str, Any], words: Any, day: str, *, invented: bool) -> dict[str, Any]:
    number = int(day) if day.isascii() and day.isdigit() and len(day) < 7 else -1
    network = result["network"]
    return {
        "result": result,
        "view": view_result(result, words, day=number, invented=invented),
        "choices": {"road": roads_of(result), "border": borders_of(result), "camp": camps_of(result)},
        "kinds": KINDS,
        "map_data": {
            "days": [],
            "people": network.get("people", []),
            "language": words.language,
        },
    }


def _shown(request: Request, name: str) -> Shown:
    found = shelf_of(request).instances.get(name)
    if found is None:
        raise HTTPException(404)
    return found


@router.get("/{lang}/displacement/instances/{name}/{file}")
def instance_file(request: Request, lang: Lang, name: str, file: str) -> Response:
    """Give the result of an instance as a file."""
    shown = _shown(request, name)
    result = shelf_of(request).result(shown)
    if result is None:
        raise HTTPException(503, headers={"Retry-After": str(RETRY_SECONDS)})
    return _file(result, file, shown.name)


def _file(result: dict[str, Any], file: str, name: str) -> Response:
    attached = {"Content-Disposition": f'attachment; filename="{name}-{file}"'}
    if file == "camps.csv":
        from havre.web.runs.result import as_csv

        return Response(as_csv(result), media_type="text/csv; charset=utf-8", headers=attached)
    if file == "result.json":
        return JSONResponse(result, headers=attached)
    raise HTTPException(404)


def _run(request: Request, run_id: str) -> Run:
    found = queue_of(request).run(run_id)
    if found is None:
        raise HTTPException(404)
    return found


def run_result(request: Request, run: Run) -> dict[str, Any] | None:
    """Read the result of a run, kept in memory for the next who asks; ``None`` where there is none."""
    path = queue_of(request).store.path(run.id, "result.json")
    return read_result(path, path.stat().st_mtime_ns) if run.state == "done" and path.is_file() else None


@router.get("/{lang}/displacement/runs/{run_id}")
def run_page(request: Request, lang: Lang, site: SiteNow, run_id: str, day: str = "") -> Response:
    """Show a run: where it is, or what came of it."""
    run = _run(request, run_id)
    shown = shelf_of(request).instances.get(run.shown)
    result = run_result(request, run)
    facts: dict[str, Any] = {"run": run, "shown": shown, "place": queue_of(request).place(run.id)}
    if result is not None:
        invented = shown is not None and shown.invented
        facts |= _result_facts(result, site.words(lang), day, invented=invented)
        facts["has_upload"] = run.scenario is None and shown is None
        facts["limits"] = site_limits(request)
        return page(request, "displacement_result.html.jinja", lang, store=False, **facts)
    return page(request, "displacement_run.html.jinja", lang, store=False, **facts)


@router.get("/{lang}/displacement/runs/{run_id}/{file}")
def run_file(request: Request, lang: Lang, run_id: str, file: str) -> Response:
    """Give the result of a run as a file."""
    run = _run(request, run_id)
    result = run_result(request, run)
    if result is None:
        raise HTTPException(404)
    made = _file(result, file, run.name)
    made.headers["Cache-Control"] = "no-store"
    return made


@router.post("/{lang}/displacement/runs/{run_id}/stop")
def stop_run(request: Request, lang: Lang, run_id: str) -> Response:
    """Stop a run."""
    check_same_origin(request)
    run = _run(request, run_id)
    queue_of(request).stop(run.id)
    return RedirectResponse(f"/{lang}/displacement/runs/{run.id}", 303, {"Cache-Control": "no-store"})


@router.post("/{lang}/displacement/runs/{run_id}/erase")
def erase_run(request: Request, lang: Lang, run_id: str) -> Response:
    """Erase all that is kept of a run."""
    check_same_origin(request)
    run = _run(request, run_id)
    queue_of(request).erase(run.id)
    return RedirectResponse(f"/{lang}/displacement", 303, {"Cache-Control": "no-store"})


def told_run(request: Request, run: Run) -> dict[str, Any]:
    """Give the state of a run as plain data."""
    base = joined(root_of(request), ["api/v1/displacement/runs", run.id])
    return {
        "id": run.id,
        "state": run.state,
        "name": run.name,
        "replicas": run.replicas,
        "seed": run.seed,
        "progress": {"done": run.progress[0], "of": run.progress[1]},
        "waiting_before": queue_of(request).place(run.id),
        "problems": [dict(each) for each in run.problems],
        "reason": run.reason or None,
        "links": {"self": base, "events": f"{base}/events"},
    }
