"""``havre audit`` prints the reference tables to the printed digits, in both languages, and refuses what cannot be."""

import json
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from tests.audit.decisions.made_logs import made_log, write_log
from tests.cli.command import run_here

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    def command(*arguments: str, lang: str = "en", code: int = 0) -> str:
        assert run_here(monkeypatch, "audit", *arguments, cwd=tmp_path, lang=lang) == code
        shown = capsys.readouterr()
        return shown.err if code else shown.out

    return command


def squeezed(text: str) -> str:
    return " ".join(text.split())


def test_wilson_intervals(run: Run) -> None:
    shown = squeezed(run("interval", "23/30", "11/15"))
    assert "59.1–88.2%" in shown
    assert "48.0–89.1%" in shown
    assert "no whole number" in run("interval", "75.55%@15")


def test_sixteen_questions(run: Run) -> None:
    shown = squeezed(run("questions", "--questions", "16", "--flags", "4", "--specificity", "0.7555"))
    assert "0 57.5%" in shown
    assert "Flags to expect: 3.9." in shown


def test_a_million_travellers(run: Run) -> None:
    shown = squeezed(run("rates", "--example", "iborderctrl").replace(",", ""))
    for base, ppv, flagged, honest in [
        ("0.10", "0.30", 244_992, 244_256), ("1.00", "2.95", 249_421, 242_055), ("5.00", "13.7", 269_105, 232_275),
        ("0.10", "0.32", 240_520, 239_760), ("0.10", "0.56", 150_700, 149_850),
    ]:  # fmt: skip
        before, _, after = shown.partition(f"{flagged} {honest}")
        assert after
        assert before.split("%")[-4:-2] == [before.split("%")[-4], f" {ppv}"]
        assert before.split("%")[-4].endswith(f" {base}")
    assert "not published" in shown


def test_rates_of_ones_own_are_no_claims_about_a_system_and_numbers_stay_whole(run: Run) -> None:
    rates = ("rates", "--sensitivity", "11/15", "--specificity", "12/15", "--base-rate", "0.1%..1%")
    assert run(*rates).startswith("What these rates mean for a million people\n")
    shown = run(*rates, lang="fr")
    assert shown.startswith("Ce que ces taux signifient pour un million de personnes\n")
    assert "(60\u202f430" in shown  # a line must not end within a number
    assert "99,3\u202f%" in shown


def test_searches_in_millions(run: Run) -> None:
    shown = squeezed(run("scale", "--gallery", "7e6", "--gallery", "3e8", "--gallery", "4e8"))
    for row in ("1e-06 0.9991 1.0000 1.0000", "1e-09 0.0070 0.2592 0.3297", "1e-12 7.00E-6 3.00E-4 4.00E-4",
                "FMR 1.43E-10 3.34E-12 2.50E-12", "FPIR 0.18% 7.24% * 9.53% *", "1,000 false hits",
                "Outside the tested range of 12,000,000"):  # fmt: skip
        assert row in shown
    assert "60,000 false hits" in run("scale", "--searches", "6e7")
    found = json.loads(
        run("scale", "--measured", "0.3%@30000", "--variation", "2", "--fnir", "1%", "--mated", "0.3", "--json")
    )
    low, high = found["carried_over"]["fpir"][-1]["interval"]
    assert low < found["carried_over"]["fpir"][-1]["fpir"] < high
    assert found["share_of_hits_on_top_percent"] > 0.1


def test_links_and_chains(run: Run) -> None:
    assert "34.3%" in run("links", "face=2,0.01,0.5", "name=2,0.1")
    assert "one heap" in run("links", "face=4,0.5")
    assert json.loads(run("chain", "0.8,0.9", "0.7,0.95", "--json"))["without_trait"]["lowest"] == pytest.approx(0.1)


def test_french(run: Run) -> None:
    assert "contesté" in run("rates", "--example", "iborderctrl", lang="fr")
    assert "Signalements à attendre" in run(
        "questions", "--questions", "16", "--flags", "4", "--specificity", "0.7", lang="fr"
    )


def test_claims_with_groups_and_contradictions(run: Run, tmp_path: Path) -> None:
    row = '[[claim]]\nname = "{}"\nsensitivity = "80%@900"\nspecificity = "{}"\n'
    row += 'source = "s"\ndate = "2020"\nstatus = "measured"\n'
    groups = '[claim.groups]\nwomen = {specificity = "800/1000"}\nmen = {specificity = "900/1000"}\n'
    text = row.format("one", "85%@2000") + groups + row.format("other", "70%@2000")
    (tmp_path / "claims.toml").write_text(text)
    shown = squeezed(run("rates", "--claims", "claims.toml", "--base-rate", "1%"))
    assert "women and men: their specificity differs" in shown
    assert "“one” and “other” contradict each other" in shown
    assert "198,000" in shown


def test_own_rates_and_a_range(run: Run) -> None:
    found = json.loads(
        run("rates", "--sensitivity", "11/15", "--specificity", "12/15", "--base-rate", "1%..5%", "--json")
    )
    ppv = found["claims"][0]["consequences"][0]["ppv"]
    assert ppv["interval"]["low"] < ppv["low"] < ppv["high"] < ppv["interval"]["high"]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [(("interval", "31/30"), "do not add up"), (("interval", "76%"), "sample size"), (("interval", "1/0"), "from none"),
     (("rates", "--sensitivity", "140%", "--specificity", "0.5"), "not a share"),
     (("rates", "--sensitivity", "0.5", "--specificity", "0.5", "--base-rate", "0"), "base rate of 0"),
     (("rates", "--sensitivity", "0.5"), "as many"), (("rates",), "either"),
     (("rates", "--example", "x"), "no example"),
     (("rates", "--claims", "none.toml"), "no such file"), (("scale", "--gallery", "0"), "gallery"),
     (("chain", "0.5"), "no check"), (("chain", "0.5,0.5", "--rule", "some"), "no rule"),
     (("links", "face"), "kind of link")],
)  # fmt: skip
def test_bad_input_is_told(run: Run, arguments: tuple[str, ...], word: str) -> None:
    assert word in squeezed(run(*arguments, code=2).replace("│", " "))


LOG = ("log", "log.parquet", "--automated", "automated", "--human", "human", "--score", "score", "--truth", "truth",
       "--group", "sex", "--group", "region", "--time", "day", "--seconds", "seconds")  # fmt: skip


@pytest.mark.parametrize(("lang", "words"), [("en", "sex: f"), ("fr", "signalé par le système")])
def test_a_decision_log(run: Run, tmp_path: Path, lang: str, words: str) -> None:
    write_log(made_log(3000, 1, gap=0.2), tmp_path)
    shown = run(*LOG, "--out", "audit.json", "--probability", lang=lang)
    assert words in shown
    found = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    assert found["rows"] == 3000
    assert {"f", "m"} == {row["group"] for row in found["groups"] if row["attribute"] == "sex"}
    assert json.loads(run(*LOG, "--json"))["settings"]["threshold"] == 10


@pytest.mark.parametrize(("lang", "title"), [("en", "by score and group"), ("fr", "par score et par groupe")])
def test_the_report_of_a_log_as_a_page(run: Run, tmp_path: Path, lang: str, title: str) -> None:
    write_log(made_log(1200, 1).with_columns(sex=pl.when(pl.col("sex") == "f").then(pl.lit("<b>[red]f"))), tmp_path)
    shown = squeezed(run(*LOG, "--out", "log.html", lang=lang))
    page = (tmp_path / "log.html").read_text(encoding="utf-8")
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{lang}">')
    assert title in page
    assert title in shown
    assert "<b>[red]f" in shown
    assert "&lt;b&gt;[red]f" in page
    assert "<b>" not in page
    assert "<script" not in page
    assert "http:" not in page.replace("http-equiv", "")


def test_rates_of_groups_as_csv(run: Run, tmp_path: Path) -> None:
    write_log(
        made_log(2000, 1).with_columns(truth=pl.when("automated").then("truth"), sex=pl.lit(None, pl.String)), tmp_path
    )
    shown = run(*LOG, "--out", "rates.csv")
    assert "Over everybody" in shown
    assert "(not known)" in shown
    assert (tmp_path / "rates.csv").read_text(encoding="utf-8").startswith("attribute,group,measure,of,that")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [((*LOG, "--out", "a.txt"), "must end in"), ((*LOG, "--threshold", "1"), "single persons"),
     ((*LOG, "--group", "name"), "describes persons"), (("log", "none.csv", "--human", "h"), "no such file"),
     (("experiment", "--largest", "0"), "gallery")],
)  # fmt: skip
def test_bad_logs_are_told(run: Run, tmp_path: Path, arguments: tuple[str, ...], word: str) -> None:
    write_log(made_log(100, 1).with_columns(name=pl.lit("x")), tmp_path)
    assert word in squeezed(run(*arguments, code=2))


def test_an_experiment(run: Run) -> None:
    shown = squeezed(run("experiment", "--largest", "50000", "--probes", "200", "--dimension", "16"))
    assert "6 of 6 counts" in shown
    assert "nothing can be concluded" in shown
    found = json.loads(run("experiment", "--largest", "20000", "--probes", "50", "--likeness", "0", "--json"))
    assert [row["gallery"] for row in found["measured"]] == [10_000] * 3 + [20_000] * 3


def test_a_sensor(run: Run, tmp_path: Path) -> None:
    sheet = 'name = "Drone"\n' + "".join(
        f'[{name}]\nvalue = "{value}"\nsource = "data sheet"\ndate = "2019"\n'
        for name, value in {"sweep_width_km": "2..3", "speed_kmh": "100", "availability": "0.5"}.items()
    )
    (tmp_path / "drone.toml").write_text(sheet)
    shown = squeezed(run("sensor", "drone.toml"))
    assert "100 – 150" in shown
    assert "cannot be concluded: not published" in shown
    assert json.loads(run("sensor", "drone.toml", "--json"))["help"] == "unknown"


def test_a_small_share_is_written_as_others_are(run: Run) -> None:
    sheet = Path(__file__).parents[2] / "examples/audit/vehicle-check.toml"
    assert "0.002% – 0.10%" in run("sensor", str(sheet))
    assert "0,002\u202f% – 0,10\u202f%" in run("sensor", str(sheet), lang="fr")
