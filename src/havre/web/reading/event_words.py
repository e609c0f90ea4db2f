"""What a scenario supposes, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from havre.record.wording import Wording
from havre.texts import say


def event_words(kind: str, event: Mapping[str, Any], words: Wording) -> str:
    """Tell an event of a scenario as a sentence without its full stop.

    Parameters
    ----------
    kind : one of :data:`havre.web.reading.scenarios.KINDS`
    event : its settings, as ``havre scenario --json`` writes them
    """
    place = ", ".join(words.place(event[side]) for side in ("origin", "destination") if event.get(side))
    told = [
        say("web_series", f"event.{kind}", words.language, place=place or words.text("series.everything")),
        *(_setting(name, event[name], words) for name in _TOLD if event.get(name) is not None),
    ]
    if event.get("origins"):
        origins = ", ".join(words.place(code) for code in event["origins"])
        told.append(say("web_series", "event.origins", words.language, origins=origins))
    return ", ".join([*told, _when(event, words)])


_SHARES = ("change", "remaining", "diverted", "reach", "from_others")
_TOLD = ("factor", "shift_months", "persons", "arrivals", *_SHARES)


def _setting(name: str, value: Any, words: Wording) -> str:
    return say("web_series", f"event.{name}", words.language, value=_range(name, value, words))


def _range(name: str, value: Any, words: Wording) -> str:
    if not isinstance(value, list):
        return str(value)
    write = words.percent if name in _SHARES else words.ratio if name == "factor" else words.number
    low, high = (write(each) for each in value)
    return low if low == high else say("web_series", "event.range", words.language, low=low, high=high)


def _when(event: Mapping[str, Any], words: Wording) -> str:
    start = words.month(date.fromisoformat(event["from"]))
    if event.get("until") is None:
        return say("web_series", "event.from", words.language, start=start)
    until = words.month(date.fromisoformat(event["until"]))
    return say("web_series", "event.from_until", words.language, start=start, until=until)
