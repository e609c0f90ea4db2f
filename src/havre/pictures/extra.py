"""The packages of the extra ``plots``: loaded when something is drawn, or missed with an advice."""

from importlib import import_module
from typing import Any

from havre.errors import ForecastError


def load(module: str) -> Any:
    """Import a module of a package that only charts need.

    Raises
    ------
    ForecastError : the package is not installed
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = (error.name or module).partition(".")[0]
        raise ForecastError("forecast.needs_plots", package=package) from error
