"""Calculators of rates: intervals, what a check does to a million people, questions, checks one after another.

The browser computes and words the same (``assets/js/audit/answers_rates.js``); a test compares both.
"""

from collections.abc import Iterator

from havre.audit.assessment import BaseRate, Consequence, Figure, consequence, findings
from havre.audit.chain import Chained, Rule, chain
from havre.audit.claims import Claim, ClaimSet
from havre.audit.intervals import LEVEL, METHODS, Interval
from havre.audit.questions import chance_of_flags
from havre.audit.rates import Rate
from havre.audit.report.icons import PEOPLE
from havre.audit.screening import Screening
from havre.errors import AuditError
from havre.web.pages.audit_blocks import DASH, Answer, Block, Cell, Line, Table, Writer
from havre.web.pages.audit_inputs import Fields, parse_base_rate, parse_count, parse_share, parse_typed_rate

MOST_QUESTIONS = 1000
MOST_BASES = 4
"""Base rates of one answer: each asks for six intervals of a claim."""
CHECKS = (1, 2, 3)
ROUNDED = 1e-12
"""What a probability may differ from 0 by rounding."""


def intervals(fields: Fields, write: Writer) -> Answer:
    """Say how sure counted shares are."""
    rates = fields.several("rates", _counted)
    level = _level(fields)
    if fields.problems:
        return Answer(problems=fields.problems)
    texts = [part.strip() for part in fields.texts["rates"].split(";") if part.strip()]
    rows = []
    for text, rate in zip(texts, rates, strict=True):
        found = [write.span(rate.interval(method, level)) for method in METHODS]
        rows.append((Cell(text), Cell(write.percent(rate.share)), *map(Cell, found)))
    columns = ("rate", "share", "clopper_pearson", "wilson", "jeffreys")
    caption = write.tell("intervals.caption", level=write.percent(level))
    table = Table(caption, tuple(write.tell(f"intervals.{each}") for each in columns), tuple(rows))
    unlike = [Line(write.tell("intervals.not_people", rate=t), "finding") for t, r in zip(texts, rates, strict=True)
              if r.is_attainable is False]  # fmt: skip
    return Answer((*unlike, table, Line(write.tell("intervals.note"), "note")))


def rates(fields: Fields, write: Writer) -> Answer:
    """Say what one or two claims about a check mean for a million people."""
    checks = [_check(fields, "sensitivity", "specificity")]
    if fields.texts.get("sensitivity2", "").strip() or fields.texts.get("specificity2", "").strip():
        checks.append(_check(fields, "sensitivity2", "specificity2"))
    bases = fields.several("base_rate", parse_base_rate, MOST_BASES)
    level = _level(fields)
    if fields.problems:
        return Answer(problems=fields.problems)
    claims = [Claim(str(at), check, "", "", "given") for at, check in enumerate(checks, 1) if check]
    blocks: list[Block] = []
    for claim in claims:
        if len(claims) > 1:
            blocks.append(Line(write.tell("rates.claim", number=claim.name, rates=_rates_of(claim, write)), "heading"))
        blocks += _screen(claim, bases, level, write)
    both = ClaimSet("", tuple(claims))
    if both.contradictions(level):
        blocks.append(Line(write.tell("rates.contradiction"), "finding"))
    elif both.disagreements(level):
        blocks.append(Line(write.tell("rates.disagreement"), "finding"))
    return Answer((*blocks, Line(write.tell("rates.note"), "note")))


def questions(fields: Fields, write: Writer) -> Answer:
    """Say how likely an honest person collects so many flags."""
    asked = fields.needed("questions", lambda text: parse_count(text, MOST_QUESTIONS))
    flags = fields.needed("flags", lambda text: parse_count(text, MOST_QUESTIONS))
    passed = fields.needed("specificity", parse_share)
    alike = fields.several("correlation", parse_share)
    if fields.problems or asked is None or flags is None or passed is None:
        return Answer(problems=fields.problems)
    try:
        chances = [chance_of_flags(flags, asked, 1 - passed, each) for each in alike]
    except AuditError as error:
        fields.refuse("questions" if asked < 1 else "flags", error)
        return Answer(problems=fields.problems)
    facts = {"flags": write.whole(flags), "questions": write.whole(asked)}
    pictures = [
        write.icons(
            chance,
            "questions.icons" if each else "questions.icons_independent",
            correlation=write.decimal(each),
            **facts,
        )
        for each, chance in list(zip(alike, chances, strict=True))[:2]
    ]
    rows = tuple(
        (Cell(write.decimal(each)), Cell(write.percent(chance))) for each, chance in zip(alike, chances, strict=True)
    )
    columns = (write.tell("questions.correlation"), write.tell("questions.chance"))
    expected = Line(write.tell("questions.expected", expected=write.decimal(asked * (1 - passed))))
    table = Table(write.tell("questions.caption", **facts), columns, rows)
    return Answer((*pictures, table, expected, Line(write.tell("questions.note"), "note")))


def chains(fields: Fields, write: Writer) -> Answer:
    """Say what checks one after another do together."""
    sensitivities, specificities = [], []
    for at in CHECKS:
        names = (f"sensitivity{at}", f"specificity{at}")
        if at == 1 or any(fields.texts.get(name, "").strip() for name in names):
            sensitivities.append(fields.needed(names[0], parse_share) or 0.0)
            specificities.append(fields.needed(names[1], parse_share) or 0.0)
    if fields.problems:
        return Answer(problems=fields.problems)
    rule: Rule = "all" if fields.texts.get("rule") == "all" else "any"
    people = {"with": chain(sensitivities, rule), "without": chain([1 - each for each in specificities], rule)}
    rows = tuple(_chained(write.tell(f"chain.{who}"), found, write) for who, found in people.items())
    columns = tuple(write.tell(f"chain.{each}") for each in ("who", "independent", "bounds"))
    table = Table(write.tell(f"chain.caption_{rule}"), columns, rows)
    picture = write.icons(people["without"].independent, "chain.icons")
    return Answer((picture, table, Line(write.tell("chain.note"), "note")))


def _chained(who: str, found: Chained, write: Writer) -> tuple[Cell, ...]:
    bounds = write.ends(write.percent(found.lowest), write.percent(found.highest))
    return Cell(who), Cell(write.percent(found.independent)), Cell(bounds)


def _level(fields: Fields) -> float:
    return fields.read("level", _parse_level) or LEVEL


def _parse_level(text: str) -> float:
    level = parse_share(text)
    if not 0 < level < 1:
        raise AuditError("audit.level", level=f"{level:g}")
    return level


def _counted(text: str) -> Rate:
    rate = parse_typed_rate(text)
    if rate.trials is None:
        raise AuditError("audit.unknown_trials")
    return rate


def _check(fields: Fields, sensitivity: str, specificity: str) -> Screening | None:
    one, other = (fields.needed(name, parse_typed_rate) for name in (sensitivity, specificity))
    return Screening(one, other) if one and other else None


def _rates_of(claim: Claim, write: Writer) -> str:
    check = claim.screening
    return f"{write.percent(check.sensitivity.share)} / {write.percent(check.specificity.share)}"


def _screen(claim: Claim, bases: list[BaseRate], level: float, write: Writer) -> Iterator[Block]:
    check = claim.screening
    for key in findings(claim):
        if key != "no_groups":
            yield Line(write.tell(f"audit.finding.{key}"), "finding")
    honest = check.specificity.complement
    bounds = write.span_of(honest.interval("clopper-pearson", level), PEOPLE)
    yield write.icons(honest.share, "rates.icons_bounds" if bounds else "rates.icons", bounds=bounds)
    first = bases[0]
    if (worth := check.ppv(first.low)) is not None:
        bounds = write.span_of(check.ppv_interval(first.low, level), PEOPLE)
        key = "rates.icons_worth_bounds" if bounds else "rates.icons_worth"
        yield write.icons(worth, key, base_rate=write.percent(first.low), bounds=bounds)
    columns = tuple(write.tell(f"rates.{each}") for each in ("base_rate", "flagged", "wrongly", "ppv", "npv"))
    rows = tuple(_row(consequence(check, base, level), write) for base in bases)
    yield Table(write.tell("rates.caption", level=write.percent(level)), columns, rows)
    even, around = check.break_even(), check.break_even_interval(level=level)
    if even is None:
        yield Line(write.tell("rates.no_break_even"))
    else:
        key = "rates.break_even_bounds" if around else "rates.break_even"
        yield Line(write.tell(key, rate=write.percent(even), bounds=write.span(around)))
    if (better := check.chance_better_than_coin) is not None:
        yield Line(write.tell("rates.coin", chance=write.percent(better if better > ROUNDED else 0.0)))
    yield Line(write.tell("rates.no_groups"))


def _row(found: Consequence, write: Writer) -> tuple[Cell, ...]:
    base = write.ends(write.percent(found.base_rate.low), write.percent(found.base_rate.high))
    people = [_people(figure, write) for figure in (found.flagged, found.flagged_wrongly)]
    shares = [_share(figure, write) for figure in (found.ppv, found.npv)]
    return Cell(base), *people, *shares


def _people(figure: Figure, write: Writer) -> Cell:
    return Cell(write.ends(write.whole(figure.low), write.whole(figure.high)), _bounds(figure.interval, write))


def _bounds(found: Interval | None, write: Writer) -> str:
    return f"{write.whole(found.low)}{DASH}{write.whole(found.high)}" if found else ""


def _share(figure: Figure, write: Writer) -> Cell:
    return Cell(write.ends(write.percent(figure.low), write.percent(figure.high)), write.span(figure.interval))
