"""Where people flee to: displacement from conflict to camps, simulated as counts of people instead of one by one."""

from havre.displacement.instance import Instance
from havre.displacement.outcome import Outcome
from havre.displacement.rules import Rules
from havre.displacement.simulate import simulate

__all__ = ["Instance", "Outcome", "Rules", "simulate"]
