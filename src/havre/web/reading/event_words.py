"""What a scenario supposes, in words."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.numbers import format_decimal

from havre.record.wording import Wording
from havre.texts import say


def event_words(kind: str, event: Mapping[str, Any], words: Wording) -> str:
    """Tell an event of a scenario as a sentence without its full stop.

    Parameters
    ----------
    kind : one of :data:`havre.web.scenario_files.KINDS`
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


def size_words(name: str, value: Any, words: Wording) -> str:
    """Say a size of an event as briefly as the scenario states it: "+20%", "×1.5", "50,000 persons".

    Parameters
    ----------
    name : one of :data:`havre.web.scenario_files.SIZES`
    value : a number, a pair of the lowest and the highest, or the name of a table
    """
    if name not in ("change", "factor", "shift_months"):
        return _setting(name, value, words)
    ends = list(dict.fromkeys(value if isinstance(value, list) else [value]))
    written = [_brief(name, each, words) for each in ends]
    told = (
        written[0]
        if len(ends) == 1
        else say("web_series", "event.range", words.language, low=written[0], high=written[1])
    )
    if name != "shift_months":
        return told
    return say("web_series", f"if.months_{'one' if abs(ends[0]) == 1 else 'many'}", words.language, count=told)


def _brief(name: str, value: float, words: Wording) -> str:
    if name == "factor":
        return f"×{format_decimal(value, locale=words.language)}"
    written = words.percent(value) if name == "change" else words.number(value)
    return f"+{written}" if value > 0 else written


def _when(event: Mapping[str, Any], words: Wording) -> str:
    start = words.month(date.fromisoformat(event["from"]))
    if event.get("until") is None:
        return say("web_series", "event.from", words.language, start=start)
    until = words.month(date.fromisoformat(event["until"]))
    return say("web_series", "event.from_until", words.language, start=start, until=until)
