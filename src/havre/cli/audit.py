"""``havre audit``: what a border system does to people, computed from what is published or from its decision log."""

import typer

from havre.cli import audit_experiment, audit_log, audit_rates, audit_register, audit_scale, audit_sensor
from havre.cli.audit_options import tell

__all__ = ["app", "tell"]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("interval", help=tell("interval.help"))(audit_rates.interval)
app.command("questions", help=tell("questions.help"))(audit_rates.questions)
app.command("chain", help=tell("chain.help"))(audit_rates.chain)
app.command("rates", help=tell("rates.help"))(audit_rates.rates)
app.command("scale", help=tell("scale.help"))(audit_scale.scale)
app.command("links", help=tell("links.help"))(audit_scale.links)
app.command("experiment", help=tell("experiment.help"))(audit_experiment.experiment)
app.command("log", help=tell("log.help"))(audit_log.log)
app.command("sensor", help=tell("sensor.help"))(audit_sensor.sensor)
app.command("report", help=audit_register.tell("system.help"))(audit_register.report)
app.add_typer(audit_register.app, name="register", help=audit_register.tell("register.help"))
