"""Rules by name: each point where Flee does something else than its manual says is one switch.

``Rules.flee()`` does as Flee does, ``Rules.documented()`` as its manual says. What each switch means stands in the
catalogue ``quirks`` in English and French (``havre displace quirks``). Facts about Flee are those of its master of May
2026.
"""

from dataclasses import dataclass, fields, replace
from typing import Literal, Self

Occupancy = Literal["adaptive", "frozen"]
RulesName = Literal["flee", "documented"]


@dataclass(frozen=True)
class Rules:
    """Which behaviour holds: ``True`` is Flee's as implemented, ``False`` that of the manual."""

    first_row_is_home: bool = True
    """The home country is that of the first row; else that of the first conflict zone."""
    swapped_coordinates: bool = True
    """Great-circle distances take latitude for longitude."""
    low_movechance_is_camp: bool = True
    """A place, neither camp nor flood zone, with a move chance below 0.005 becomes a camp."""
    forced_redirection_doubles_link: bool = True
    """``forced_redirection: 1`` makes the road twice."""
    forced_redirection_ignored: bool = True
    """The flag does not redirect; else whoever leaves the start of a flagged link takes it."""
    link_closure_ignored: bool = True
    """Closures of type ``link`` do nothing; else they close the road both ways."""
    conflict_change_ignored: bool = True
    """A change from one positive intensity to another is ignored."""
    conflict_type_kept: bool = True
    """A conflict zone from day 0 with a 0 on day 0 stays one; else it is a town."""
    sinks_key_misspelt: bool = True
    """``camps_are_sinks`` is read from ``camps_are_sicks``."""
    flood_spawn_key_unread: bool = True
    """Only ``flood_driven_spawn_mode`` is read, not the manual's ``flood_spawn_mode``."""
    flood_top_level_fails: bool = True
    """The top level of a flood list stops the run with an error; else its last value holds."""
    idps_in_camps_only: bool = True
    """``initial_idps`` of places that are no camps are ignored."""
    day0_raw_counts_total: bool = True
    """Arrivals of day 0 count the total series beside the camps."""
    day0_lowers_capacity: bool = True
    """With ``insert_day0`` each capacity is lowered by the day-0 count of its camp."""
    harvest_stops_everyone: bool = True
    """In harvest months nobody moves; else only farmers stay."""
    awareness_zero_stops: bool = True
    """Awareness level 0 stops everybody, and -1 is as 1; else 0 weighs by distance alone and -1 not at all."""
    risk_rule_covers_men: bool = True
    """``BoysTakeRisk`` covers every male over 14 where children avoid hazards; else boys of 15 to 18."""
    home_is_current_place: bool = True
    """``stay_close_to_home`` measures from the current place; else from the home."""
    flood_weight_twice: bool = True
    """Flood zones have their flood weight applied twice."""
    pruning_inverted: bool = True
    """Routes below the best weight divided by the threshold are dropped, so that a higher threshold drops fewer."""
    full_is_uniform: bool = True
    """Where every weight is 0 each route is as likely, full camps included; else people stay."""
    full_day_on_each_link: bool = True
    """Each new link of a day gets a full day's range; else what is left of it."""
    strict_arrival: bool = True
    """A link exactly as long as the distance made does not yet end."""
    fixed_routes_score_twice: bool = True
    """With ``fixed_routes`` the score counts twice and camps are never full."""
    date_is_next_day: bool = True
    """The dates of ``out.csv`` are those of the next day."""
    two_systems_never: bool = True
    """``two_system_decision_making`` cannot be switched on; else it is refused, since it cannot be counted."""

    @classmethod
    def flee(cls) -> Self:
        """Give the rules as Flee has them."""
        return cls()

    @classmethod
    def documented(cls) -> Self:
        """Give the rules as Flee's manual says them."""
        return cls(**{each.name: False for each in fields(cls)})

    @classmethod
    def named(cls, name: RulesName) -> Self:
        """Give the rules of a name."""
        return cls.flee() if name == "flee" else cls.documented()

    def switched(self, **switches: bool) -> Self:
        """Give these rules with some switches set."""
        return replace(self, **switches)


QUIRKS: tuple[str, ...] = tuple(each.name for each in fields(Rules))
"""The names of all switches, in the order of a run: reading, environment, spawning, decision, travel, output."""
