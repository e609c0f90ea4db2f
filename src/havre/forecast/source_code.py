"""What code a model depends on, as one hash: found by reading files, nothing is run.

A model depends on its own file and on every file of the same package that these import, directly or through others.
What other packages do counts by their versions.
"""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import packages_distributions, version
from pathlib import Path

_DATA = (".toml", ".json", ".csv", ".parquet")
"""Endings of data files that code names and that lie beside it."""


def code_hash(function: Callable[..., object]) -> str:
    """Give the SHA-256 of all that decides what a function does: its name, settings, code and packages.

    Parameters
    ----------
    function : a function of a module, or a ``partial`` of one, whose arguments count too

    Notes
    -----
    The files are read as they are now. What was imported before they changed is not seen, so take the hash when a
    process starts.
    """
    settings = ""
    if isinstance(function, partial):
        settings = repr((function.args, sorted(function.keywords.items())))
        function = function.func
    kind = function if hasattr(function, "__qualname__") else type(function)
    digest = sha256(f"{kind.__module__}:{kind.__qualname__}:{settings}:{sys.version_info[:2]}".encode())
    outside: set[str] = set()
    for name, path in sorted(files_behind(kind.__module__).items()):
        content = path.read_bytes()
        digest.update(f"|{name}|{len(content)}|".encode() + content)
        outside |= {text.split(".")[0] for text in _names_imported(content) | _texts(content)}
        for data in _data_beside(path, content):
            digest.update(f"|{data.name}|".encode() + data.read_bytes())
    digest.update(repr([_version_of(name) for name in sorted(outside)]).encode())
    return digest.hexdigest()


def files_behind(module: str) -> dict[str, Path]:
    """Find the files of a module and of everything of its own package that it imports, by name of the module.

    A package's ``__init__`` counts only where it is imported by name: it mostly passes on names of others.
    """
    start = Path(str(sys.modules[module].__file__))
    depth = module.count(".") + (start.name == "__init__.py")
    root = start.parents[depth]
    found = {module: start}
    waiting = [module]
    while waiting:
        for name in sorted(_names_imported(found[waiting.pop()].read_bytes())):
            own = _own_module(root, name) if name.split(".")[0] == module.split(".", maxsplit=1)[0] else None
            if own and own[0] not in found:
                found[own[0]] = own[1]
                waiting.append(own[0])
    return found


def _own_module(root: Path, name: str) -> tuple[str, Path] | None:
    """Find the file of ``a.b.c``: that of the module, else that of ``a.b``, of which ``c`` is then a part."""
    for candidate in (name, name.rpartition(".")[0]):
        place = root.joinpath(*candidate.split("."))
        for path in (place.with_suffix(".py"), place / "__init__.py"):
            if candidate and path.is_file():
                return candidate, path
    return None


@cache
def _names_imported(content: bytes) -> frozenset[str]:
    """Name what a file imports, inside functions too; ``from a import b`` gives ``a.b``."""

    def names() -> Iterator[str]:
        for node in ast.walk(ast.parse(content)):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                yield from (f"{node.module}.{alias.name}" for alias in node.names)

    return frozenset(names())


@cache
def _texts(content: bytes) -> frozenset[str]:
    """Give the short texts in a file: among them names of data files, and of packages that are imported by name."""
    constants = (node.value for node in ast.walk(ast.parse(content)) if isinstance(node, ast.Constant))
    return frozenset(text for text in constants if isinstance(text, str) and re.fullmatch(r"[\w.-]+", text))


def _data_beside(path: Path, content: bytes) -> list[Path]:
    """List the data files beside a file of code that it names."""
    named = sorted(text for text in _texts(content) if text.endswith(_DATA))
    return [beside for name in named if (beside := path.parent / name).is_file()]


@cache
def _version_of(package: str) -> str:
    """Give the versions of what brings a top-level package; empty for the standard library and for our own."""
    brought = [] if package in sys.stdlib_module_names else sorted(set(_distributions().get(package, [])))
    return " ".join(f"{name}=={version(name)}" for name in brought if name != "havre")


@cache
def _distributions() -> dict[str, list[str]]:
    return dict(packages_distributions())
