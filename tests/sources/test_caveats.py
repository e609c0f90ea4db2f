"""Caveats of sources: the English ones are those of the catalogue, and each is told in French."""

from havre.sources.catalogue import sources
from havre.sources.caveats import caveat_in
from havre.texts import catalogue


def test_every_caveat_of_the_catalogue_is_told_in_french() -> None:
    kept = [caveat for source in sources().values() for caveat in source.caveats]
    assert sorted(kept) == sorted(catalogue("caveats", "en").values())
    assert all(caveat_in(caveat, "en") == (caveat, "en") for caveat in kept)
    told = [caveat_in(caveat, "fr") for caveat in kept]
    assert all(each.language == "fr" and each.text not in kept for each in told)


def test_what_another_release_says_stays_as_it_is() -> None:
    assert caveat_in("Said by nobody here.", "fr") == ("Said by nobody here.", "en")
