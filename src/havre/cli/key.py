"""``havre key``: keys with which people sign."""

from pathlib import Path
from typing import Annotated

import typer

from havre.cli import key_people
from havre.cli.console import stdout
from havre.cli.record_options import tell
from havre.cli.release_view import tell as tell_release

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Password = Annotated[
    str,
    typer.Option("--password", envvar="HAVRE_KEY_PASSWORD", prompt=True, hide_input=True, help=tell("key.password")),
]


@app.command(help=tell("key.new"))
def new(
    name: Annotated[str, typer.Argument(help=tell("key.name"))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=tell("key.out"))],
    password: Password,
) -> None:
    """Make a key."""
    from havre.record.log.keys import new_key, save_key

    signer = new_key(name)
    save_key(out, signer, password)
    stdout().print(tell("key.made", path=out), soft_wrap=True, markup=False)
    typer.echo(signer.verifier.text)


@app.command(help=tell("key.show"))
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("key.file"))],
    password: Password,
) -> None:
    """Print the public part of a key."""
    from havre.record.log.keys import load_key

    typer.echo(load_key(file, password).verifier.text)


app.command("add", help=tell_release("key.add"))(key_people.add)
app.command("revoke", help=tell_release("key.revoke"))(key_people.revoke)
