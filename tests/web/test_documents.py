"""The documents of the site name every setting, and the example files are the ones that are spoken of."""

import re
import tomllib
from pathlib import Path

from havre.web.settings import Imprint, WebSettings

DOCS = Path(__file__).parents[2] / "docs"


def test_every_setting_is_documented_and_no_other() -> None:
    table = (DOCS / "web.md").read_text(encoding="utf-8").partition("## Settings")[2]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    assert sorted(name for cell in cells for name in re.findall(r"`(\w+)`", cell)) == sorted(WebSettings.model_fields)
    assert all(f"`{name}`" in table for name in Imprint.model_fields)


def test_the_example_of_settings_is_taken(tmp_path: Path) -> None:
    example = re.search(r"```toml\n(.*?)```", (DOCS / "deployment.md").read_text(encoding="utf-8"), re.DOTALL)
    assert example is not None
    assert tomllib.loads(example[1])
    path = tmp_path / "web.toml"
    path.write_text(example[1], encoding="utf-8")
    assert WebSettings.read(path, {}, {}).address == "https://havre.example.org"


def test_defaults_are_as_documented() -> None:
    table = (DOCS / "web.md").read_text(encoding="utf-8")
    told = WebSettings()
    for name in ("reload_seconds", "reader_requests_a_minute", "posts_a_minute", "upload_bytes", "run_seconds"):
        assert re.search(rf"\| `{name}` \| {getattr(told, name):g} \|".replace("5e+06", "5000000"), table), name


def test_the_files_for_deployment_are_there() -> None:
    text = (DOCS / "deployment.md").read_text(encoding="utf-8")
    for name in re.findall(r"\]\(((?:systemd|container|nginx)/[^)]+)\)", text):
        assert (DOCS / name).is_file()
