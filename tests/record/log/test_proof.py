"""A proof is of one entry in one log, and no byte of it can be changed."""

from pathlib import Path

import pytest

from havre.errors import RecordError
from havre.record.log.proof import check_proof, parse_proof, prove
from tests.record.log.log_case import KEY, ORIGIN, OTHER, made_log


def test_no_byte_of_a_proof_can_be_changed(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (5,))
    proof = prove(log, 2).encode()
    assert check_proof(log.entry(2), parse_proof(proof), [KEY.verifier]).signed_by == (ORIGIN,)
    for at in range(len(proof)):
        for bit in (0, 3, 6):
            changed = proof[:at] + bytes([proof[at] ^ 1 << bit]) + proof[at + 1 :]
            with pytest.raises(RecordError):
                check_proof(log.entry(2), parse_proof(changed), [KEY.verifier])


@pytest.mark.parametrize("number", ["05", "²", "", "-1", "9" * 5000])
def test_a_number_is_written_the_only_way_there_is(tmp_path: Path, number: str) -> None:
    whole = prove(made_log(tmp_path / "log", (8,)), 5).encode()
    with pytest.raises(RecordError):
        parse_proof(whole.replace(b"index 5", f"index {number}".encode()))


def test_a_proof_is_of_one_entry_only(tmp_path: Path) -> None:
    log = made_log(tmp_path / "log", (5,))
    with pytest.raises(RecordError, match="does not show"):
        check_proof(log.entry(3), prove(log, 2), [KEY.verifier])
    with pytest.raises(RecordError, match="none of the keys"):
        check_proof(log.entry(2), prove(log, 2), [OTHER.verifier])
    with pytest.raises(RecordError, match="not of"):
        check_proof(log.entry(2), prove(log, 2), [KEY.verifier], origin="other")
    with pytest.raises(RecordError, match="no entry or size 5"):
        prove(log, 5)
