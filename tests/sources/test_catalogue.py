"""Each source names its terms, and a misspelt source is told with near matches."""

import pytest

from havre.errors import PanelError
from havre.panel.measures import measures
from havre.sources.catalogue import Source, source, sources


@pytest.mark.parametrize("terms", sources().values(), ids=lambda terms: str(terms.id))
def test_a_source_says_who_where_and_under_which_terms(terms: Source) -> None:
    assert terms.url.startswith("https://")
    assert terms.attribution
    assert terms.measures
    assert set(terms.measures) <= set(measures())
    assert all(0 <= each.lag_months <= 24 for each in terms.measures.values())
    assert all(each.definition.strip(".") == each.definition for each in terms.measures.values())


@pytest.mark.parametrize("terms", sources().values(), ids=lambda terms: str(terms.id))
def test_what_may_be_redistributed_says_where_its_terms_stand(terms: Source) -> None:
    assert terms.redistributable == terms.licence_url.startswith("https://")
    assert terms.redistributable or "not redistributed" in terms.licence


def test_a_misspelt_source_is_told_with_near_matches() -> None:
    with pytest.raises(PanelError, match=r"“eurostats”.*eurostat"):
        source("eurostats")
