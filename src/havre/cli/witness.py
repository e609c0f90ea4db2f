"""``havre witness``: be a witness for logs of others."""

from pathlib import Path
from typing import Annotated

import typer

from havre.cli.console import stdout
from havre.cli.key import Password
from havre.cli.record_options import signer as load_own
from havre.cli.record_options import tell

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def _main() -> None:
    """Be a witness."""


@app.command(help=tell("witness.serve"))
def serve(
    logs: Annotated[Path, typer.Argument(metavar="LOGS", help=tell("witness.logs"))],
    key: Annotated[Path, typer.Option("--key-file", metavar="FILE", help=tell("key.file"))],
    memory: Annotated[Path, typer.Option("--memory", metavar="FOLDER", help=tell("witness.memory"))],
    password: Password = None,
    host: Annotated[str, typer.Option("--host", help=tell("witness.host"))] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65_535, help=tell("witness.port"))] = 8_480,
) -> None:
    """Serve until interrupted."""
    from havre.errors import FileError
    from havre.record.log.cosignature import witness_of
    from havre.record.log.keys import load_key, parse_verifier
    from havre.record.log.witness import Witness, read_logs
    from havre.record.log.witness_server import witness_server

    if not logs.is_file():
        raise FileError("file.missing", path=logs)
    signer = load_own(key) if password is None else load_key(key, password)
    known = {name: [parse_verifier(text) for text in texts] for name, texts in read_logs(logs.read_text()).items()}
    server = witness_server(Witness(memory, signer, known), (host, port))
    address = f"http://{host}:{server.server_address[1]}"
    stdout().print(tell("witness.serving", address=address, count=len(known)), soft_wrap=True, markup=False)
    typer.echo(f"{witness_of(signer).text}={address}")
    try:
        server.serve_forever()
    finally:
        server.server_close()
