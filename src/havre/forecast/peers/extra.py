"""The packages that only the peers need: loaded when a peer is asked for, quietly, or missed with an advice."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np

from havre.errors import ForecastError


def load(module: str, model: str) -> Any:
    """Import a module of an optional package.

    Parameters
    ----------
    module : such as ``sklearn.ensemble``
    model : name of the model that needs it, for the error

    Raises
    ------
    ForecastError : the package is not installed
    """
    with quiet():
        try:
            return import_module(module)
        except ModuleNotFoundError as error:
            package = (error.name or module).partition(".")[0]
            raise ForecastError("forecast.needs_peers", model=model, package=package) from error


@contextmanager
def quiet() -> Iterator[None]:
    """Keep warnings about single fits to ourselves: a fit that failed shows in its values, which are checked."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


@contextmanager
def one_thread(model: str) -> Iterator[None]:
    """Hold numeric libraries to one thread: workers are processes, and sums in another order are other bits.

    Only libraries that are loaded already are held: load first.
    """
    with load("threadpoolctl", model).threadpool_limits(1):
        yield
