"""Tables of the store. Only ``contest_texts`` and ``contest_sources`` hold anything that people wrote about themselves.

Times are UTC, written as text in ISO 8601 with whole seconds, so that both databases give back the same.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

METADATA = MetaData()
RELEASE_STATES = ("draft", "in_review", "refused", "approved", "published", "superseded", "withdrawn")
CONTEST_STATES = ("filed", "acknowledged", "answered")
OUTCOMES = ("upheld", "partly", "rejected")
REMEDIES = ("correction", "release", "withdrawal")


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=f"{column}_known")


RELEASES = Table(
    "releases",
    METADATA,
    Column("id", String(200), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("author", String(200), nullable=False),
    Column("created_at", String(20), nullable=False),
    Column("changed_at", String(20), nullable=False),
    Column("draft", String(64), nullable=False),
    Column("supersedes", String(200)),
    Column("superseded_by", String(200)),
    Column("corrects", String(200)),
    Column("reason", Text),
    Column("manifest", String(64)),
    Column("version", Integer, nullable=False),
    _one_of("state", RELEASE_STATES),
)
"""One row a release; ``version`` rises with each change, so that of two at once one is refused."""

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("release", ForeignKey("releases.id"), nullable=False),
    Column("decision", String(20), nullable=False),
    Column("reviewer", String(200), nullable=False),
    Column("at", String(20), nullable=False),
    Column("draft", String(64), nullable=False),
    Column("reason", Text),
    Column("statement", Text, nullable=False),
    Column("signature", String(120), nullable=False),
    Column("verifier", String(400), nullable=False),
    _one_of("decision", ("approved", "refused")),
)

OVERRIDES = Table(
    "overrides",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("release", ForeignKey("releases.id"), nullable=False),
    Column("scope", String(200), nullable=False),
    Column("origin", String(60), nullable=False),
    Column("destination", String(60), nullable=False),
    Column("horizon", Integer, nullable=False),
    Column("target_month", String(10), nullable=False),
    Column("computed", Float, nullable=False),
    Column("stated", Float, nullable=False),
    Column("reason", Text, nullable=False),
    Column("reviewer", String(200), nullable=False),
    Column("at", String(20), nullable=False),
    UniqueConstraint("release", "scope", "origin", "destination", "horizon", name="one_override_a_figure"),
)

NOTES = Table(
    "notes",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("release", ForeignKey("releases.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("reviewer", String(200), nullable=False),
    Column("at", String(20), nullable=False),
)

CONTESTS = Table(
    "contests",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("state", String(20), nullable=False),
    Column("about", String(400), nullable=False),
    Column("release", String(200)),
    Column("filed_at", String(20), nullable=False),
    Column("secret_salt", String(64), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("commitment", String(64), nullable=False),
    Column("acknowledged_at", String(20)),
    Column("acknowledged_by", String(200)),
    Column("answered_at", String(20)),
    Column("answered_by", String(200)),
    Column("outcome", String(20)),
    Column("summary", Text),
    Column("answer", Text),
    Column("remedy", String(20)),
    Column("remedy_id", Text),
    Column("erased_at", String(20)),
    Column("version", Integer, nullable=False),
    _one_of("state", CONTEST_STATES),
)

CONTEST_TEXTS = Table(
    "contest_texts",
    METADATA,
    Column("contest", ForeignKey("contests.id"), primary_key=True),
    Column("salt", String(64), nullable=False),
    Column("why", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("contact", Text, nullable=False),
)
"""What people wrote; a row is deleted when they ask for it, and with its salt the commitment stays closed."""

CONTEST_SOURCES = Table(
    "contest_sources",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("source", String(64), nullable=False),
    Column("at", String(20), nullable=False),
)
"""From where contests came of late, hashed with a salt of the day, to slow floods; older rows are deleted."""

CONTEST_SALTS = Table(
    "contest_salts",
    METADATA,
    Column("day", String(10), primary_key=True),
    Column("salt", String(64), nullable=False),
)
"""The salt of the day; those of other days are deleted, and none is ever in a backup."""

OUTBOX = Table(
    "outbox",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("entry", String(200), nullable=False, unique=True),
    Column("data", LargeBinary, nullable=False),
    Column("log_index", Integer),
)
"""Entries for the log, written in the transaction of what they tell, and appended afterwards."""

ORDER = (RELEASES, REVIEWS, OVERRIDES, NOTES, CONTESTS, CONTEST_TEXTS, CONTEST_SOURCES, OUTBOX)
"""Tables of a backup, each after those that it refers to."""
