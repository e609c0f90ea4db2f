"""``havre key``: keys with which people sign."""

from pathlib import Path
from typing import Annotated

import typer

from havre.cli import key_people
from havre.cli.console import stdout
from havre.cli.record_options import key_password, tell
from havre.cli.release_view import tell as tell_release

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

Password = Annotated[str | None, typer.Option("--password", envvar="HAVRE_KEY_PASSWORD", help=tell("key.password"))]


@app.command(help=tell("key.new"))
def new(
    name: Annotated[str, typer.Argument(help=tell("key.name"))],
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help=tell("key.out"))],
    password: Password = None,
) -> None:
    """Make a key."""
    from havre.record.log.keys import LEAST_PASSWORD, check_no_key, new_key, save_key

    signer = new_key(name)
    check_no_key(out)
    prompt = tell("key.new_password", least=LEAST_PASSWORD)
    save_key(out, signer, key_password(prompt) if password is None else password)
    stdout().print(tell("key.made", path=out), soft_wrap=True, markup=False)
    typer.echo(signer.verifier.text)


@app.command(help=tell("key.show"))
def show(
    file: Annotated[Path, typer.Argument(metavar="FILE", help=tell("key.file"))],
    witness: Annotated[bool, typer.Option("--witness", help=tell("key.witness"))] = False,  # noqa: FBT002 - a flag
) -> None:
    """Print the public part of a key, which stands in its file for everybody to read."""
    from havre.record.log.cosignature import Witness
    from havre.record.log.keys import public_part

    public = public_part(file)
    typer.echo(Witness(public.name, public.key).text if witness else public.text)


app.command("add", help=tell_release("key.add"))(key_people.add)
app.command("revoke", help=tell_release("key.revoke"))(key_people.revoke)
