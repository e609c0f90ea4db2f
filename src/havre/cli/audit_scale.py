"""``havre audit scale|links``: one person searched against millions, and files of different people joined."""

from typing import TYPE_CHECKING, Annotated

import typer

from havre.cli.audit_options import parse_share, percent, percent_range, small, tell, written
from havre.cli.console import number, stdout, table, write_json
from havre.cli.options import Json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from havre.audit.gallery import YearOfSearches
    from havre.audit.links import LinkKind

GALLERIES = [7e6, 60e6, 300e6, 400e6]
RATES = ["1e-6", "1e-9", "1e-12"]
TESTED = 12e6
MEASURED = "0.3%"


def scale(
    fmr: Annotated[list[str] | None, typer.Option("--fmr", help=tell("scale.fmr"))] = None,
    gallery: Annotated[list[float] | None, typer.Option("--gallery", help=tell("scale.gallery"))] = None,
    promised: Annotated[str, typer.Option("--promised", help=tell("scale.promised"))] = "0.1%",
    measured: Annotated[str, typer.Option("--measured", help=tell("scale.measured"))] = MEASURED,
    tested: Annotated[float, typer.Option("--tested", help=tell("scale.tested"))] = TESTED,
    variation: Annotated[float, typer.Option("--variation", help=tell("scale.variation"))] = 0.0,
    searches: Annotated[float, typer.Option("--searches", help=tell("scale.searches"))] = 1e6,
    mated: Annotated[str, typer.Option("--mated", help=tell("scale.mated"))] = "0",
    fnir: Annotated[str | None, typer.Option("--fnir", help=tell("scale.fnir"))] = None,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print false hits by gallery size, what a promise needs, and what a measurement means elsewhere."""
    from havre.audit.gallery import YearOfSearches, fpir, required_fmr, share_of_hits
    from havre.audit.rates import parse_rate

    sizes = sorted(gallery or GALLERIES)
    rates = [parse_share(text) for text in fmr or RATES]
    known, goal = parse_rate(measured), parse_share(promised)
    by_rate = {rate: fpir(rate, sizes, variation).tolist() for rate in rates}
    needed = required_fmr(goal, sizes, variation).tolist()
    carried = [_carried(known.share, known.trials, tested, size, variation) for size in sizes]
    year = YearOfSearches(searches, parse_share(mated), goal, None if fnir is None else parse_share(fnir))
    if as_json:
        write_json({
            "variation": variation, "galleries": sizes,
            "fpir": [{"fmr": rate, "fpir": row} for rate, row in by_rate.items()],
            "required_fmr": {"promised_fpir": goal, "fmr": needed},
            "carried_over": {"measured_fpir": known.share, "searches": known.trials, "tested_gallery": tested,
                             "fpir": [{"fpir": value, "interval": bounds, "beyond_tested": beyond}
                                      for value, bounds, beyond in carried]},
            "year": {"searches": searches, "mated": year.mated, "fpir": goal, "false_hits": year.false_hits,
                     "missed": year.missed, "hits_that_are_false": year.hits_that_are_false},
            "share_of_hits_on_top_percent": share_of_hits(0.01, variation),
        })  # fmt: skip
        return
    names = [tell("scale.people", size=number(size)) for size in sizes]
    table(tell("scale.title"), [tell("scale.rate"), *names], [[written(r), *map(small, v)] for r, v in by_rate.items()])
    table(tell("scale.needed", promised=percent(goal)), ["", *names], [["FMR", *map(small, needed)]])
    cells = [_carried_cell(*one) for one in carried]
    title = tell("scale.carried", measured=percent(known.share), tested=number(tested))
    table(title, ["", *names], [["FPIR", *cells]])
    if any(beyond for *_, beyond in carried):
        stdout().print(tell("scale.beyond", tested=number(tested)), soft_wrap=True)
    _show_year(year)
    stdout().print(tell("scale.assumption"), soft_wrap=True)
    if variation:
        share = percent(share_of_hits(0.01, variation))
        stdout().print(tell("scale.look_alikes", variation=written(variation), share=share), soft_wrap=True)


def _carried(
    measured: float, searched: float | None, tested: float, size: float, variation: float
) -> "tuple[float, list[float] | None, bool]":
    """Carry a measured FPIR to another gallery: value, interval where the number of searches is known, and a mark."""
    from havre.audit.gallery import fpir_elsewhere, fpir_interval

    value = float(fpir_elsewhere(measured, tested, size, variation))
    if searched is None:
        return value, None, size > tested
    found = fpir_interval(measured * searched, searched, tested, size, variation)
    return value, [found.low, found.high], size > tested


def _carried_cell(value: float, bounds: "Sequence[float] | None", beyond: bool) -> str:  # noqa: FBT001 - a row
    from havre.audit.intervals import Interval

    interval = f" ({percent_range(Interval(*bounds))})" if bounds else ""
    return f"{percent(value)}{interval}{' *' if beyond else ''}"


def _show_year(year: "YearOfSearches") -> None:
    facts = {"searches": number(year.searches), "hits": number(year.false_hits), "fpir": percent(year.fpir)}
    stdout().print(tell("scale.year", **facts), soft_wrap=True)
    if year.missed is not None:
        false = percent(year.hits_that_are_false)
        stdout().print(tell("scale.missed", missed=number(year.missed), false=false), soft_wrap=True)


def links(
    kinds: Annotated[list[str], typer.Argument(metavar="NAME=FILES,FALSE[,UNDETECTED]...", help=tell("links.kinds"))],
    people: Annotated[float, typer.Option("--people", help=tell("links.people"))] = 300e6,
    as_json: Json = False,  # noqa: FBT002 - a flag of the command line
) -> None:
    """Print how far false links between files reach."""
    from dataclasses import asdict

    from havre.audit.links import spread

    found = spread([_kind(text) for text in kinds])
    if as_json:
        write_json({**asdict(found), "people": people, "people_linked": people * found.linked})
        return
    facts = {
        "reach": written(found.reach, ".3g"),
        "share": percent(found.linked),
        "people": number(people * found.linked),
    }
    stdout().print(tell("links.linked", **facts), soft_wrap=True)
    if found.joined is None:
        stdout().print(tell("links.giant", share=percent(found.giant)), soft_wrap=True)
    else:
        stdout().print(tell("links.joined", joined=written(found.joined, ".3g")), soft_wrap=True)
    stdout().print(tell("links.assumption"), soft_wrap=True)


def _kind(text: str) -> "LinkKind":
    from havre.audit.links import LinkKind
    from havre.errors import AuditError

    name, _, values = text.partition("=")
    parts = values.split(",")
    try:
        files = float(parts[0])
    except ValueError as error:
        raise AuditError("audit.not_a_link", text=text) from error
    if not name or len(parts) not in (2, 3):
        raise AuditError("audit.not_a_link", text=text)
    return LinkKind(name, files, *(parse_share(part) for part in parts[1:]))
