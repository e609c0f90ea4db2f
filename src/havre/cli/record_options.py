"""Options that the commands of the record share."""

from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.language import language
from havre.texts import say

if TYPE_CHECKING:
    from havre.record.log.keys import Verifier
    from havre.record.log.network import KnownWitness


def tell(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``record`` in the language of this process."""
    return say("record", key, language(), **fields)


LogKeys = Annotated[
    list[str] | None, typer.Option("--key", metavar="KEY", envvar="HAVRE_LOG_KEY", help=tell("log.key"))
]
Witnesses = Annotated[list[str] | None, typer.Option("--witness", metavar="KEY=ADDRESS", help=tell("log.witness"))]


def log_keys(texts: list[str] | None) -> "tuple[Verifier, ...]":
    """Read public keys of a log.

    Raises
    ------
    RecordError : one is none
    """
    from havre.record.log.keys import parse_verifier

    return tuple(parse_verifier(text) for text in texts or ())


def known_witnesses(texts: list[str] | None) -> "tuple[KnownWitness, ...]":
    """Read witnesses: public key and address, joined by the last ``=`` before ``http``; the address may be missing.

    Raises
    ------
    RecordError : a key is none
    """
    from havre.record.log.cosignature import parse_witness
    from havre.record.log.network import KnownWitness

    found = []
    for text in texts or ():
        # A key ends in base64, which may hold equal signs itself.
        key, mark, rest = text.partition("=http")
        found.append(KnownWitness(parse_witness(key), f"http{rest}" if mark else ""))
    return tuple(found)
