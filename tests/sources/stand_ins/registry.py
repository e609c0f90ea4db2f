"""All stand-ins by source: hosts, keys, small figures, and what can be wrong with their files."""

from importlib import import_module
from inspect import signature
from types import ModuleType

from havre.sources.catalogue import source as source_terms
from havre.sources.connector import CONNECTORS
from tests.sources.stand_ins.server import StandIn

CHANGES = ("column", "code", "unit", "sheet", "encoding", "signs", "bomb", "shrunk", "sum")
"""What a provider may change: a column, a code, the unit, the sheet, the encoding, the signs of numbers, an archive
that is a bomb, a month that lost nine tenths, a total that does not match its parts."""


_ALSO = {
    "column": ("changed_column",),
    "code": ("changed_code",),
    "unit": ("changed_unit",),
    "sheet": ("changed_sheet",),
    "encoding": ("wrong_encoding",),
    "signs": ("mixed_decimals",),
    "bomb": ("zip_bomb",),
    "sum": ("wrong_total",),
}
"""Other names of the changes."""


def module(source: str) -> ModuleType:
    """Give the module of a stand-in: ``HOST`` or ``HOSTS``, ``stand_in``, ``spoilt``; ``touch`` if needed."""
    return import_module(f"tests.sources.stand_ins.{source}")


def hosts(source: str, stand_in: StandIn) -> dict[str, StandIn]:
    """Give the hosts that a stand-in serves."""
    found = module(source)
    return dict.fromkeys(getattr(found, "HOSTS", (found.HOST,)), stand_in)


def touch(source: str, stand_in: StandIn) -> None:
    """Let a stand-in say that it has something new, for providers that are asked that first."""
    getattr(module(source), "touch", lambda _: None)(stand_in)


_CONSTANTS = {
    "HAVRE_ACLED_USERNAME": "USERNAME",
    "HAVRE_ACLED_PASSWORD": "PASSWORD",
    "HAVRE_HAPI_APP_IDENTIFIER": "IDENTIFIER",
    "HAVRE_IDMC_CLIENT_ID": "CLIENT",
}


def keys(source: str) -> dict[str, str]:
    """Give keys that the stand-in takes."""
    variables = source_terms(source).key_variables if source_terms(source).key == "needed" else ()
    return {variable: getattr(module(source), _CONSTANTS[variable]) for variable in variables}


def small(source: str) -> StandIn:
    """Make a stand-in with few figures."""
    make = module(source).stand_in
    # Some are small in any case.
    return make(small=True) if "small" in signature(make).parameters else make()  # type: ignore[no-any-return]


def spoilt(source: str, change: str) -> StandIn | None:
    """Make a stand-in whose files changed; ``None`` where such a change means nothing for this provider."""
    for name in (change, *_ALSO.get(change, ())):
        try:
            return module(source).spoilt(name)  # type: ignore[no-any-return]
        except KeyError:
            continue
    return None


__all__ = ["CHANGES", "CONNECTORS", "hosts", "keys", "small", "spoilt", "touch"]
