"""Tells that a provider refused a key, in words that do not repeat the key."""

from havre.errors import Problem
from havre.sources.fetch.request import Judge, Refused, Verdict

REFUSED = (401, 403)
"""Statuses of RFC 9110 for a request whose key is missing, unknown or not enough."""


def key_judge(source: str, variable: str) -> Judge:
    """Give a judge of answers for a provider that wants a key.

    Parameters
    ----------
    source : id in the catalogue
    variable : environment variable of the key
    """

    def judge(status: int, head: bytes) -> Verdict:
        # What the provider says stays out: it may repeat what it was sent.
        del head
        if status in REFUSED:
            return Refused(Problem.of("source.key.refused", source=source, variable=variable, status=status))
        return None

    return judge
