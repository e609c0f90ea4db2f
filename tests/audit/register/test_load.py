"""A claim without source, date, status or a language is refused, and every fault is told at once."""

from pathlib import Path

import pytest

from havre.audit.register.load import read_register
from havre.errors import RegisterError
from tests.audit.register.small_register import ENTRY, claim, write_register


def problems_of(folder: Path, entry: str) -> list[str]:
    with pytest.raises(RegisterError) as caught:
        read_register(write_register(folder, entry))
    assert caught.value.message("fr") != caught.value.message("en")
    return [problem.key.removeprefix("register.") for problem in caught.value.problems]


def test_a_register_in_order_is_read(tmp_path: Path) -> None:
    register = read_register(write_register(tmp_path, ENTRY + claim()))
    assert [found.id for found in register.claims] == ["probe.accuracy"]
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
        ('status = "press"', 'status = "computed"', "computed"),
        ('date = "2019-05"', 'date = "spring 2019"', "wrong_value"),
        ('date = "2019-05"', 'date = "undated"', "wrong_value"),
        ('date = "2019-05"', 'date = "2019-05"\nlikes = 3', "unknown_field"),
        ('date = "2019-05"', 'date = "2019-05"\nrests_on = ["probe.gone"]', "reference"),
        ('fr = "Raison pour tant."', 'fr = "Right for so many."', "one_language"),
        ('fr = "Raison pour tant."', 'fr = " "', "wrong_value"),
        ('source = "paper"\n', 'source = "notes"\n', "editors"),
    ],
)
def test_each_fault_is_told_by_its_name(tmp_path: Path, old: str, new: str, key: str) -> None:
    faulty = claim().replace(old, new)
    if key == "editors":
        faulty = faulty.replace('"secondary"', '"read"')
    assert faulty != claim()
    assert problems_of(tmp_path, ENTRY + faulty) == [key]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    first = claim("one").replace('source = "paper"', "")
    second = claim("two").replace('date = "2019-05"', "").replace('"press"', '"gossip"')
    assert sorted(problems_of(tmp_path, ENTRY + first + second)) == ["lacks", "lacks", "not_one_of"]


def test_a_contested_rule_needs_its_other_reading(tmp_path: Path) -> None:
    one = claim("one", '"2026-06-12"').replace("accuracy.accuracy", "law.applies").replace('"share"', '"date"')
    one = one.replace('"press"', '"disputed"\nreading = "letter"')
    assert problems_of(tmp_path / "one", ENTRY + one) == ["one_reading"]
    other = one.replace("claims.one", "claims.other").replace('"letter"', '"purpose"')
    assert read_register(write_register(tmp_path / "both", ENTRY + one + other))


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
