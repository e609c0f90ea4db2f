"""A claim without source, date, status or a language is refused, and every fault is told at once."""

import re
from datetime import date
from pathlib import Path

import pytest

from havre.audit.register.checks import check_days
from havre.audit.register.load import read_register
from havre.errors import RegisterError
from tests.audit.register.small_register import ENTRY, claim, write_register

HEAD = 'status = "press"\nverification = "secondary"\nsource = "paper"\ndate = "2019-06"'


def problems_of(folder: Path, entry: str) -> list[str]:
    with pytest.raises(RegisterError) as caught:
        read_register(write_register(folder, entry))
    assert caught.value.message("fr") != caught.value.message("en")
    return [problem.key.removeprefix("register.") for problem in caught.value.problems]


def test_a_register_in_order_is_read(tmp_path: Path) -> None:
    register = read_register(write_register(tmp_path, ENTRY + claim()))
    assert [found.id for found in register.claims if not found.is_absent] == ["probe.accuracy"]
    assert register.claim("probe.accuracy").number == 0.76
    assert register.system(" PROBE ").name.fr == "Sonde"


@pytest.mark.parametrize("field", ["source", "date", "status", "verification", "field", "en", "fr"])
def test_a_claim_without_what_it_needs_is_refused(tmp_path: Path, field: str) -> None:
    lines = [line for line in claim().splitlines() if not line.startswith(f"{field} =")]
    with pytest.raises(RegisterError, match=rf"probe\.toml: claims\.probe\.accuracy: it lacks “{field}”"):
        read_register(write_register(tmp_path, ENTRY + "\n".join(lines)))


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ('source = "paper"', 'source = "nobody"', "no_source"),
        ('field = "accuracy.accuracy"', 'field = "accuracy.luck"', "no_field"),
        ('unit = "share"', 'unit = "miles"', "no_unit"),
        ('unit = "share"', "", "wrong_value"),
        ("value = 0.76", "", "wrong_value"),
        ('status = "press"', 'status = "true"', "not_one_of"),
        ('status = "press"', 'status = "not_found"', "wrong_value"),
        ('status = "press"', 'status = "refuted"', "refuted"),
        (HEAD, 'status = "computed"\nverification = "computed"\nsource = "notes"\ndate = "2026-10"', "computed"),
        ('date = "2019-06"', 'date = "spring 2019"', "wrong_value"),
        ('date = "2019-06"', 'date = "undated"', "wrong_value"),
        ('date = "2019-06"', 'date = "2024-99"', "wrong_value"),
        ('date = "2019-06"', 'date = "2026-11"', "date_later"),
        ('date = "2019-06"', 'date = "2018"', "date_not_its"),
        ('date = "2019-06"', 'date = "2019-06"\ndate_is = "read"', "date_not_its"),
        ('date = "2019-06"', 'date = "2019-06"\nlikes = 3', "unknown_field"),
        ('date = "2019-06"', 'date = "2019-06"\nrests_on = ["probe.gone"]', "reference"),
        ('fr = "Raison pour tant."', 'fr = "Right for so many."', "one_language"),
        ('fr = "Raison pour tant."', 'fr = " "', "wrong_value"),
        ('source = "paper"\ndate = "2019-06"', 'source = "notes"\ndate = "2026-10"', "editors"),
        ('status = "press"', 'status = "official"', "not_its_voice"),
        ('status = "press"', 'status = "judgment"', "not_its_voice"),
        ('status = "press"', 'status = "organisation"', "not_its_voice"),
    ],
)
def test_each_fault_is_told_by_its_name(tmp_path: Path, old: str, new: str, key: str) -> None:
    faulty = claim().replace(old, new)
    if key == "editors":
        faulty = faulty.replace('"secondary"', '"read"')
    assert faulty != claim()
    found = problems_of(tmp_path, ENTRY + faulty)
    assert [each for each in found if each != "topic_untold"] == [key]  # a faulty claim may leave its topic untold


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    first = claim("one").replace('source = "paper"', "")
    second = claim("two").replace('date = "2019-06"', "").replace('"press"', '"gossip"')
    assert sorted(problems_of(tmp_path, ENTRY + first + second)) == ["lacks", "lacks", "not_one_of"]


def test_no_organisation_law_firm_or_note_speaks_as_an_authority(tmp_path: Path) -> None:
    said = claim().replace('"press"', '"official"').replace('date = "2019-06"', 'date = "2026-10"\ndate_is = "read"')
    for source in ("old", "notes"):
        faulty = said.replace('source = "paper"', f'source = "{source}"')
        assert problems_of(tmp_path / source, ENTRY + faulty) == ["not_its_voice"]
    right = said.replace('source = "paper"', 'source = "old"').replace('"official"', '"organisation"')
    assert read_register(write_register(tmp_path / "right", ENTRY + right))


@pytest.mark.parametrize("status", ["measured", "legal_requirement", "guidance"])
def test_what_a_newspaper_reports_was_not_read_where_it_stands_first(tmp_path: Path, status: str) -> None:
    reported = claim().replace('"press"', f'"{status}"')
    told = [] if status == "measured" else ["topic_untold"]  # a rate that is required is no measured one
    faulty = reported.replace('"secondary"', '"read"')
    assert problems_of(tmp_path / "read", ENTRY + faulty) == ["read_elsewhere", *told]
    entry = ENTRY if status == "measured" else ENTRY.replace('"purpose",', '"purpose", "error-rates",')
    assert read_register(write_register(tmp_path / "reported", entry + reported))


def test_an_undated_source_says_nothing_on_a_day_of_its_own(tmp_path: Path) -> None:
    undated = claim().replace('source = "paper"', 'source = "old"').replace('"press"', '"organisation"')
    assert problems_of(tmp_path / "stated", ENTRY + undated) == ["date_unknown"]
    read = undated.replace('date = "2019-06"', 'date = "2026-10"\ndate_is = "read"\nas_of = "2019"')
    assert read_register(write_register(tmp_path / "read", ENTRY + read)).claim("probe.accuracy").as_of == "2019"


def test_the_day_of_application_may_lie_ahead_but_not_the_day_of_the_statement(tmp_path: Path) -> None:
    ahead = claim().replace('date = "2019-06"', 'date = "2019-06"\napplies_from = "2030-12-31"')
    assert read_register(write_register(tmp_path, ENTRY + ahead)).claim("probe.accuracy").applies_from == "2030-12-31"


def test_what_was_not_found_refutes_nothing(tmp_path: Path) -> None:
    wrong = claim().replace('"press"', '"refuted"').replace("en = ", 'refuted_by = ["probe.unknown-sample"]\nen = ', 1)
    both = ENTRY.replace('"purpose",', '"purpose", "error-rates",') + wrong
    assert problems_of(tmp_path, both) == ["refuted_by_nothing"]


def test_a_system_tells_every_topic_or_says_that_nothing_is_recorded(tmp_path: Path) -> None:
    untold = ENTRY.replace('"sample", ', "")
    assert problems_of(tmp_path / "untold", untold + claim()) == ["topic_untold"]
    twice = ENTRY.replace('"purpose",', '"purpose", "error-rates",')
    assert problems_of(tmp_path / "twice", twice + claim()) == ["told_after_all"]
    unknown = ENTRY.replace('"purpose",', '"purpose", "luck",')
    assert problems_of(tmp_path / "luck", unknown + claim()) == ["no_topic"]
    context = re.sub(r"not_recorded = \[[^]]*\]", "", ENTRY).replace('"system"', '"context"')
    assert len(list(read_register(write_register(tmp_path / "context", context + claim())).claims)) == 1


def test_what_nobody_recorded_is_a_claim_without_a_value(tmp_path: Path) -> None:
    register = read_register(write_register(tmp_path, ENTRY + claim()))
    found = register.claim("probe.unknown-threshold")
    assert (found.status, found.value, found.field, found.is_unverified) == (
        "not_recorded", None, "accuracy.threshold", False,
    )  # fmt: skip
    assert found.text("fr") == "Le seuil utilisé n’est pas consigné ici."
    assert (register.counts()["claims"], register.counts()["unknown"]) == (1, 12)


def test_an_entry_that_was_checked_tomorrow_is_refused(tmp_path: Path) -> None:
    register = read_register(write_register(tmp_path, ENTRY + claim()))
    check_days(register, date(2026, 10, 1))
    with pytest.raises(RegisterError, match="checked on 2026-10, which is still to come on 2026-09-30"):
        check_days(register, date(2026, 9, 30))


def test_a_contested_rule_needs_its_other_reading(tmp_path: Path) -> None:
    one = claim("one", '"2026-06-12"').replace("accuracy.accuracy", "law.applies").replace('"share"', '"date"')
    one = one.replace('"press"', '"disputed"\nreading = "letter"')
    entry = ENTRY.replace('"purpose",', '"purpose", "error-rates",')
    assert problems_of(tmp_path / "one", entry + one) == ["one_reading"]
    other = one.replace("claims.one", "claims.other").replace('"letter"', '"purpose"')
    assert read_register(write_register(tmp_path / "both", entry + one + other))


def test_an_audit_needs_claims_that_are_numbers(tmp_path: Path) -> None:
    audit = '\n[[audits]]\nkind = "screening"\nid = "a"\nsensitivity = "probe.accuracy"\nspecificity = "{}"\n'
    audit += "base_rates = [0.01]\n"
    good = read_register(write_register(tmp_path / "good", ENTRY + audit.format("probe.accuracy") + claim()))
    assert good.entries["probe"].audits[0].kind == "screening"
    assert problems_of(tmp_path / "bad", ENTRY + audit.format("probe.gone") + claim()) == ["reference"]


def test_a_reply_is_kept_with_what_it_is_about(tmp_path: Path) -> None:
    reply = (
        '\n[[replies]]\nauthor = "Maker"\ndate = "2026-11-02"\nabout = ["probe.accuracy"]\nen = "No."\nfr = "Non."\n'
    )
    register = read_register(write_register(tmp_path / "good", ENTRY + reply + claim()))
    assert register.entries["probe"].replies[0].about == ("probe.accuracy",)
    assert problems_of(tmp_path / "bad", ENTRY + reply.replace(".accuracy", ".x") + claim()) == ["reference"]


@pytest.mark.parametrize("content", [b"id = ", "id = 'é'".encode("latin-1")])
def test_a_file_that_is_not_toml_is_told(tmp_path: Path, content: bytes) -> None:
    folder = write_register(tmp_path, ENTRY + claim())
    (folder / "entries" / "other.toml").write_bytes(content)
    with pytest.raises(RegisterError, match=r"other\.toml: cannot be read as TOML"):
        read_register(folder)


def test_an_unknown_system_is_told_with_the_known_ones(tmp_path: Path) -> None:
    with pytest.raises(RegisterError, match=r"“oracle” is not in the register; known are probe"):
        read_register(write_register(tmp_path, ENTRY + claim())).system("oracle")
