"""``--calibration FILE``: each run draws its move parameters from a calibration that was made before."""

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING

from havre.cli.displace_options import Asked, Note, Prepared, RulesName
from havre.errors import DisplacementError

if TYPE_CHECKING:
    from havre.displacement.calibrate import Calibration
    from havre.displacement.rules import Rules


@dataclass(frozen=True, eq=False)
class Calibrated:
    """A calibration as it is to be used.

    Attributes
    ----------
    path : where it was read from
    with_discrepancy : whether days after the fit get the spread by which forecasts have missed counts before
    """

    path: Path
    calibration: "Calibration"
    with_discrepancy: bool

    def facts(self) -> dict[str, object]:
        """Tell it in plain values."""
        return {
            "file": str(self.path),
            "fit_days": self.calibration.fit_days,
            "particles": int(self.calibration.weights.size),
            "parameters": list(self.calibration.values),
            "with_discrepancy": self.with_discrepancy,
        }


def with_calibration(path: Path, asked: Asked, prepared: Prepared) -> Prepared:
    """Read a calibration and run the instance by its rules.

    Raises
    ------
    DisplacementError : the file is no calibration, it is of another instance, or other rules were asked for
    """
    from havre.displacement.calibrate import check_fits
    from havre.displacement.calibrate_file import read_calibration

    calibration = read_calibration(path)
    check_fits(prepared.instance, calibration)
    name, switched = named_rules(calibration.rules)
    if (asked.rules != "flee" or asked.switches) and prepared.rules != calibration.rules:
        raise DisplacementError("displacement.cli.calibration_rules", path=path, rules=name)
    has = calibration.discrepancy is not None and prepared.days > calibration.fit_days and not asked.without_discrepancy
    key = "calibrated" if has else "calibrated_plain"
    told = {"path": path, "days": calibration.fit_days, "names": ", ".join(calibration.values)}
    note = Note(key, tuple(told.items()))
    return replace(
        prepared,
        rules_name=name,
        rules=calibration.rules,
        switched=switched,
        notes=(*prepared.notes, note),
        calibrated=Calibrated(path, calibration, has),
    )


def named_rules(rules: "Rules") -> "tuple[RulesName, dict[str, bool]]":
    """Describe rules by the nearer of the two sets, and the switches that are otherwise."""
    from havre.displacement.rules import Rules as AllRules

    states = {each.name: bool(getattr(rules, each.name)) for each in fields(rules)}
    name: RulesName = "flee" if 2 * sum(states.values()) >= len(states) else "documented"
    usual = AllRules.named(name)
    return name, {switch: on for switch, on in states.items() if on != getattr(usual, switch)}
