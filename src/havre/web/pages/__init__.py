"""The pages, one file for each kind: each has a ``router``, and is listed here to be part of the site."""

from importlib import import_module
from types import ModuleType

PAGES: tuple[str, ...] = (
    "home",
    "api_guide",
    "releases",
    "log",
    "downloads",
    "planner",
    "displacement",
    "displacement_sent",
    "about",
    "contest",
    "contests",
    "desk",
    "audit",
    "places",
    "series",
    "track_record",
)
"""Modules of this package that have a ``router``."""


def parts() -> list[ModuleType]:
    """Give the modules of all pages, in the order in which they are asked."""
    return [import_module(f"{__name__}.{name}") for name in PAGES]
