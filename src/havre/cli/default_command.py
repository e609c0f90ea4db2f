"""A group of commands one of which is meant where the first word names none: ``havre audit iborderctrl``."""

from typing import TYPE_CHECKING, ClassVar

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer import Context

HELP = ("--help",)


class DefaultCommandGroup(TyperGroup):
    """A group whose ``default`` is put before words that begin with none of its commands."""

    default: ClassVar[str]

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Put the default command first where no command stands there; nothing at all still shows the help."""
        if args and args[0] not in self.commands and not set(args[:1]) & set(HELP):
            self.check(args[0])
            args = [self.default, *args]
        return list(super().parse_args(ctx, args))

    def check(self, word: str) -> None:
        """Refuse a word that cannot be meant for the default; by default, none is."""
