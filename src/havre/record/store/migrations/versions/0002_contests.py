"""Contests: a salt of the day for network addresses, and room for the text of a correction."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table of salts, unless the first migration of a new database made it; widen a column."""
    connection = op.get_bind()
    if not sa.inspect(connection).has_table("contest_salts"):
        op.create_table(
            "contest_salts",
            sa.Column("day", sa.String(10), primary_key=True),
            sa.Column("salt", sa.String(64), nullable=False),
        )
    # What was hashed with the known salt of old could be tried: it slows no flood any more and is deleted.
    op.execute("DELETE FROM contest_sources")
    # SQLite keeps any length in it.
    if connection.dialect.name == "postgresql":
        op.alter_column("contests", "remedy_id", type_=sa.Text())
