"""How the network is used: who asks, through which mirror, how long, how often. Read from the environment."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from havre import __version__
from havre.errors import Problem, SourceError, check_none

BROWSER = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
"""Some providers refuse every other User-Agent; ours stands behind it all the same."""


@dataclass(frozen=True)
class FetchSettings:
    """Settings of the network.

    Parameters
    ----------
    contact : e-mail or page of whoever runs Havre, told to providers
    mirror : address under which ``/<host>/<path>`` gives what ``https://<host>/<path>`` would
    attempts : most tries of one request
    connect_timeout, read_timeout : seconds of silence
    request_budget : seconds for one request with all its tries, its waits for the provider included
    budget : seconds for all requests of a provider
    longest_wait : most seconds that a provider's ``Retry-After`` is followed; beyond, the request fails at once
    at_once : providers pulled at the same time; each asks one thing at a time
    """

    contact: str = ""
    mirror: str | None = None
    attempts: int = 5
    connect_timeout: float = 20.0
    read_timeout: float = 60.0
    request_budget: float = 900.0
    budget: float = 3600.0
    longest_wait: float = 300.0
    first_pause: float = 1.0
    at_once: int = 4
    certificates: str | None = None

    def user_agent(self, *, browser: bool) -> str:
        """The User-Agent: name, version and contact; after a browser's where a host wants one."""
        # A header holds plain letters only.
        contact = "".join(each for each in self.contact if each.isascii() and each.isprintable() and each not in "()")
        own = f"havre/{__version__} ({contact or 'open migration statistics'})"
        return f"{BROWSER} {own}" if browser else own


_NUMBERS = {
    "HAVRE_FETCH_ATTEMPTS": ("attempts", int, 1),
    "HAVRE_FETCH_BUDGET": ("budget", float, 1),
    "HAVRE_FETCH_TIMEOUT": ("read_timeout", float, 0.1),
    "HAVRE_FETCH_LONGEST_WAIT": ("longest_wait", float, 0),
    "HAVRE_FETCH_FIRST_PAUSE": ("first_pause", float, 0),
}


def settings_from(environment: Mapping[str, str]) -> FetchSettings:
    """Read the settings from environment variables.

    ``HAVRE_CONTACT``, ``HAVRE_MIRROR``, ``HAVRE_CA_FILE`` (certificates of a proxy of your own), ``HAVRE_FETCH_…``;
    ``HTTPS_PROXY``, ``NO_PROXY`` and ``SSL_CERT_FILE`` are followed as everywhere.

    Raises
    ------
    SourceError : a number is none; all are told
    """
    found: dict[str, object] = {}
    problems: list[Problem] = []
    for variable, (name, kind, least) in _NUMBERS.items():
        text = environment.get(variable, "").strip()
        try:
            value = kind(text) if text else None
        except ValueError:
            value = float("nan")
        if value is None:
            continue
        if least <= value < 1e9:
            found[name] = value
        else:
            problems.append(Problem.of("source.fetch.number", variable=variable, value=text, least=least))
    mirror = environment.get("HAVRE_MIRROR", "").strip()
    if mirror and not re.fullmatch(r"https?://[^/\s]+(/\S*)?", mirror):
        problems.append(Problem.of("source.fetch.mirror", value=mirror))
    check_none(problems, SourceError)
    return FetchSettings(
        contact=environment.get("HAVRE_CONTACT", "").strip(),
        mirror=environment.get("HAVRE_MIRROR", "").strip().rstrip("/") or None,
        certificates=environment.get("HAVRE_CA_FILE", "").strip() or None,
        **found,  # type: ignore[arg-type]
    )
