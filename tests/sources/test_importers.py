"""What may not be redistributed and what is pulled can be imported; importers give the columns of the panel."""

import os
from datetime import date
from pathlib import Path

import pytest

from havre.panel.observations import check_observations
from havre.sources.catalogue import sources
from havre.sources.connector import CONNECTORS
from havre.sources.importers import IMPORTERS

SHARED = Path(os.environ.get("HAVRE_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
COLLECTED = {
    "frontex": "frontex_ibc_monthly/frontex_ibc_monthly.parquet",
    "bmi_austria": "bmi_austria_monthly/asylum_applications_monthly_by_origin.parquet",
    "italy_interior": "italy_arrivals_by_nationality_monthly/italy_arrivals_by_nationality_monthly.parquet",
    "gdelt": "gdelt_country_month/gdelt_country_month_2018_2024.parquet",
}


def test_every_source_that_is_not_redistributed_can_be_imported() -> None:
    assert set(IMPORTERS) >= {name for name, source in sources().items() if not source.redistributable}


def test_every_source_that_is_pulled_can_be_imported() -> None:
    assert set(IMPORTERS) >= set(CONNECTORS)


@pytest.mark.skipif(not SHARED.is_dir(), reason=f"no collected data sets in {SHARED}; set HAVRE_SHARED_DATA")
@pytest.mark.parametrize(("name", "file"), COLLECTED.items())
def test_the_collected_files_pass_the_checks_of_the_panel(name: str, file: str) -> None:
    frame = check_observations(IMPORTERS[name](SHARED / file, date(2026, 1, 1)), name)
    assert frame.height > 0
    assert set(frame["source"]) == {name}
    # An index of your own has fewer measures than the files of events.
    assert set(frame["measure"]) <= set(sources()[name].measures)
