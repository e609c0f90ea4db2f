"""The app: pages, API, assets, and the layers around them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import ModuleType

from fastapi import FastAPI

from havre import __version__
from havre.web import api, assets, health, pages
from havre.web.answers import KeptAnswers
from havre.web.api.cross_origin import CrossOrigin
from havre.web.asked import Questions
from havre.web.counting import Counting, Metrics
from havre.web.guards import Bounds, SafeHeaders
from havre.web.holder import SiteHolder
from havre.web.problems import Caught, add_problems
from havre.web.settings import WebSettings

DESCRIPTION = (
    "Forecasts of asylum applications and arrivals with their intervals, their track record and their sources. "
    "Aggregates only; every figure is computed automatically and can be contested."
)


def create_app(settings: WebSettings) -> FastAPI:
    """Make the app of a site.

    A part of the site that needs something before it serves has a function ``set_up(app)``, which may add callables to
    ``app.state.starting`` and ``app.state.ending``. What answers without an end looks at ``app.state.is_stopping``.

    Raises
    ------
    HavreError : there is nothing that could be shown
    """
    holder = SiteHolder(settings)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        holder.watch()
        for start in app.state.starting:
            start()
        yield
        holder.stop()
        for end in app.state.ending:
            end()

    app = FastAPI(
        title="Havre",
        version=__version__,
        description=DESCRIPTION,
        lifespan=life,
        docs_url=None,
        redoc_url=None,
        openapi_url="/api/v1/openapi.json",
        license_info={"name": "EUPL-1.2", "identifier": "EUPL-1.2"},
    )
    app.state.holder, app.state.settings, app.state.metrics = holder, settings, Metrics(holder)
    app.state.starting, app.state.ending, app.state.is_stopping = [], [], False
    add_problems(app)
    for part in _parts():
        # Included as a router, every route would be made anew, which takes the first reader a quarter of a second.
        app.router.routes.extend(part.router.routes)
        if hasattr(part, "set_up"):
            part.set_up(app)
    # The layer that is added last is asked first.
    app.add_middleware(Caught)
    app.add_middleware(Bounds, settings=settings)
    app.add_middleware(KeptAnswers, holder=holder, questions=Questions(app.routes))
    app.add_middleware(CrossOrigin)
    app.add_middleware(SafeHeaders, settings=settings)
    app.add_middleware(Counting, metrics=app.state.metrics)
    return app


def _parts() -> tuple[ModuleType, ...]:
    """Give all parts of the site that have a ``router``, in the order in which they are asked."""
    return assets, health, *api.parts(), *pages.parts()
