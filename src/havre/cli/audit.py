"""``havre audit``: what a border system does to people, computed from what is published or from its decision log.

A first word that is no command names a system: ``havre audit iborderctrl`` writes the report about it.
"""

from difflib import get_close_matches
from typing import ClassVar

import typer

from havre.cli import (
    audit_experiment,
    audit_impact,
    audit_log,
    audit_rates,
    audit_register,
    audit_roc,
    audit_scale,
    audit_sensor,
)
from havre.cli.audit_options import tell
from havre.cli.default_command import DefaultCommandGroup

__all__ = ["app", "tell"]


class _Group(DefaultCommandGroup):
    default: ClassVar[str] = "report"

    def check(self, word: str) -> None:
        """Refuse a word that names no system, with commands and systems that are near.

        Raises
        ------
        AuditError : it is no system of the register
        """
        if word.startswith("-"):
            return
        from havre.audit.register.load import load_register
        from havre.errors import AuditError, RegisterError

        register = load_register()
        try:
            register.system(word)
        except RegisterError:
            near = [*get_close_matches(word.casefold(), self.commands, n=2), *register.near(word)]
            raise AuditError("audit.unknown_word", word=word, near=", ".join(near) or "–") from None


app = typer.Typer(cls=_Group, no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("report", help=audit_register.tell("system.help"))(audit_register.report)
app.command("interval", help=tell("interval.help"))(audit_rates.interval)
app.command("questions", help=tell("questions.help"))(audit_rates.questions)
app.command("chain", help=tell("chain.help"))(audit_rates.chain)
app.command("rates", help=tell("rates.help"))(audit_rates.rates)
app.command("roc", help=tell("roc.help"))(audit_roc.roc)
app.command("scale", help=tell("scale.help"))(audit_scale.scale)
app.command("links", help=tell("links.help"))(audit_scale.links)
app.command("experiment", help=tell("experiment.help"))(audit_experiment.experiment)
app.command("log", help=tell("log.help"))(audit_log.log)
app.command("sensor", help=tell("sensor.help"))(audit_sensor.sensor)
app.add_typer(audit_register.app, name="register", help=audit_register.tell("register.help"))
app.add_typer(audit_impact.app, name="impact", help=audit_impact.tell("command.help"))
