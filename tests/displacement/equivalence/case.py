"""What a case is: an instance, its rules, and the faults that it must find."""

from dataclasses import dataclass

from havre.displacement.instance import Instance
from havre.displacement.rules import Occupancy, Rules

FLEE = Rules.flee()
Fault = Instance | Rules


@dataclass(frozen=True, eq=False)
class Case:
    """One rule or setting at work.

    Attributes
    ----------
    faults : what an engine that gets the rule wrong would simulate: another instance (the rule left out, or misread) or
        other rules (the switch in its other position)
    coupled : people influence each other, so that only samples can be compared, not the exact law
    blur : share by which means of samples may differ because adaptive occupancy is approximate; where it is above 0,
        variances may differ by four times the share, and distributions are not compared
    """

    name: str
    instance: Instance
    rules: Rules
    faults: tuple[Fault, ...]
    occupancy: Occupancy
    coupled: bool
    blur: float = 0.0

    @property
    def days(self) -> int:
        """How many days are simulated."""
        return self.instance.length


def case(
    name: str,
    instance: Instance,
    *faults: Fault,
    rules: Rules = FLEE,
    occupancy: Occupancy = "adaptive",
    coupled: bool = False,
    blur: float = 0.0,
) -> Case:
    """Make a case."""
    return Case(name, instance, rules, faults, occupancy, coupled, blur)


def both(name: str, switch: str, instance: Instance, rules: Rules = FLEE, *, coupled: bool = False) -> list[Case]:
    """Make the cases of a switch in its two positions; the fault of each is the other."""
    flee, manual = rules.switched(**{switch: True}), rules.switched(**{switch: False})
    return [
        case(f"{name}, as Flee does", instance, manual, rules=flee, coupled=coupled),
        case(f"{name}, as documented", instance, flee, rules=manual, coupled=coupled),
    ]
