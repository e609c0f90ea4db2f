"""``havre serve``: the public site and its API."""

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from havre.cli.language import language
from havre.texts import say


def tell_serve(key: str, /, **fields: object) -> str:
    """Say a sentence of the catalogue ``serve`` in the language of this process."""
    return say("serve", key, language(), **fields)


def serve(
    record: Annotated[
        Path | None, typer.Option("--record", metavar="FOLDER", envvar="HAVRE_RECORD", help=tell_serve("record"))
    ] = None,
    releases: Annotated[Path | None, typer.Option("--releases", metavar="FOLDER", help=tell_serve("releases"))] = None,
    settings: Annotated[
        Path | None,
        typer.Option("--settings", metavar="FILE", envvar="HAVRE_WEB_SETTINGS", help=tell_serve("settings")),
    ] = None,
    host: Annotated[str, typer.Option("--host", help=tell_serve("host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help=tell_serve("port"))] = 8_000,
    requests: Annotated[bool, typer.Option("--log-requests", help=tell_serve("log_requests"))] = False,  # noqa: FBT002
) -> None:
    """Serve until interrupted."""
    # What a start makes stays as long as the site: looking through it again and again would cost a tenth of the start.
    gc.disable()
    from havre.web.server import serve_site
    from havre.web.settings import WebSettings

    chosen = WebSettings.read(settings, {"record": record, "releases": releases})

    def ready(address: str, release: str | None, reviewed: bool) -> None:  # noqa: FBT001 - a callback
        key = "ready_empty" if release is None else "ready" if reviewed else "ready_unreviewed"
        sys.stdout.write(f"{tell_serve(key, address=address, release=release)}\n")
        sys.stdout.flush()
        gc.freeze()
        gc.enable()

    serve_site(chosen, host, port, ready, log_requests=requests)
