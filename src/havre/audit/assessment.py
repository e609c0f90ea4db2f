"""Claims put to work: what each would mean for a million people, with what cannot be concluded from it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from havre.audit.claims import Claim, ClaimSet, groups_that_differ
from havre.audit.intervals import LEVEL, Interval
from havre.audit.screening import PEOPLE, Screening
from havre.errors import AuditError


@dataclass(frozen=True)
class BaseRate:
    """How many people have the trait: one share, or anything from one to another.

    Raises
    ------
    AuditError : a share of 0 or 1 or beyond, or the range is the wrong way round
    """

    low: float
    high: float

    def __post_init__(self) -> None:
        for value in (self.low, self.high):
            if not 0 < value < 1:
                raise AuditError("audit.base_rate", value=f"{value:g}")
        if self.low > self.high:
            raise AuditError("audit.base_rate_order", low=f"{self.low:g}", high=f"{self.high:g}")


@dataclass(frozen=True)
class Figure:
    """A computed quantity: its value at the lower and the upper base rate, and its interval over both, where known."""

    low: float | None
    high: float | None
    interval: Interval | None


@dataclass(frozen=True)
class Consequence:
    """What a check with these rates does at a base rate; people are counted per million."""

    base_rate: BaseRate
    ppv: Figure
    npv: Figure
    flagged: Figure
    flagged_wrongly: Figure


@dataclass(frozen=True)
class Assessed:
    """A claim and what follows from it, by group too where that was published.

    ``findings`` is what is to be known before the figures are read (keys ``finding.*`` of the texts).
    """

    claim: Claim
    consequences: tuple[Consequence, ...]
    break_even: float | None
    break_even_interval: Interval | None
    better_than_coin: float | None
    groups: Mapping[str, tuple[Consequence, ...]]
    groups_apart: tuple[tuple[str, str, str], ...]
    findings: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Give it as plain data."""
        return asdict(self)


def assess(claims: ClaimSet, base_rates: Sequence[BaseRate], level: float = LEVEL) -> list[Assessed]:
    """Compute what follows from each claim, each for itself.

    Raises
    ------
    AuditError : no base rate, or a level outside 0 to 1
    """
    if not base_rates:
        raise AuditError("audit.no_checks")
    # Without a sample no interval would look at it.
    if not 0 < level < 1:
        raise AuditError("audit.level", level=f"{level:g}")
    return [_assessed(claim, base_rates, level) for claim in claims.claims]


def consequence(check: Screening, base: BaseRate, level: float = LEVEL) -> Consequence:
    """Compute what a check does where the trait is this frequent."""
    low, high = base.low, base.high

    def people(value: float) -> float:
        return PEOPLE * value

    flagged = [_scaled(check.flagged_interval(at, level)) for at in (low, high)]
    wrongly = [_scaled(check.flagged_wrongly_interval(at, level)) for at in (low, high)]
    return Consequence(
        base,
        Figure(check.ppv(low), check.ppv(high), _hull([check.ppv_interval(at, level) for at in (low, high)])),
        Figure(check.npv(low), check.npv(high), _hull([check.npv_interval(at, level) for at in (low, high)])),
        Figure(people(check.flagged(low)), people(check.flagged(high)), _hull(flagged)),
        Figure(people(check.flagged_wrongly(low)), people(check.flagged_wrongly(high)), _hull(wrongly)),
    )


def findings(claim: Claim) -> tuple[str, ...]:
    """Tell what is to be known about a claim before its figures are read."""
    check = claim.screening
    rates = (check.sensitivity, check.specificity)
    found = []
    if not check.is_uncertain:
        found.append("no_sample")
    if any(rate.is_attainable is False for rate in rates):
        found.append("not_people")
    if any(rate.trials is not None and rate.share in (0, 1) for rate in rates):
        found.append("at_the_end")
    if check.youden <= 0:
        found.append("below_chance")
    elif (chance := check.chance_better_than_coin) is not None and chance < LEVEL:
        found.append("not_above_chance")
    if claim.groups is None:
        found.append("no_groups")
    elif len(claim.groups) < 2:
        found.append("one_group")
    if claim.status in ("disputed", "refuted", "promised"):
        found.append(claim.status)
    return tuple(found)


def _assessed(claim: Claim, base_rates: Sequence[BaseRate], level: float) -> Assessed:
    check = claim.screening
    rows = tuple(consequence(check, base, level) for base in base_rates)
    break_even = check.break_even_interval(level=level)
    groups = claim.groups or {}
    by_group = {name: tuple(consequence(own, base, level) for base in base_rates) for name, own in groups.items()}
    apart = tuple(groups_that_differ(groups))
    coin = check.chance_better_than_coin
    return Assessed(claim, rows, check.break_even(), break_even, coin, by_group, apart, findings(claim))


def _scaled(found: Interval | None) -> Interval | None:
    return found and Interval(PEOPLE * found.low, PEOPLE * found.high, found.level)


def _hull(found: Sequence[Interval | None]) -> Interval | None:
    known = [interval for interval in found if interval]
    if not known:
        return None
    return Interval(min(one.low for one in known), max(one.high for one in known), known[0].level)
