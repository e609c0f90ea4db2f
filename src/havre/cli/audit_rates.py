"""``havre audit interval|questions|chain|rates``: from published rates to a million people."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.audit_options import DASH, Level, level_percent, parse_share, percent, percent_range, tell, written
from havre.cli.console import number, stdout, table, write_json
from havre.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from havre.audit.assessment import Assessed, BaseRate, Consequence, Figure
    from havre.audit.claims import ClaimSet

DEFAULT_BASE_RATES = ["0.1%", "1%", "5%"]


def interval(
    rates: Annotated[list[str], typer.Argument(metavar="RATE...", help=tell("interval.rates"))],
    level: Level = 0.95,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print the intervals of counted proportions by every method."""
    from havre.audit.intervals import METHODS
    from havre.audit.rates import parse_rate
    from havre.errors import AuditError

    found = []
    for text in rates:
        rate = parse_rate(text)
        if rate.trials is None:
            raise AuditError("audit.unknown_trials")
        found.append((text, rate, {method: rate.interval(method, level) for method in METHODS}))
    if as_json:
        write_json({
            "level": level,
            "rates": [
                {"rate": text, "share": rate.share, "of_whole_people": rate.is_attainable}
                | {method: [i.low, i.high] for method, i in by_method.items() if i}
                for text, rate, by_method in found
            ],
        })  # fmt: skip
        return
    rows = [[text, percent(rate.share), *map(percent_range, by.values())] for text, rate, by in found]
    columns = [tell("interval.rate"), tell("interval.share"), "Clopper–Pearson", "Wilson", "Jeffreys"]
    table(tell("interval.title", level=level_percent(level)), columns, rows)
    for text, rate, _ in found:
        if rate.is_attainable is False:
            stdout().print(tell("interval.not_people", rate=text), soft_wrap=True)


def questions(
    asked: Annotated[int, typer.Option("--questions", help=tell("questions.asked"))],
    flags: Annotated[int, typer.Option("--flags", help=tell("questions.flags"))],
    specificity: Annotated[str, typer.Option("--specificity", help=tell("questions.specificity"))],
    correlation: Annotated[
        list[float] | None, typer.Option("--correlation", help=tell("questions.correlation"))
    ] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print how likely an honest person collects so many flags."""
    from havre.audit.questions import chance_of_flags

    rate = 1 - parse_share(specificity)
    found = [(rho, chance_of_flags(flags, asked, rate, rho)) for rho in correlation or (0.0, 0.1, 0.2, 0.3, 0.5)]
    expected = asked * rate
    if as_json:
        rows = [{"correlation": rho, "chance": chance} for rho, chance in found]
        write_json({"questions": asked, "flags": flags, "expected_flags": expected, "chances": rows})
        return
    shown = [[written(rho), percent(chance)] for rho, chance in found]
    table(tell("questions.title", flags=flags, asked=asked), [tell("questions.rho"), tell("questions.chance")], shown)
    stdout().print(tell("questions.expected", expected=written(expected, ".1f")), soft_wrap=True)
    stdout().print(tell("questions.assumption"), soft_wrap=True)


def chain(
    checks: Annotated[list[str], typer.Argument(metavar="SENSITIVITY,SPECIFICITY...", help=tell("chain.checks"))],
    rule: Annotated[str, typer.Option("--rule", help=tell("chain.rule"))] = "any",
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print what checks one after another do together."""
    from havre.audit.chain import chain as combine
    from havre.errors import AuditError

    if rule not in ("any", "all"):
        raise typer.BadParameter(tell("chain.bad_rule", rule=rule))
    parts = [text.split(",") for text in checks]
    if any(len(pair) != 2 for pair in parts):
        raise AuditError("audit.not_a_pair", text=next(text for text in checks if text.count(",") != 1))
    flags = {
        "with_trait": [parse_share(pair[0]) for pair in parts],
        "without_trait": [1 - parse_share(pair[1]) for pair in parts],
    }
    found = {who: combine(rates, "any" if rule == "any" else "all") for who, rates in flags.items()}
    if as_json:
        write_json({"rule": rule, **{who: vars(made) for who, made in found.items()}})
        return
    rows = [
        [tell(f"chain.{who}"), percent(made.independent), f"{percent(made.lowest)} {DASH} {percent(made.highest)}"]
        for who, made in found.items()
    ]
    table(tell("chain.title"), [tell(f"chain.{name}") for name in ("who", "independent", "bounds")], rows)
    stdout().print(tell("chain.assumption"), soft_wrap=True)


def rates(
    sensitivity: Annotated[list[str] | None, typer.Option("--sensitivity", help=tell("rates.sensitivity"))] = None,
    specificity: Annotated[list[str] | None, typer.Option("--specificity", help=tell("rates.specificity"))] = None,
    claims: Annotated[Path | None, typer.Option("--claims", metavar="FILE", help=tell("rates.claims"))] = None,
    example: Annotated[str | None, typer.Option("--example", help=tell("rates.example"))] = None,
    base_rate: Annotated[list[str] | None, typer.Option("--base-rate", help=tell("rates.base_rate"))] = None,
    level: Level = 0.95,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print what published rates mean for a million people, claim by claim."""
    from rich.markup import escape

    from havre.audit.assessment import assess

    given = _claims(sensitivity or [], specificity or [], claims, example)
    bases = [_base_rate(text) for text in base_rate or DEFAULT_BASE_RATES]
    found = assess(given, bases, level)
    if as_json:
        contradictions = [list(pair) for pair in given.contradictions(level)]
        assessed = [one.as_json() for one in found]
        told = {"system": given.system, "level": level, "claims": assessed, "contradictions": contradictions}
        write_json({**told, "disagreements": [list(pair) for pair in given.disagreements(level)]})
        return
    title = tell("rates.title_own") if sensitivity else tell("rates.title", system=escape(given.system))
    stdout().print(f"[bold]{title}[/bold]", soft_wrap=True)
    stdout().print(tell("rates.assumptions"), soft_wrap=True)
    for one in found:
        _show(one, level)
    for first, second in given.contradictions(level):
        stdout().print(tell("rates.contradiction", first=first, second=second), soft_wrap=True, markup=False)
    for first, second in given.disagreements(level):
        stdout().print(tell("rates.disagreement", first=first, second=second), soft_wrap=True, markup=False)


def _claims(
    sensitivity: "Sequence[str]", specificity: "Sequence[str]", file: Path | None, example: str | None
) -> "ClaimSet":
    """Take the claims from a file, a shipped example, or rates of the command line, which say nothing of their source.

    Raises
    ------
    typer.BadParameter : none or several of these were given, or rates that do not pair up
    """
    from importlib.resources import files

    from havre.audit.claims import Claim, ClaimSet, parse_claims, read_claims
    from havre.audit.rates import parse_rate
    from havre.audit.screening import Screening

    if sum((bool(sensitivity or specificity), file is not None, example is not None)) != 1:
        raise typer.BadParameter(tell("rates.one_way"))
    if file is not None:
        return read_claims(file)
    if example is not None:
        import tomllib

        found = {path.name.removesuffix(".toml"): path for path in files("havre.audit").joinpath("examples").iterdir()}
        if example not in found:
            raise typer.BadParameter(tell("rates.no_example", name=example, near=", ".join(sorted(found))))
        return parse_claims(tomllib.loads(found[example].read_text(encoding="utf-8")), example)
    if len(sensitivity) != len(specificity):
        raise typer.BadParameter(tell("rates.pairs"))
    made = [
        Claim(f"{one} / {other}", Screening(parse_rate(one), parse_rate(other)), tell("rates.own"), DASH, "given")
        for one, other in zip(sensitivity, specificity, strict=True)
    ]
    return ClaimSet(tell("rates.own"), tuple(made))


def _base_rate(text: str) -> "BaseRate":
    from havre.audit.assessment import BaseRate

    low, _, high = text.partition("..")
    return BaseRate(parse_share(low), parse_share(high or low))


def _show(found: "Assessed", level: float) -> None:
    from rich.markup import escape

    claim = found.claim
    facts = {"name": claim.name, "status": tell(f"status.{claim.status}"), "date": claim.date, "source": claim.source}
    columns = [tell(f"rates.column.{name}") for name in ("base_rate", "ppv", "npv", "flagged", "wrongly")]
    stdout().print()
    stdout().print(tell("rates.claim", **facts), soft_wrap=True, markup=False)
    if claim.note:
        stdout().print(claim.note, soft_wrap=True, markup=False)
    table("", columns, [_row(one) for one in found.consequences])
    break_even = {"rate": percent(found.break_even), "interval": percent_range(found.break_even_interval)}
    key = "break_even" if found.break_even_interval else "break_even_bare"
    stdout().print(tell(f"rates.{key}", **break_even), soft_wrap=True)
    if found.better_than_coin is not None:
        stdout().print(
            tell("rates.coin", chance=percent(found.better_than_coin), level=level_percent(level)), soft_wrap=True
        )
    if found.groups:
        rows = [[group, *_row(one)] for group, ones in found.groups.items() for one in ones]
        table("", [tell("rates.column.group"), *columns], [[escape(cells[0]), *cells[1:]] for cells in rows])
    for first, second, rate in found.groups_apart:
        told = {"first": first, "second": second, "rate": tell(f"rates.of.{rate}")}
        stdout().print(tell("rates.groups_apart", **told), soft_wrap=True, markup=False)
    if len(found.groups) > 1 and not found.groups_apart:
        known = all(check.is_uncertain for check in (claim.groups or {}).values())
        stdout().print(tell("rates.groups_alike" if known else "rates.groups_bare"), soft_wrap=True)
    for key in found.findings:
        stdout().print(f"– {tell(f'finding.{key}')}", soft_wrap=True)


def _row(one: "Consequence") -> list[str]:
    base = one.base_rate
    rate = percent(base.low) if base.low == base.high else f"{percent(base.low)} {DASH} {percent(base.high)}"
    shares = [_cell(figure, percent) for figure in (one.ppv, one.npv)]
    return [rate, *shares, *(_cell(figure, number) for figure in (one.flagged, one.flagged_wrongly))]


def _cell(figure: "Figure", write: "Callable[[float | None], str]") -> str:
    low, high = write(figure.low), write(figure.high)
    value = low if low == high else f"{low} {DASH} {high}"
    if figure.interval is None:
        return value
    return f"{value} ({write(figure.interval.low)} {DASH} {write(figure.interval.high)})"
