"""An instance to upload, small or as large as a test needs, and archives of it."""

import zipfile
from collections.abc import Mapping
from importlib.resources import files
from io import BytesIO
from pathlib import Path

ARVANIA = Path(str(files("havre.web") / "instances" / "arvania"))


def arvania() -> dict[str, bytes]:
    """Give the files of the invented instance by their path in its folder."""
    paths = [path for path in ARVANIA.rglob("*") if path.suffix in (".csv", ".yml")]
    return {str(path.relative_to(ARVANIA)): path.read_bytes() for path in paths}


def long_run(days: int) -> dict[str, bytes]:
    """Give the instance with conflict over many days: it takes as much time and memory as they ask for."""
    made = arvania()
    made["input_csv/sim_period.csv"] = f"StartDate,2031-03-01\nLength,{days}\n".encode()
    rows = "".join(f"{day},1,1\n" for day in range(days))
    made["input_csv/conflicts.csv"] = f"#Day,Lindra,Korvesh\n{rows}".encode()
    return made


def archive(content: Mapping[str, bytes], folder: str = "arvania/") -> bytes:
    """Pack files into a zip archive below a folder."""
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in content.items():
            packed.writestr(f"{folder}{name}", text)
    return made.getvalue()


def write(folder: Path, content: Mapping[str, bytes]) -> Path:
    """Write files below a folder."""
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(text)
    return folder
