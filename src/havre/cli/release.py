"""``havre release``: makes, shows, compares, reviews, publishes and withdraws the releases of a record."""

import typer

from havre.cli import release_new, release_publish, release_review, release_show
from havre.cli.release_view import tell

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, rich_markup_mode=None)

app.command("new", help=tell("new.help"))(release_new.new)
app.command("list", help=tell("list.help"))(release_show.list_releases)
app.command("show", help=tell("show.help"))(release_show.show)
app.command("diff", help=tell("diff.help"))(release_show.diff)
app.command("review", help=tell("review.help"))(release_review.review)
app.command("publish", help=tell("publish.help"))(release_publish.publish)
app.command("withdraw", help=tell("withdraw.help"))(release_publish.withdraw)
