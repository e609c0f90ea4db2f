"""A group of commands one of which is meant where the first word names none: ``havre audit iborderctrl``."""

from typing import Any, ClassVar

from typer.core import TyperGroup

HELP = ("--help",)


class DefaultCommandGroup(TyperGroup):
    """A group whose ``default`` is put before words that begin with none of its commands."""

    default: ClassVar[str]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Put the default command first where no command stands there; nothing at all still shows the help.

        ``ctx`` is of a class that Typer keeps to itself.
        """
        if args and args[0] not in self.commands and not set(args[:1]) & set(HELP):
            self.check(args[0])
            args = [self.default, *args]
        return list(super().parse_args(ctx, args))

    def check(self, word: str) -> None:
        """Refuse a word that cannot be meant for the default; by default, none is."""
