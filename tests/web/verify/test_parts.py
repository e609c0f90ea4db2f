"""The parts of the browser's verification give what their Python twins give."""

import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import rfc8785

from havre.errors import RecordError
from havre.record.log.entries import KINDS, Entry, parse_entry
from havre.record.log.merkle import consistency_proof, inclusion_proof, leaf_hash, nodes_over, tree_root
from havre.record.log.tiles import bundle_path, levels, tile_path, width_of
from tests.record.log.log_case import KEY
from tests.web.verify.node_case import answers_of, modules_in

NUMBERS = ("0", "-1.5", "1e21", "1e-7", "333333333.33333329", "4.50", "2e-3", "0.000000000000000000000000001", "1e20")
TEXTS = ('"€ \\u0007 \\u2028 \\\\ \\" /"', '{"b":1,"a":[true,null],"\\ufb33":2,"😀":3,"__proto__":4}', '""')


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return modules_in(tmp_path_factory.mktemp("parts"))


def test_roots_and_proofs_are_those_of_python_and_nothing_else_fits(modules: Path) -> None:
    rng = random.Random(3)  # noqa: S311 - sizes, not secrets
    sizes = [*range(1, 18), 255, 256, 257, 300]
    cases = [(size, rng.randrange(size), rng.randrange(size + 1)) for size in sizes for _ in range(3)]
    leaves = [f"entry {number}".encode() for number in range(max(sizes))]
    asked = [
        {"run": "proofs", "leaves": [leaf.hex() for leaf in leaves[:size]], "index": index, "old": old}
        for size, index, old in cases
    ]
    for (size, index, old), found in zip(cases, answers_of(modules, asked), strict=True):
        node = nodes_over([leaf_hash(leaf) for leaf in leaves[:size]])
        assert found["root"] == tree_root(size, node).hex()
        assert found["inclusion"] == [each.hex() for each in inclusion_proof(index, size, node)]
        assert found["consistency"] == [each.hex() for each in consistency_proof(old, size, node)]
        # From an empty log everything begins, whatever its root.
        wrong = [False, False, False, old == 0, False]
        assert (found["right"], found["wrong"]) == ([True, True], wrong), (size, index, old)


def test_paths_widths_and_kinds_are_those_of_python(modules: Path) -> None:
    places = [(0, 0, 3), (1, 5, 17), (0, 999, 256), (2, 1000, 256), (0, 1234067, 1)]
    sizes = [(0, 0, 0), (1, 0, 0), (256, 0, 1), (65_536, 2, 0), (5_000_000_000, 1, 76_293), (2**40 + 7, 0, 2**32)]
    asked: list[dict[str, Any]] = [{"run": "kinds"}]
    asked += [{"run": "paths", "level": level, "index": index, "width": width} for level, index, width in places]
    asked += [{"run": "widths", "size": size, "level": level, "index": index} for size, level, index in sizes]
    kinds, *found = answers_of(modules, asked)
    assert kinds == list(KINDS)
    expected: list[Any] = [[tile_path(*place), bundle_path(*place[1:])] for place in places]
    assert found == expected + [[width_of(*size), levels(size[0])] for size in sizes]


def test_canonical_json_is_that_of_the_standard(modules: Path) -> None:
    import json

    texts = [*NUMBERS, *TEXTS, f"[{','.join(NUMBERS[:8])}]"]
    asked = [{"run": "canonical", "text": text} for text in texts if text != "1e20"]
    expected = [rfc8785.dumps(json.loads(text)).decode() for text in texts if text != "1e20"]
    assert answers_of(modules, asked) == expected


def test_entries_are_taken_and_refused_as_by_python(modules: Path) -> None:
    at = datetime(2026, 11, 24, 12, tzinfo=UTC)
    good = Entry("correction", at, "r-1", "id-1", {"value": 1.5, "text": "é"}).canonical()
    tried = [
        good,
        good + b"\n",
        b" " + good,
        b"\xef\xbb\xbf" + good,
        good.replace("é".encode(), b"\xe9"),
        good.replace("é".encode(), b"\\u00e9"),
        good.replace("é".encode(), b"\\ud800"),
        good.replace(b"1.5", b"1.50"),
        good.replace(b"1.5", b"9007199254740991"),
        good.replace(b"1.5", b"9007199254740992"),
        good.replace(b"1.5", b"1e+21"),
        good.replace(b"1.5", b"NaN"),
        good.replace(b"correction", b"corrected"),
        good.replace(b"2026-11-24", b"2026-11-31"),
        good.replace(b"2026-11-24", b"2026-13-24"),
        good.replace(b'"r-1"', b'""'),
        good.replace(b'"r-1"', b'"' + "é".encode() * 200 + b'"'),
        good.replace(b'"r-1"', b'"' + "é".encode() * 201 + b'"'),
        good.replace(b'"id-1"', b"7"),
        good.replace(b"havre-log-entry/1", b"havre-log-entry/2"),
        good[:-1] + b',"z":1}',
        b"{}",
        b"[]",
        b"",
    ]

    def taken(data: bytes) -> bool:
        try:
            parse_entry(data)
        except RecordError:
            return False
        return True

    found = answers_of(modules, [{"run": "entry", "data": data.hex()} for data in tried])
    expected = [taken(data) for data in tried]
    assert [each is True for each in found] == expected
    assert sum(expected) == 4
    assert set(found) == {True, "verify.fault.entry"}


def test_signatures_and_what_is_no_key(modules: Path) -> None:
    key, text = KEY.verifier.key.hex(), b"text"
    signature = KEY.sign(text).hex()
    asked = [
        {"run": "lacking"},
        {"run": "signed", "key": key, "signature": signature, "text": text.hex()},
        {"run": "signed", "key": key, "signature": signature, "text": b"texu".hex()},
        {"run": "signed", "key": key, "signature": signature[2:], "text": text.hex()},
        {"run": "signed", "key": "ff" * 32, "signature": signature, "text": text.hex()},
        {"run": "signed", "key": key[2:], "signature": signature, "text": text.hex()},
    ]
    assert answers_of(modules, asked) == [None, True, False, False, False, False]
