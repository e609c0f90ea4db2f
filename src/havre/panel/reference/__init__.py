"""The reference snapshot: official figures that may be redistributed and come with the package.

Each file stands beside this one as Parquet; ``datapackage.json`` (Frictionless Data Package, version 1) names them
with their licences, attribution, caveats, rows and SHA-256. ``tools/build_reference.py`` writes all of it.
"""

import hashlib
import io
import json
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import polars as pl

from havre.errors import FileError
from havre.panel.observations import SCHEMA


@cache
def reference_package() -> dict[str, Any]:
    """Read ``datapackage.json``; its keys are those of the specification and, for each resource, Havre's own.

    Raises
    ------
    FileError : the description is missing or cannot be read
    """
    return read_package(files(__name__))


@cache
def load_reference() -> pl.DataFrame:
    """Read all resources of the snapshot, each checked against its SHA-256.

    Returns
    -------
    Observations with the columns and types of ``SCHEMA``. They keep every vintage; see ``havre.panel.vintage``.

    Raises
    ------
    FileError : a file is missing, or is not the one that ``datapackage.json`` describes
    """
    return load_package(files(__name__))


def read_package(folder: Traversable) -> dict[str, Any]:
    """Read the ``datapackage.json`` of a folder.

    Raises
    ------
    FileError : it is missing or is not JSON
    """
    path = folder.joinpath("datapackage.json")
    try:
        package: dict[str, Any] = json.loads(_content(path))
    except ValueError as error:
        raise FileError("file.damaged", path=path, expected="JSON", reason=str(error)) from error
    return package


def load_package(folder: Traversable) -> pl.DataFrame:
    """Read the resources of a folder that its ``datapackage.json`` describes; raises as :func:`load_reference`."""
    parts = [_resource(folder, resource) for resource in read_package(folder)["resources"]]
    return pl.concat(parts) if parts else pl.DataFrame(schema=SCHEMA)


def _resource(folder: Traversable, resource: dict[str, Any]) -> pl.DataFrame:
    path = folder.joinpath(resource["path"])
    content = _content(path)
    found, expected = f"sha256:{hashlib.sha256(content).hexdigest()}", resource["hash"]
    if found != expected:
        raise FileError("file.damaged", path=path, expected=f"Parquet ({expected})", reason=found)
    # The files hold compact types: whole numbers as integers, categories as plain text.
    return pl.read_parquet(io.BytesIO(content)).select([pl.col(name).cast(dtype) for name, dtype in SCHEMA.items()])


def _content(path: Traversable) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError("file.missing", path=path) from error
