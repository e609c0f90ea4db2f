"""What a reviewer decides by: changes since another release, likely surges, losers, and the leak report."""

from dataclasses import asdict, dataclass

from havre.record.changes import Changes, Loser, LosingHorizon, compare, losers, losing_horizons
from havre.record.deciding import leaks_of
from havre.record.dossier import submitted
from havre.record.leaks import LeakReport
from havre.record.publication import Record
from havre.record.review import latest_published, standing
from havre.release_alarms import LikelySurge, likely_surges


@dataclass(frozen=True)
class View:
    """What a reviewer decides by.

    ``changes`` is ``None`` where nothing was published before.
    """

    release: str
    state: str
    draft: str
    reference_only: bool
    changes: Changes | None
    alarms: tuple[LikelySurge, ...]
    losers: tuple[Loser, ...]
    losing_horizons: tuple[LosingHorizon, ...]
    series: int
    leaks: LeakReport

    def as_dict(self) -> dict[str, object]:
        """Give it as plain JSON values."""
        leaks = {**asdict(self.leaks), "leaks": [each.name for each in self.leaks.leaks]}
        narrowest = self.leaks.narrowest
        leaks["narrowest"] = None if narrowest is None else {**asdict(narrowest), "name": narrowest.name}
        return {**asdict(self), "automated": True, "leaks": leaks}


def view_of(record: Record, release: str, against: str | None = None) -> View:
    """Put together what a reviewer sees.

    Parameters
    ----------
    against : id of the release to compare with; by default the one that was published last

    Raises
    ------
    RecordError : there is no such release, or a draft was changed after it was submitted
    FileError : a draft is missing
    """
    with record.store.read() as connection:
        now = standing(connection, release)
        before = standing(connection, against) if against else latest_published(connection, release)
    shown, _ = submitted(record, now)
    return View(
        release=release,
        state=now.state,
        draft=now.draft,
        reference_only=shown.facts.reference_only,
        changes=None if before is None else compare(shown, submitted(record, before)[0]),
        alarms=likely_surges(shown),
        losers=losers(shown),
        losing_horizons=losing_horizons(shown),
        series=shown.series.height,
        leaks=leaks_of(record, now, shown),
    )
