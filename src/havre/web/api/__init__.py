"""The API under ``/api/v1`` and what programs read besides (files, feeds, embeds): each file has a ``router``."""

from importlib import import_module
from types import ModuleType

PARTS: tuple[str, ...] = (
    "index",
    "releases",
    "series",
    "scenarios",
    "downloads",
    "skill",
    "explanations",
    "reference",
    "contests",
    "register",
    "displacement",
    "embeds",
    "feeds",
)
"""Modules of this package that have a ``router``."""


def parts() -> list[ModuleType]:
    """Give the modules of the API."""
    return [import_module(f"{__name__}.{name}") for name in PARTS]
