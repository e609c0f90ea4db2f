"""Calculator of thresholds: what each published point does, what the area is worth, which threshold costs least.

The browser computes and words the same (``assets/js/audit/answers_thresholds.js``); a test compares both.
"""

from havre.audit.roc import Choice, RocPoint, area_bounds, choose, consequences, trapezoid_area, useless_points
from havre.errors import AuditError
from havre.web.pages.audit_blocks import MILLION, Answer, Block, Cell, Line, Table, Writer
from havre.web.pages.audit_inputs import Fields, parse_number, parse_share

ROWS = (1, 2, 3, 4, 5)
MOST_BASES = 4
MOST_WEIGHT = 1e6


def thresholds(fields: Fields, write: Writer) -> Answer:
    """Say what each threshold does to a million people."""
    points = [point for at in ROWS if (point := _point(fields, at)) is not None]
    bases = fields.several("base_rate", _parse_base, MOST_BASES)
    weights = fields.several("weight", _parse_weight, MOST_BASES)
    if fields.problems:
        return Answer(problems=fields.problems)
    try:
        area, trapezoid, useless = area_bounds(points), trapezoid_area(points), useless_points(points)
    except AuditError as error:
        fields.refuse("threshold1", error)
        return Answer(problems=fields.problems)
    bounds = {"low": write.decimal(area.low), "high": write.decimal(area.high), "trapezoid": write.decimal(trapezoid)}
    blocks: list[Block] = []
    if useless:
        named = ", ".join(write.plain(point.threshold) for point in useless)
        blocks.append(Line(write.tell("audit.roc.useless", thresholds=named), "finding"))
    rows = tuple(_row(point, base, write) for base in bases for point in points)
    columns = ("base_rate", "threshold", "flagged", "wrongly", "missed", "ppv")
    blocks.append(Table(write.tell("audit.roc.title"), _columns(columns, write), rows))
    blocks.append(Line(write.tell("audit.roc.area", **bounds)))
    choices = tuple(_choice(choose(points, base, weight), write) for base in bases for weight in weights)
    names = _columns(("base_rate", "weight", "best", "cost"), write)
    blocks.append(Table(write.tell("audit.roc.choice"), names, choices))
    return Answer((*blocks, Line(write.tell("audit.roc.assumption"), "note")))


def _columns(names: tuple[str, ...], write: Writer) -> tuple[str, ...]:
    return tuple(write.tell(f"audit.roc.column.{name}") for name in names)


def _point(fields: Fields, at: int) -> RocPoint | None:
    names = (f"threshold{at}", f"sensitivity{at}", f"specificity{at}")
    if at > 1 and not any(fields.texts.get(name, "").strip() for name in names):
        return None
    threshold = fields.needed(names[0], parse_number)
    found, cleared = (fields.needed(name, parse_share) for name in names[1:])
    if threshold is None or found is None or cleared is None:
        return None
    return RocPoint(threshold, found, cleared)


def _parse_base(text: str) -> float:
    share = parse_share(text)
    if not 0 < share < 1:
        raise AuditError("audit.base_rate", value=f"{share:g}")
    return share


def _parse_weight(text: str) -> float:
    weight = parse_number(text)
    if not 0 < weight <= MOST_WEIGHT:
        raise AuditError("audit.weight", value=f"{weight:g}")
    return weight


def _row(point: RocPoint, base: float, write: Writer) -> tuple[Cell, ...]:
    found = consequences(point, base)
    people = [Cell(write.whole(MILLION * share)) for share in found.shares]
    return Cell(write.percent(base)), Cell(write.plain(point.threshold)), *people, Cell(write.percent(found.ppv))


def _choice(found: Choice, write: Writer) -> tuple[Cell, ...]:
    best = write.tell(f"audit.roc.{found.best}") if isinstance(found.best, str) else write.plain(found.best.threshold)
    shares = Cell(write.percent(found.base_rate)), Cell(write.plain(found.weight))
    return *shares, Cell(best), Cell(write.whole(MILLION * found.cost))
