"""Numbers of sources in the order in which a report first cites them."""

from collections.abc import Iterable, Mapping

from havre.audit.register.models import Claim, Source


class Citations:
    """Gives each source a number when it is first cited, and lists them for the end of the page."""

    def __init__(self, sources: Mapping[str, Source]) -> None:
        self._sources = sources
        self._numbers: dict[str, int] = {}

    def number(self, claim: Claim) -> int:
        """Give the number of the source of a claim."""
        return self._numbers.setdefault(claim.source, len(self._numbers) + 1)

    def numbers(self, claims: Iterable[Claim]) -> list[int]:
        """Give the numbers of the sources of several claims, each once."""
        return list(dict.fromkeys(self.number(claim) for claim in claims))

    @property
    def cited(self) -> list[tuple[int, Source]]:
        """Sources that were cited so far, in their order."""
        return [(number, self._sources[key]) for key, number in self._numbers.items()]
