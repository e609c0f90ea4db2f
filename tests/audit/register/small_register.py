"""A register of one system and one context in a folder, to be broken by tests."""

from pathlib import Path

CLAIM = """
[claims.{key}]
field = "accuracy.accuracy"
value = {value}
unit = "share"
status = "press"
verification = "secondary"
source = "paper"
date = "2019-06"
en = "Right for so many."
fr = "Raison pour tant."
"""
ENTRY = """
id = "probe"
kind = "system"
family = "lie_detector"
checked_on = "2026-10"
not_recorded = [
    "purpose", "deployer", "provider", "legal-basis", "cost", "persons", "group-rates", "sample", "threshold",
    "false-hits", "human-review", "impact-assessment",
]

[name]
en = "Probe"
fr = "Sonde"
"""
SOURCES = """
[paper]
kind = "press"
title = "A report"
publisher = "A paper"
date = "2019-06"

[old]
kind = "organisation"
title = "A statement"
publisher = "An organisation"
date = "undated"

[register]
kind = "editors"
title = "This register"
publisher = "Editors"
date = "undated"

[notes]
kind = "editors"
title = "Notes"
publisher = "Editors"
date = "2026-10"
"""


def claim(key: str = "accuracy", value: str = "0.76") -> str:
    """Give a claim that is in order."""
    return CLAIM.format(key=key, value=value)


def write_register(folder: Path, entry: str, sources: str = SOURCES) -> Path:
    """Write a register with this entry, and with the vocabulary of the package."""
    from importlib.resources import files

    package = files("havre.audit.register")
    (folder / "entries").mkdir(parents=True)
    (folder / "entries" / "probe.toml").write_text(entry, encoding="utf-8")
    (folder / "sources.toml").write_text(sources, encoding="utf-8")
    for name in ("fields.toml", "annex_viii.toml"):
        (folder / name).write_text((package / name).read_text(encoding="utf-8"), encoding="utf-8")
    return folder
