"""What a case is: an instance, its rules, and the fault that it must find."""

from dataclasses import dataclass, field

from havre.displacement.instance import Instance
from havre.displacement.rules import Occupancy, Rules


@dataclass(frozen=True)
class Case:
    """One rule or setting at work.

    Attributes
    ----------
    fault : what an engine that gets the rule wrong would simulate: another instance (the rule left out, or misread) or
        other rules (the switch in its other position)
    coupled : people influence each other, so that only samples can be compared, not the exact law
    """

    name: str
    instance: Instance
    fault: Instance | Rules
    rules: Rules = field(default_factory=Rules.flee)
    occupancy: Occupancy = "adaptive"
    coupled: bool = False

    @property
    def days(self) -> int:
        """How many days are simulated."""
        return self.instance.length

    @property
    def faulty_instance(self) -> Instance:
        """The instance to run when the fault is planted."""
        return self.fault if isinstance(self.fault, Instance) else self.instance

    @property
    def faulty_rules(self) -> Rules:
        """The rules to run by when the fault is planted."""
        return self.fault if isinstance(self.fault, Rules) else self.rules


def both(
    name: str, switch: str, instance: Instance, rules: Rules | None = None, *, coupled: bool = False
) -> list[Case]:
    """Make the cases of a switch in its two positions; the fault of each is the other."""
    rules = Rules.flee() if rules is None else rules
    flee, manual = rules.switched(**{switch: True}), rules.switched(**{switch: False})
    return [
        Case(f"{name}, as Flee does", instance, manual, flee, coupled=coupled),
        Case(f"{name}, as documented", instance, flee, manual, coupled=coupled),
    ]
