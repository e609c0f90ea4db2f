"""docs/sources.md says of each source what the catalogue and the snapshot say."""

import re
from pathlib import Path

import pytest

from havre.panel.reference import reference_package
from havre.sources.catalogue import Source, sources

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")


def row(section: str, name: str) -> list[str]:
    table = PAGE.split(f"\n## {section}\n", 1)[1].split("\n## ", 1)[0]
    found = next(line for line in table.splitlines() if line.startswith("|") and f"`{name}`" in line)
    return [cell.strip() for cell in found.strip("|").split("|")]


@pytest.mark.parametrize("terms", sources().values(), ids=lambda terms: str(terms.id))
def test_terms_lag_and_zeros_are_those_of_the_catalogue(terms: Source) -> None:
    cells = row("Terms, lag and zeros", terms.id)
    assert {int(lag) for lag in cells[4].split(",")} == {each.lag_months for each in terms.measures.values()}
    assert {cells[5].partition(",")[0]} == {each.zeros for each in terms.measures.values()}
    assert cells[7].startswith("yes" if terms.redistributable else "no")
    french = row("En bref (français)", terms.id)
    assert (french[4], french[5][:3]) == (cells[4], "oui" if terms.redistributable else "non")
    assert f"(`{terms.id}`)" in PAGE


@pytest.mark.parametrize("resource", reference_package()["resources"], ids=lambda resource: str(resource["name"]))
def test_files_of_the_snapshot_are_described_as_they_are(resource: dict[str, object]) -> None:
    cells = row("The reference snapshot", str(resource["name"]))
    assert cells[4] == f"{resource['rows']:,}"
    first, last = re.split(" … ", cells[3])
    period = resource["period"]
    assert isinstance(period, dict)
    assert (period["first"].startswith(first), period["last"].startswith(last)) == (True, True)
