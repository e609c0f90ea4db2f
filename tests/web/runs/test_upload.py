"""What is taken of an upload, and what is refused before anything of it is written."""

import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from havre.errors import HavreError
from havre.web.runs.upload import MOST_FILES, MOST_UNPACKED, pack, read_upload, unpack
from havre.web.settings import WebError
from tests.properties import examples
from tests.web.runs.run_case import archive, arvania

MOST = 1_000_000
PLACES = "#name,region,country,latitude,longitude,location_type,conflict_date,population\n"


def keys(sent: list[tuple[str, bytes]], most: int = MOST) -> set[str]:
    with pytest.raises(WebError) as refused:
        read_upload(sent, most)
    return {problem.key for problem in refused.value.problems}


def packed(name: str, content: bytes = b"a,b\n", **changes: object) -> bytes:
    """An archive with an instance and one more entry, of which something is changed."""
    made = BytesIO(archive(arvania()))
    with zipfile.ZipFile(made, "a") as file:
        entry = zipfile.ZipInfo(name)
        for key, value in changes.items():
            setattr(entry, key, value)
        file.writestr(entry, content)
    return made.getvalue()


def test_an_archive_with_or_without_a_folder_is_an_instance() -> None:
    for folder in ("", "arvania/", "some/where/arvania/"):
        assert read_upload([("x.zip", archive(arvania(), folder))], MOST).files == arvania()


@pytest.mark.parametrize("folder", ["", "x.csv/"])
def test_a_file_that_is_a_folder_too_is_refused(folder: str) -> None:
    more = {"x.csv": b"a,b\n"} if folder else {"input_csv/x.csv": b"a\n", "input_csv/x.csv/y.csv": b"a\n"}
    made = BytesIO(archive(arvania(), folder))
    with zipfile.ZipFile(made, "a") as file:
        for name, content in more.items():
            file.writestr(name, content)
    assert keys([("x.zip", made.getvalue())]) == {"web.run.folder"}


def test_files_one_by_one_are_put_where_they_belong() -> None:
    sent = [(name.rsplit("/", maxsplit=1)[-1], content) for name, content in arvania().items()]
    assert read_upload(sent, MOST).files == arvania()


def test_what_is_not_of_an_instance_is_told_as_not_used() -> None:
    more = {"README.md": b"read", "__MACOSX/x.csv": b"x", ".DS_Store": b"x", "notes.docx": b"PK"}
    found = read_upload([("x.zip", archive(arvania() | more, ""))], MOST)
    assert (found.files, found.unused) == (arvania(), ("README.md", "notes.docx"))


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "C:evil.csv", "input_csv/../../x.csv"]
)
def test_paths_out_of_the_archive_are_refused(name: str) -> None:
    assert keys([("x.zip", packed(name))]) == {"web.run.path"}


def test_links_and_devices_are_refused() -> None:
    for kind in (0o120777, 0o020666, 0o010666):
        entry = packed("arvania/link.csv", b"/etc/passwd", external_attr=kind << 16, create_system=3)
        assert keys([("x.zip", entry)]) == {"web.run.link"}


def test_a_bomb_is_noticed_without_unpacking_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read = zipfile.ZipExtFile.read
    unpacked: list[int] = []

    def watched(file: zipfile.ZipExtFile, n: int | None = -1) -> bytes:
        found = read(file, n)
        unpacked.append(len(found))
        return found

    monkeypatch.setattr(zipfile.ZipExtFile, "read", watched)
    bomb = packed("arvania/source_data/bomb.csv", b"0" * 60_000_000, compress_type=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 100_000
    assert keys([("x.zip", bomb)]) == {"web.run.too_large"}
    assert sum(unpacked) <= MOST * MOST_UNPACKED + 1


def test_what_an_archive_says_of_its_sizes_is_not_believed() -> None:
    content = archive({"big.csv": b"0" * 9_000_000}, "")
    lying = content.replace((9_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert keys([("x.zip", lying)]) <= {"web.run.damaged", "web.run.too_large"}


def test_too_many_files_are_refused() -> None:
    many = {f"{number}.csv": b"" for number in range(MOST_FILES + 1)}
    assert keys([("x.zip", archive(many))]) == {"web.run.too_many"}


def test_encrypted_and_unusually_packed_files_are_refused() -> None:
    made = bytearray(archive({"a.csv": b"1"}, ""))
    made[made.index(b"PK\x01\x02") + 8] |= 1
    assert keys([("x.zip", bytes(made))]) == {"web.run.encrypted"}
    assert keys([("x.zip", packed("arvania/b.csv", compress_type=zipfile.ZIP_LZMA))]) == {"web.run.compression"}


def test_tables_of_persons_are_refused() -> None:
    people = arvania() | {"input_csv/agents.csv": b"#location,age\nLindra,30\n"}
    assert keys([("x.zip", archive(people))]) == {"web.run.agents", "panel.personal_column"}
    named = arvania() | {"source_data/sorra.csv": b"Date,Count,first_name,passport_no\n"}
    assert keys([("x.zip", archive(named))]) == {"panel.personal_column"}


def test_places_may_have_names_and_positions_and_nothing_more_of_a_person() -> None:
    places = arvania()["input_csv/locations.csv"].decode().splitlines()
    wrong = "\n".join([f"{places[0]},phone", *(f"{row},1" for row in places[1:])]).encode()
    assert keys([("x.zip", archive(arvania() | {"input_csv/locations.csv": wrong}))]) == {"panel.personal_column"}


def test_a_count_of_refugees_is_no_number_of_a_refugee() -> None:
    rows = arvania()["source_data/refugees.csv"].split(b"\n", maxsplit=1)[1]
    counts = arvania() | {"source_data/refugees.csv": b"Date,Refugee_numbers\n" + rows}
    assert read_upload([("x.zip", archive(counts))], MOST).files == counts
    people = arvania() | {"source_data/refugees.csv": b"Date,Refugee_numbers,Age\n" + rows}
    assert keys([("x.zip", archive(people))]) == {"panel.personal_column"}


def test_text_that_is_not_utf_8_is_told_with_its_row() -> None:
    for content, key in (
        ("#name\nOrléans\n".encode("latin-1"), "web.run.encoding"),
        ("#name\n".encode("utf-16"), "web.run.not_text"),
        (b"a\0b", "web.run.not_text"),
    ):
        assert keys([("x.zip", archive(arvania() | {"input_csv/closures.csv": content}))]) == {key}
    with pytest.raises(WebError, match="row 2"):
        read_upload([("x.zip", archive(arvania() | {"input_csv/closures.csv": b"#a\n\xe9\n"}))], MOST)


def test_one_instance_at_a_time_and_not_none() -> None:
    two = {f"{name}/{path}": content for name in ("a", "b") for path, content in arvania().items()}
    assert keys([("x.zip", archive(two, ""))]) == {"web.run.several"}
    assert keys([("x.csv", b"1,2")]) == {"web.run.no_locations"}
    assert keys([]) == keys([("", b"")]) == {"web.run.nothing"}


def test_all_faults_are_told_at_once_but_not_endlessly() -> None:
    wrong = arvania() | {f"source_data/{number}.csv": b"\xff" for number in range(30)}
    with pytest.raises(WebError) as refused:
        read_upload([("x.zip", archive(wrong))], MOST)
    assert len(refused.value.problems) == 13
    assert refused.value.problems[-1].key == "web.run.more"


@given(st.binary(max_size=400), st.integers(0, 2_000), st.sampled_from(["cut", "flip", "random"]))
@settings(max_examples=examples(150), deadline=None)
def test_damaged_archives_are_refused_in_words(noise: bytes, at: int, kind: str) -> None:
    good = archive(arvania())
    place = at % len(good)
    sent = {
        "cut": good[:place],
        "flip": good[:place] + bytes([good[place] ^ 0x55]) + good[place + 1 :],
        "random": b"PK\x03\x04" + noise,
    }[kind]
    told = "taken"
    try:
        read_upload([("x.zip", sent)], MOST)
    except HavreError as error:
        told = error.message("fr")
    assert told


def test_what_is_kept_is_what_was_checked() -> None:
    assert unpack(pack(arvania())) == arvania()


def test_the_instance_of_the_package_is_that_of_the_examples() -> None:
    examples = Path(__file__).parents[3] / "examples" / "displacement" / "arvania"
    paths = [path for path in examples.rglob("*") if path.is_file()]
    assert {str(path.relative_to(examples)): path.read_bytes() for path in paths} == arvania()
