"""``havre displace``: displacement from conflict to camps, simulated as counts of people."""

import typer

from havre.cli import (
    displace_build,
    displace_calibrate,
    displace_check,
    displace_run,
    displace_scenario,
    displace_sensitivity,
    displace_validate,
)
from havre.cli.displace_options import tell

__all__ = ["app", "tell"]

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)
app.command("run", help=tell("run.help"))(displace_run.run)
app.command("validate", help=tell("validate.help"))(displace_validate.validate)
app.command("calibrate", help=tell("calibrate.help"))(displace_calibrate.calibrate)
app.command("scenario", help=tell("scenario.help"))(displace_scenario.scenario)
app.command("sensitivity", help=tell("sensitivity.help"))(displace_sensitivity.sensitivity)
app.command("build", help=tell("build.help"))(displace_build.build)
app.command("check", help=tell("check.help"))(displace_check.check)
app.command("quirks", help=tell("quirks.help"))(displace_check.quirks)
