"""The first tables: releases, reviews, contests, outbox."""

from alembic import op

from havre.record.store.schema import METADATA

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables. A later migration that changes one must not change this file: it spells out its own steps."""
    METADATA.create_all(op.get_bind())
