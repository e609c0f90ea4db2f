"""Calculators of scale: one person searched against millions, false links between files, sensors.

The browser computes and words the same (``assets/js/audit/answers_scale.js``); a test compares both.
"""

from collections.abc import Iterator

from havre.audit.fleet import detections, fleet_outcomes, places_of_people
from havre.audit.gallery import YearOfSearches, fpir, fpir_elsewhere, fpir_interval, required_fmr, share_of_hits
from havre.audit.intervals import Interval
from havre.audit.links import LinkKind, spread
from havre.audit.rates import Rate
from havre.audit.sensors import ALL_QUANTITIES, SHARES, Figure, Outcome, Sensor, check_outcomes, in_time, outcomes
from havre.errors import AuditError
from havre.web.pages.audit_blocks import DASH, MILLION, Answer, Block, Cell, Line, Table, Writer
from havre.web.pages.audit_inputs import Fields, parse_number, parse_range, parse_share, parse_typed_rate

KINDS = (1, 2, 3)
MOST_VARIATION = 10.0
TOP = 0.01


def scale(fields: Fields, write: Writer) -> Answer:
    """Say how often a search of a large base hits somebody else, and what a promise needs."""
    sizes = fields.several("gallery", _parse_size)
    rates = fields.several("fmr", parse_share)
    promised = fields.needed("promised", parse_share)
    measured = fields.needed("measured", parse_typed_rate)
    tested = fields.needed("tested", _parse_size)
    variation = fields.read("variation", _parse_variation) or 0.0
    year = _year(fields, promised)
    if fields.problems or promised is None or measured is None or tested is None or year is None:
        return Answer(problems=fields.problems)
    rows = []
    for size in sizes:
        carried = _carried(measured, tested, size, variation, write)
        needed = Cell(write.rate(float(required_fmr(promised, size, variation))))
        chances = [Cell(write.percent(float(fpir(rate, size, variation)))) for rate in rates]
        rows.append((Cell(write.whole(size)), needed, carried, *chances))
    columns = (
        write.tell("scale.gallery"),
        write.tell("scale.needed", promised=write.percent(promised)),
        write.tell("scale.carried", measured=write.percent(measured.share), tested=write.whole(tested)),
        *(write.tell("scale.fpir", fmr=write.rate(rate)) for rate in rates),
    )
    largest = max(sizes)
    at_largest = float(fpir_elsewhere(measured.share, tested, largest, variation))
    picture = write.icons(at_largest, "scale.icons", size=write.whole(largest))
    blocks: list[Block] = [picture, Table(write.tell("scale.caption"), columns, tuple(rows))]
    if largest > tested:
        blocks.append(Line(write.tell("scale.beyond", tested=write.whole(tested)), "finding"))
    return Answer((*blocks, *_closing(year, variation, write)))


def _closing(year: YearOfSearches, variation: float, write: Writer) -> Iterator[Line]:
    facts = {"searches": write.whole(year.searches), "hits": write.whole(year.false_hits)}
    yield Line(write.tell("scale.year", fpir=write.percent(year.fpir), **facts))
    if year.missed is not None:
        false = write.percent(year.hits_that_are_false)
        yield Line(write.tell("scale.missed", missed=write.whole(year.missed), false=false))
    if variation:
        share = write.percent(share_of_hits(TOP, variation))
        yield Line(write.tell("scale.look_alikes", variation=write.decimal(variation), share=share))
    yield Line(write.tell("scale.note"), "note")


def _year(fields: Fields, promised: float | None) -> YearOfSearches | None:
    searches = fields.needed("searches", _parse_searches)
    mated = fields.read("mated", parse_share) or 0.0
    fnir = fields.read("fnir", parse_share)
    return None if searches is None or promised is None else YearOfSearches(searches, mated, promised, fnir)


def _carried(measured: Rate, tested: float, size: float, variation: float, write: Writer) -> Cell:
    value = write.percent(float(fpir_elsewhere(measured.share, tested, size, variation)))
    found = None
    if measured.successes is not None and measured.trials is not None:
        found = fpir_interval(measured.successes, measured.trials, tested, size, variation)
    return Cell(f"{value} *" if size > tested else value, write.span(found))


def _parse_size(text: str) -> float:
    size = MILLION * parse_number(text)
    if not 1 <= size <= 1e12:
        raise AuditError("audit.gallery", value=f"{size:g}")
    return size


def _parse_searches(text: str) -> float:
    searches = MILLION * parse_number(text)
    if not 0 < searches <= 1e12:
        raise AuditError("audit.no_trials")
    return searches


def _parse_variation(text: str) -> float:
    variation = parse_number(text)
    if not (variation == 0 or 0.01 <= variation <= MOST_VARIATION):
        raise AuditError("audit.variation", value=f"{variation:g}")
    return variation


def links(fields: Fields, write: Writer) -> Answer:
    """Say how far false links between files reach."""
    kinds = [kind for at in KINDS if (kind := _kind(fields, at)) is not None]
    people = fields.needed("people", _parse_size)
    if fields.problems or people is None:
        return Answer(problems=fields.problems)
    found = spread(kinds)
    facts = {"reach": write.decimal(found.reach), "share": write.percent(found.linked)}
    lines = [Line(write.tell("links.linked", people=write.whole(people * found.linked), **facts))]
    if found.joined is None:
        lines.append(Line(write.tell("links.giant", share=write.percent(found.giant)), "finding"))
    else:
        lines.append(Line(write.tell("links.joined", joined=write.decimal(found.joined))))
    return Answer((write.icons(found.linked, "links.icons"), *lines, Line(write.tell("links.note"), "note")))


def _kind(fields: Fields, at: int) -> LinkKind | None:
    names = (f"files{at}", f"false{at}")
    if at > 1 and not any(fields.texts.get(name, "").strip() for name in names):
        return None
    files = fields.needed(names[0], _parse_files)
    false = fields.needed(names[1], parse_share)
    left = fields.read(f"left{at}", parse_share)
    return LinkKind(str(at), files or 0.0, false or 0.0, 1.0 if left is None else left)


def _parse_files(text: str) -> float:
    files = parse_number(text)
    if not 0 <= files <= 1e6:
        raise AuditError("audit.files", value=f"{files:g}")
    return files


def sensors(fields: Fields, write: Writer) -> Answer:
    """Say what a sensor or fleet does, as far as its figures are known; an empty field is unknown."""
    known: dict[str, Interval] = {}
    for name in ALL_QUANTITIES:
        found = fields.read(name, lambda text, name=name: parse_range(name, text))  # type: ignore[misc]
        if found is not None:
            known[name] = found
    if fields.problems:
        return Answer(problems=fields.problems)
    figures = {name: Figure(ends, DASH, DASH) for name, ends in known.items()}
    sensor = Sensor("", figures)
    blocks = _search(sensor, write) if sensor.searches else ()
    return Answer((*blocks, *_checks(sensor, write)))


def _search(sensor: Sensor, write: Writer) -> tuple[Block, ...]:
    computed = outcomes(sensor)
    rows = tuple(_named("result", one, write) for one in (*fleet_outcomes(sensor), *computed))
    ways = detections(sensor)
    by_way = [places_of_people(sensor, detected) for detected in ways.values()]
    people = tuple(
        (*_named("place", row[0], write), *(_outcome(one, write) for one in row[1:]))
        for row in zip(*by_way, strict=True)
    )
    heads = (write.tell("sensors.place"), *(write.tell(f"audit.sensor.basis.{basis}") for basis in ways))
    verdict = in_time(computed)
    return (
        Line(write.tell(f"audit.sensor.help_{verdict}"), "line" if verdict == "always" else "finding"),
        Table(write.tell("audit.sensor.people"), heads, people),
        *((Line(write.tell("audit.sensor.ways"), "finding"),) if len(ways) > 1 else ()),
        Line(write.tell("audit.sensor.places"), "note"),
        Table(write.tell("sensors.caption"), (write.tell("sensors.result"), write.tell("sensors.range")), rows),
        Line(write.tell("sensors.note"), "note"),
        Line(write.tell("audit.sensor.fleet"), "note"),
    )


def _checks(sensor: Sensor, write: Writer) -> tuple[Block, ...]:
    """Say what an alarm at a vehicle is worth, where figures of such checks are known."""
    if not sensor.checks_vehicles:
        return ()
    rows = tuple(_named("result", one, write) for one in check_outcomes(sensor))
    columns = (write.tell("sensors.result"), write.tell("sensors.range"))
    table = Table(write.tell("sensors.checks"), columns, rows)
    return table, Line(write.tell("audit.sensor.checks_note"), "note")


def _named(kind: str, found: Outcome, write: Writer) -> tuple[Cell, ...]:
    return Cell(write.tell(f"audit.sensor.{kind}.{found.name}")), _outcome(found, write)


def _outcome(found: Outcome, write: Writer) -> Cell:
    names = ", ".join(write.tell(f"audit.sensor.quantity.{name}") for name in found.lacks)
    if found.range is None:
        return Cell(write.tell("sensors.unknown"), write.tell("sensors.lacks", names=names))
    is_share = found.name in SHARES
    low, high = (write.percent(end) if is_share else write.decimal(end) for end in (found.range.low, found.range.high))
    if not found.lacks:
        return Cell(write.ends(low, high))
    if found.range.low <= 0:
        value = write.tell("audit.sensor.at_most", value=high)
    else:
        is_open = is_share and found.range.high >= 1
        value = write.tell("audit.sensor.at_least", value=low) if is_open else write.ends(low, high)
    return Cell(value, write.tell("sensors.lacks", names=names))
