"""``havre displace calibrate`` fits the first days and is judged on the others; its result runs and validates."""

import csv
import json
from pathlib import Path

import pytest

from havre.cli.displace_calibrate import verdict
from havre.cli.displace_calibrated import named_rules
from havre.cli.displace_show import full_cell
from havre.displacement.calibrate_file import read_calibration
from havre.displacement.rules import Rules
from havre.errors import DisplacementError, FileError
from havre.texts import LANGUAGES, catalogue
from tests.cli.command import speaking
from tests.cli.displace_case import Command, command, told, write

EXAMPLE = Path(__file__).parents[2] / "examples" / "displacement" / "arvania"
LITTLE = ("--population", "10", "--generations", "1", "--replicas", "20", "--workers", "1")
PRIORS = """defaults = false
default_movechance = { kind = "log-uniform", low = 0.1, high = 1.0 }
distance_power = { kind = "uniform", low = 0.0, high = 3.0 }
"""


@pytest.fixture
def calibrate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "priors.toml").write_text(PRIORS)
    return command(monkeypatch, "calibrate")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Give a calibration of the example that was made from the command line, and what was shown."""
    folder = tmp_path_factory.mktemp("calibration")
    (folder / "priors.toml").write_text(PRIORS)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        ran = command(patch, "calibrate")(EXAMPLE, *LITTLE, "--priors", "priors.toml", "--out", "fit.json")
    assert ran.exit_code == 0, (ran.output, ran.exception)
    return folder / "fit.json", " ".join(ran.stdout.split())


@pytest.fixture(scope="module")
def kept(made: tuple[Path, str]) -> Path:
    return made[0]


def test_json_and_file_say_the_same(calibrate: Command, tmp_path: Path) -> None:
    asked = ("--priors", "priors.toml", "--fit-days", "70", "--out", "fit.json", "--json")
    found = told(calibrate(EXAMPLE, *LITTLE, *asked))
    read = read_calibration(tmp_path / "fit.json")
    assert found["calibration"] == json.loads(json.dumps(read.summary()))
    assert found["calibration"]["fit_days"] == 70
    assert list(found["calibration"]["parameters"]) == ["default_movechance", "distance_power"]
    methods = [row["method"] for row in found["calibration"]["scores"]]
    assert methods[:4] == ["settings", "code_defaults", "calibrated", "calibrated_with_discrepancy"]
    assert "constant_share" in methods
    assert "resources" not in found  # they differ from run to run: they stand on standard error


def test_parameters_and_scores_are_told(made: tuple[Path, str]) -> None:
    words = ("Move parameters", "default_movechance", "which were not fitted", "constant share of all camps",
             "On days not fitted the calibrated parameters are", "conditional on the arrivals", "fit.json")  # fmt: skip
    assert [word for word in words if word not in made[1]] == []


def test_where_all_days_are_fitted_nobody_knows_how_good_it_is(calibrate: Command) -> None:
    whole = (*LITTLE, "--priors", "priors.toml", "--fit-share", "1")
    shown = " ".join(calibrate(EXAMPLE, *whole, lang="fr").stdout.split())
    assert "Paramètres de mouvement" in shown
    assert "il n’en reste aucun pour juger" in shown
    assert "non ajustés" not in shown


def test_every_forecast_of_the_table_has_its_words_in_both_languages(kept: Path) -> None:
    methods = {f"calibrate.method.{row['method']}" for row in read_calibration(kept).scores}
    for spoken in LANGUAGES:
        assert methods <= set(catalogue("displace", spoken))


def judged(kept: Path, ard: dict[str, float], fitted: float) -> str:
    """Give the verdict on a calibration with these scores; others score 0.5."""
    found = read_calibration(kept)
    scores = [dict(row) for row in found.scores]
    for row in scores:
        row["ard"] = ard.get(str(row["method"]), 0.5)
        row["fit_ard"] = {"settings": 0.6, "calibrated": fitted}.get(str(row["method"]))
    return verdict(type(found)(**{**vars(found), "scores": tuple(scores)}))


def test_a_loss_is_told_like_beside_like(kept: Path) -> None:
    # As a small calibration of the example came out: only the correction is better than the settings without it.
    ard = {"calibrated": 0.2620, "settings": 0.2152, "calibrated_with_discrepancy": 0.1131,
           "settings_with_discrepancy": 0.1128, "last_value": 0.1}  # fmt: skip
    assert judged(kept, ard, 0.62) == (
        "On days not fitted the calibrated parameters are no better than those of the settings (ARD). "
        "Runs alone: 0.2620 against 0.2152. "
        "Both with past misses, which let any forecast begin at what was counted last: 0.1131 against 0.1128. "
        "Even on the fitted days themselves they are no better: 0.6200 against 0.6000; a larger --population and more "
        "--generations may help. "
        "Best of all: last count, 0.1000."
    )


def test_a_win_is_told_and_a_mixed_result(kept: Path) -> None:
    won = {"calibrated": 0.1, "settings": 0.2, "calibrated_with_discrepancy": 0.05, "settings_with_discrepancy": 0.06}
    said = judged(kept, won, 0.4)
    assert "are better than those of the settings" in said
    assert "Best of all" not in said
    assert "themselves: 0.4000 against 0.6000" in said
    assert "in one way of forecasting only" in judged(kept, {**won, "calibrated": 0.3}, 0.4)


def test_the_verdict_has_a_decimal_comma_in_french(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with speaking(monkeypatch, "fr"):
        assert "0,2620 contre 0,2152" in judged(kept, {"calibrated": 0.2620, "settings": 0.2152}, 0.62)


def test_runs_draw_their_parameters_from_it(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = command(monkeypatch, "run")
    plain = told(run(EXAMPLE, "--json"))
    drawn = told(run(EXAMPLE, "--calibration", kept, "--json"))
    without = told(run(EXAMPLE, "--calibration", kept, "--without-discrepancy", "--json"))
    assert plain["calibration"] is None
    assert drawn["calibration"]["fit_days"] == 60
    assert (drawn["calibration"]["with_discrepancy"], without["calibration"]["with_discrepancy"]) == (True, False)
    widths = [each["camps"][1]["last_day"]["high"] - each["camps"][1]["last_day"]["low"] for each in (plain, drawn)]
    assert widths[1] > 2 * widths[0]
    assert drawn["draws_sha256"] != without["draws_sha256"]
    assert any(str(kept) in note for note in drawn["notes"])
    assert run(EXAMPLE, "--calibration", kept, "--map", "map.svg").exit_code == 2


def test_the_seam_is_marked_and_no_camp_fills_by_it(
    kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run = command(monkeypatch, "run")
    files = ("--out", tmp_path / "out", "--picture", tmp_path / "c.svg")
    found = told(run(EXAMPLE, "--calibration", kept, *files, "--json"))
    sorra = found["forecast"]["camps"][0]
    assert (found["forecast"]["from"], sorra["camp"]) == ("2031-04-30", "Sorra")
    assert (sorra["counted_last"], sorra["counted_on"]) == (2_720, "2031-04-28")
    alone = found["forecast"]["in_camps_without_past_misses"]
    assert alone["low"] < alone["high"] < found["people"]["displaced"]["median"]
    rows = list(csv.DictReader((tmp_path / "out" / "camps.csv").read_text(encoding="utf-8").splitlines()))
    of_sorra = [row for row in rows if row["camp"] == "Sorra"]
    assert [row["part"] for row in of_sorra] == ["fit"] * 60 + ["forecast"] * 60
    assert [float(of_sorra[day]["quantile_0.5"]) for day in (59, 60)] == [sorra["simulated_before"], sorra["forecast"]]
    # What bounds the forecast is what it is said to hold.
    assert {row["capacity_in_force"] for row in of_sorra[60:]} == {"3200"}
    assert all(float(row["quantile_0.975"]) <= 3_200 for row in of_sorra[60:])
    drawn = (tmp_path / "c.svg").read_text(encoding="utf-8")
    assert "fitted up to here" in drawn
    assert "The forecast begins on 2031-04-30" in drawn
    shown = " ".join(run(EXAMPLE, "--calibration", kept).stdout.split())
    assert "Sorra " in shown.partition("each curve jumps there")[2]
    assert "(counted 2,720 on 2031-04-28)" in shown
    assert "when the forecast begins" in shown
    assert told(run(EXAMPLE, "--calibration", kept, "--without-discrepancy", "--json"))["forecast"] is None


def test_a_camp_full_at_the_seam_is_not_said_to_fill_on_that_day(monkeypatch: pytest.MonkeyPatch) -> None:
    full = {"from": "2031-04-30", "median": "2031-04-30", "to": None, "chance": 0.9}
    with speaking(monkeypatch, "en"):
        assert full_cell(full, "2031-04-30").startswith("from 2031-04-30 or before, when the forecast begins, or never")
        assert (
            full_cell({**full, "to": "2031-04-30"}, "2031-04-30") == "before or on 2031-04-30, when the forecast begins"
        )
        assert full_cell({**full, "to": "2031-05-02"}, "2031-04-30").startswith("by 2031-05-02; in some runs before")
        assert full_cell(full, "2031-04-29") == "from 2031-04-30, or never (90 % of runs fill)"


def test_it_is_validated_on_the_days_that_were_not_fitted(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    validate = command(monkeypatch, "validate")
    found = told(validate(EXAMPLE, "--calibration", kept, "--replicas", "20", "--json"))
    assert found["validation"]["first_day"] == 60
    assert found["validation"]["coverage"]["coverage_95"] > 0
    earlier = told(validate(EXAMPLE, "--calibration", kept, "--replicas", "20", "--from-day", "30", "--json"))
    assert earlier["validation"]["first_day"] == 30
    assert "not of wrong rules" not in validate(EXAMPLE, "--calibration", kept, "--replicas", "20").stdout


def test_what_does_not_fit_is_refused(kept: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    run = command(monkeypatch, "run")
    other = run(write(tmp_path / "small"), "--calibration", kept)
    assert isinstance(other.exception, DisplacementError)
    rules = run(EXAMPLE, "--calibration", kept, "--rules", "documented")
    assert isinstance(rules.exception, DisplacementError)
    assert "flee" in rules.exception.message()
    assert isinstance(run(EXAMPLE, "--calibration", tmp_path / "none.json").exception, DisplacementError)


def test_a_file_is_not_replaced(kept: Path, calibrate: Command) -> None:
    assert isinstance(calibrate(EXAMPLE, "--out", kept).exception, FileError)
    assert isinstance(calibrate(EXAMPLE, "--out", "no-such-folder/fit.json").exception, FileError)


def test_rules_are_named_by_the_nearer_set() -> None:
    assert named_rules(Rules.flee()) == ("flee", {})
    assert named_rules(Rules.documented()) == ("documented", {})
    assert named_rules(Rules.flee().switched(full_is_uniform=False)) == ("flee", {"full_is_uniform": False})
    assert named_rules(Rules.documented().switched(strict_arrival=True)) == ("documented", {"strict_arrival": True})
