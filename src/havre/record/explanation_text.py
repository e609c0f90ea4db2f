"""An explanation in the words of one language: sections of paragraphs, lists and tables, for page, card and terminal.

Nothing is added here that the document does not hold.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from havre.record.explanation import Document, lies_outside
from havre.record.explanation_words import SUBJECT, Block, Listed, Section, Table, Words
from havre.record.wording import Wording
from havre.texts import say


def sections(explanation: Document, review: Mapping[str, Any], wording: Wording) -> list[Section]:
    """Write the whole explanation of one figure: every element that it has to hold, in order."""
    words = Words(wording)
    told = {each.name: each for each in common_sections(explanation, wording)}
    for each in own_sections(explanation, wording):
        common = told[each.name].blocks if each.name in told else ()
        told[each.name] = Section(each.name, each.title, (*each.blocks, *common))
    automated = told["automated"]
    told["automated"] = Section("automated", automated.title, (*automated.blocks, *review_lines(review, words)))
    order = ("automated", "contributions", "would_move", "model", "data", "operations", "past_situations", "skill",
             "limits", "rules")  # fmt: skip
    return [told[name] for name in order]


def headline(explanation: Document, wording: Wording, override: Document | None = None) -> str:
    """Write the figure itself in one sentence: what a reviewer states first, where they replaced what was computed."""
    words, figure = Words(wording), explanation["figure"]
    computed = words(
        "figure_line",
        median=words.count(figure["median"]),
        month=words.month(figure["month"]),
        interval=wording.interval(tuple(figure["interval_80"])),
        last=words.month(figure["last_month"]),
        horizon=wording.horizon(figure["horizon"]),
    )
    if override is None:
        return computed
    facts = {"stated": words.count(override["stated"]), "month": words.month(figure["month"])}
    said = words("figure_stated", reviewer=override["reviewer"], **facts)
    place = (words("stated_outside"),) if lies_outside(override, figure) else ()
    return " ".join((said, *place, words("figure_computed", sentence=computed)))


def title(explanation: Document, wording: Wording) -> str:
    """Name the figure: what is counted, where, and the month."""
    figure = explanation["figure"]
    series = wording.series(figure["measure"], figure["origin"], figure["destination"])
    return say(SUBJECT, "title", wording.language, series=series, month=Words(wording).month(figure["month"]))


def review_lines(review: Mapping[str, Any], words: Words) -> Iterator[str]:
    """Say what a human did to the figure."""
    if review["state"] != "published":
        yield words(f"review.{review['state']}")
        return
    by = {"reviewer": review["reviewed_by"], "day": words.day(review["reviewed_at"])}
    override = review["override"]
    if override is None:
        yield words("review.published", **by)
    else:
        values = {name: words.count(override[name]) for name in ("stated", "computed")}
        yield words("review.override", **by, **values, reason=override["reason"])
    for note in review["notes"]:
        yield words("review.note", note=note)


def shared_sections(explanation: Document, wording: Wording) -> list[Section]:
    """Write what all figures of a scope share: automation, operations, limits and rules."""
    words = Words(wording)
    automated = explanation["automated"]
    lines = [words("automated.is_automated"), *(words.own(automated[name]) for name in ("degree", "mode", "contest"))]
    told = [
        Section("automated", words("section.automated"), tuple(lines)),
        _listed("operations", explanation, words, ordered=True),
        _listed("limits", explanation, words),
    ]
    rules = []
    for rule in explanation["rules"]:
        elements = ", ".join(f"“{words(f'section.{name}')}”" for name in rule["elements"])
        if wording.language == "fr":
            elements = elements.replace("“", "« ").replace("”", " »")
        rules.append(f"{words.own(rule['text'])} ({words('rule.told_in', elements=elements)})")
    told.append(Section("rules", words("section.rules"), (Listed(tuple(rules)), words("rule.note"))))
    return told


def _listed(name: str, explanation: Document, words: Words, *, ordered: bool = False) -> Section:
    items = tuple(words.own(each["text"]) for each in explanation[name])
    return Section(name, words(f"section.{name}"), (Listed(items, ordered),))


def own_sections(explanation: Document, wording: Wording) -> list[Section]:
    """Write what belongs to one figure or its series, without what all figures of its scope share."""
    words = Words(wording)
    return [Section(name, words(f"section.{name}"), tuple(write(explanation, words))) for name, write in _OWN.items()]


def common_sections(explanation: Document, wording: Wording) -> list[Section]:
    """Write what all figures of a scope share: automation, models, how it was asked, operations, limits, rules."""
    words = Words(wording)
    parts = [Section(name, words(f"section.{name}"), tuple(of(explanation, words))) for name, of in _COMMON.items()]
    return [*shared_sections(explanation, wording), *(part for part in parts if part.blocks)]


def _contributions(explanation: Document, words: Words) -> Sequence[Block]:
    found, figure = explanation["contributions"], explanation["figure"]
    start, last = found["start"], words.month(figure["last_month"])
    key = "contributions.start_stand_in" if start["is_stand_in"] else "contributions.start"
    drivers = [
        (words.own(found["names"][each["name"]]), words.signed(each["persons"]))
        for each in found["drivers"]
        if each["persons"]
    ]
    rows = [
        (words(key, month=last), words.count(start["persons"])),
        *drivers,
        (words("contributions.end", month=words.month(figure["month"])), words.count(found["end"])),
    ]
    columns = (words("contributions.column_driver"), words("contributions.column_persons"))
    return (Table(columns, tuple(rows), footer=1),)


def _model(explanation: Document, words: Words) -> Sequence[Block]:
    model = explanation["model"]
    columns = ("member", "rule", "here", "median", "moves")
    rows = tuple(
        (
            words.wording.model(each["name"]),
            words.own(each["weight_text"]),
            words.ratio(each["weight_here"]),
            words.count(each["median"]),
            words.signed(each["persons"]),
        )
        for each in model["members"]
    )
    table = Table(tuple(words(f"model.column_{name}") for name in columns), rows)
    return (table,)


def _common_model(explanation: Document, words: Words) -> Sequence[Block]:
    model = explanation["model"]
    version = words("model.version", **{name: model[name] for name in ("name", "version", "seed")})
    whole = words("model.parameters", parameters=words.parameters(model["parameters"]))
    return words("model.members"), member_list(model["members"], words), version, whole


def member_list(members: Sequence[Document], words: Words) -> Listed:
    """Describe each member with its parameters."""
    items = tuple(
        words(
            "model.of_member",
            name=words.wording.model(each["name"]),
            text=words.own(each["text"]),
            parameters=words.parameters(each["parameters"]),
        )
        for each in members
    )
    return Listed(items)


def _data(explanation: Document, words: Words) -> Sequence[Block]:
    data, blocks = explanation["data"], list[Block]()
    for source in data["sources"]:
        blocks.append(words("data.source", **{n: source[n] for n in ("title", "provider", "licence", "attribution")}))
        spans = {"first": words.month(source["first_period"][:7]), "last": words.month(source["last_period"][:7])}
        blocks.append(
            words("data.vintage", as_of=words.day(source["as_of"]), last_month=words.month(data["last_month"]), **spans)
        )
        blocks.append(words("data.address", url=source["url"]))
        blocks += [words("data.caveat", caveat=caveat) for caveat in source["caveats"]]
    if data["threshold"] > 1:
        blocks.append(words("data.hidden", most=words.count(data["threshold"] - 1), count=data["hidden_among_last_12"]))
    else:
        blocks.append(words("data.not_hidden", threshold=data["threshold"]))
    if data["last_month_hidden"]:
        value = words.count(explanation["contributions"]["start"]["persons"])
        blocks.append(words("data.stand_in", value=value))
    inputs = ", ".join(f"{name} {digest}" for name, digest in data["inputs"].items())
    blocks.append(words("data.inputs", files=inputs or "–"))
    return blocks


def _past(explanation: Document, words: Words) -> Sequence[Block]:
    found = explanation["past_situations"]
    if not found:
        return (words("past.none"),)
    rows = tuple(
        (
            words.wording.corridor(each["origin"], each["destination"]),
            f"{each['first_month']} – {each['last_month']}",
            words.ratio(each["distance"]),
            f"× {words.ratio(each['ratio_then'])}",
            words.count(each["would_be_here"]),
        )
        for each in found
    )
    columns = tuple(words(f"past.column_{name}") for name in ("series", "months", "distance", "ratio", "here"))
    return (Table(columns, rows),)


def _would_move(explanation: Document, words: Words) -> Sequence[Block]:
    found = explanation["would_move"]
    if not found["curve"]:
        return (words("move.unknown"),)
    ends = {"least": words.wording.percent(found["curve"][0][0]), "most": words.wording.percent(found["curve"][-1][0])}
    lines = []
    for way, against in (("up", "lower"), ("down", "higher")):
        times = found[f"{way}_10"]["last_months_times"]
        if times is None:
            lines.append(words(f"move.no_{way}", **ends))
            continue
        turned = (times < 1) == (way == "up")
        key = f"move.{way}_{against}" if turned else f"move.{way}"
        lines.append(words(key, percent=words.wording.percent(abs(times - 1))))
    return lines


def _skill(explanation: Document, words: Words) -> Sequence[Block]:
    skill, here = explanation["skill"], explanation["skill"]["this_horizon"]
    if not skill["forecasts_scored"]:
        return (words("skill.none"),)
    wording = words.wording
    lines = [
        words(
            "skill.series",
            ratio=words.ratio(skill["wis_ratio"]),
            naive=wording.model(skill["best_naive"]),
            coverage=wording.percent(skill["coverage_80"]),
            count=skill["forecasts_scored"],
        )
    ]
    if here["forecasts_scored"]:
        lines.append(
            words(
                "skill.horizon",
                wis=words.decimal(here["wis"]),
                naive=wording.model(here["naive"]),
                naive_wis=words.decimal(here["naive_wis"]),
                coverage_80=wording.percent(here["coverage_80"]),
                coverage_95=wording.percent(here["coverage_95"]),
                count=here["forecasts_scored"],
            )
        )
        lines.append(words("skill.rmse", ratio=words.ratio(here["rmse_ratio"])))
    if here["scope_wis_ratio"] is not None:
        scope = {
            "ratio": words.ratio(here["scope_wis_ratio"]),
            "coverage": wording.percent(here["scope_coverage_80"]),
        }
        lines.append(words("skill.scope", **scope))
    return lines


def _common_moves(explanation: Document, words: Words) -> Sequence[Block]:
    tried = explanation["would_move"]["method"]["factors"]
    factors = words.joined(f"× {words.decimal(factor)}" for factor in tried)
    return words("move.method", factors=factors), words("move.weights")


def _common_skill(explanation: Document, words: Words) -> Sequence[Block]:
    backtest = explanation["skill"]["backtest"]
    if not backtest:
        return ()
    first, last = (words.month(month) for month in backtest)
    return (words("skill.how", first=first, last=last),)


_Write = Callable[[Document, Words], Sequence[Block]]
_OWN: Mapping[str, _Write] = {
    "contributions": _contributions,
    "would_move": _would_move,
    "model": _model,
    "data": _data,
    "past_situations": _past,
    "skill": _skill,
}
_COMMON: Mapping[str, _Write] = {
    "contributions": lambda _, words: (words("contributions.lead"),),
    "would_move": _common_moves,
    "model": _common_model,
    "past_situations": lambda _, words: (words("past.lead"),),
    "skill": _common_skill,
}
