"""What is told about an instance that was built: each assumption, warning and row left out, in English and French."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Self, cast

from havre.displacement.instance import Instance
from havre.texts import Language, say

NoteKind = Literal["told", "assumed", "warned", "terms"]
_LISTED = 12


@dataclass(frozen=True)
class Note:
    """One thing to know about an instance: a key of the catalogue ``displace_build`` and the fields of its sentence."""

    key: str
    fields: tuple[tuple[str, object], ...] = ()

    @classmethod
    def of(cls, key: str, /, **fields: object) -> Self:
        """Make a note from keyword fields."""
        return cls(key, tuple(fields.items()))

    @property
    def kind(self) -> NoteKind:
        """Tell a fact about the tables, an assumption, a warning and terms of use apart."""
        return cast("NoteKind", self.key.partition(".")[0])

    def sentence(self, language: Language = "en") -> str:
        """Say it."""
        return say("displace_build", self.key, language, **dict(self.fields))


@dataclass(frozen=True)
class TableCount:
    """How many rows of a table were read, and why some were left out.

    Parameters
    ----------
    table : ``places``, ``roads``, ``events`` or ``registrations``
    read : rows below the header; of registrations, counts
    dropped : how many were left out, by reason (a key ``dropped.…`` of the catalogue without its first word)
    """

    table: str
    read: int
    dropped: Mapping[str, int] = field(default_factory=dict)

    @property
    def used(self) -> int:
        """How many rows stand behind the instance."""
        return self.read - sum(self.dropped.values())

    def without(self, more: Mapping[str, int]) -> "TableCount":
        """Leave out some more; reasons that fit no row are not kept."""
        dropped = dict(self.dropped)
        for reason, count in more.items():
            if count:
                dropped[reason] = dropped.get(reason, 0) + count
        return TableCount(self.table, self.read, dropped)


@dataclass(frozen=True)
class Built:
    """An instance, and what it rests on.

    Parameters
    ----------
    instance : as :func:`havre.displacement.flee_files.read_instance` gives it back
    assumptions : what was assumed, and what to beware of, in the order of the work
    counts : rows read and left out, by table
    terms : keys of what a provider asks of its users
    """

    instance: Instance
    assumptions: tuple[Note, ...]
    counts: tuple[TableCount, ...] = field(default=())
    terms: tuple[Note, ...] = field(default=())


def listed(names: "list[str] | tuple[str, ...]") -> str:
    """Write names one after another; after the first dozen only how many more there are.

    Examples
    --------
    >>> listed(["Gao", "Kidal"]), listed([str(number) for number in range(20)])
    ('Gao, Kidal', '0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 (+8)')
    """
    more = f" (+{len(names) - _LISTED})" if len(names) > _LISTED else ""
    return ", ".join(names[:_LISTED]) + more
