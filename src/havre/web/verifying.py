"""What a page hands over to the browser so that it verifies by itself: addresses, keys, and sentences."""

from functools import cache

from havre.record.settings import RecordSettings
from havre.texts import Language, catalogue
from havre.web.log_view import LogView
from havre.web.site import SiteRelease

REFUSALS = ("record.log.", "record.verify.", "record.key.", "record.reviewed.", "record.review.other_statement")
"""Beginnings of the keys of errors that the browser tells too, in the same words as ``havre verify``."""


@cache
def texts_of(language: Language) -> dict[str, str]:
    """Give the sentences of the checks and of what they refuse."""
    own = {key: text for key, text in catalogue("web_releases", language).items() if key.startswith("verify.")}
    refusals = {key: text for key, text in catalogue("errors", language).items() if key.startswith(REFUSALS)}
    return {**refusals, **own, "language": language}


def facts_for_files(release: SiteRelease, language: Language) -> dict[str, object]:
    """Give what the browser needs to compare files of the reader's device with a release."""
    needed = ("verify.file_", "verify.fault.unreachable", "record.verify.")
    texts = {key: text for key, text in texts_of(language).items() if key.startswith(needed)}
    return {"files": f"/files/{release.id}/", "texts": {**texts, "language": language}}


def facts_for(
    record: RecordSettings, log: LogView | None, language: Language, release: SiteRelease | None = None
) -> dict[str, object]:
    """Give what the browser needs to verify a release, or without one the log alone.

    Parameters
    ----------
    log : ``None`` where it is damaged: then the browser finds out where
    """
    return {
        "kind": "log" if release is None else "release",
        "id": "" if release is None else release.id,
        "files": "" if release is None else f"/files/{release.id}/",
        "log": "/log/",
        "key": record.log_keys[0].text if log is None else log.first.text,
        "origin": record.origin,
        "witnesses": [key.text for key, _ in record.witnesses],
        "texts": texts_of(language),
    }
