"""Which names of columns announce a person, and which of aggregates do not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
        ("dossier", "identifier"),
        ("N° dossier", "identifier"),
        ("Número de expediente", "identifier"),
        ("Aktenzeichen", "identifier"),
        ("arithmos_fakelou", "identifier"),
        ("codice fiscale", "identifier"),
        ("personHash", "identifier"),
        ("hashed_person_id", "identifier"),
        ("template_id", "identifier"),
        ("IBAN", "identifier"),
        ("licence_plate", "identifier"),
        ("Kfz-Kennzeichen", "identifier"),
        ("plaque d’immatriculation", "identifier"),
        ("targa", "identifier"),
        ("IMEI", "device"),
        ("mrz_line_1", "document"),
        ("αριθμός", None),
        ("arithmos diavatiriou", "document"),
        ("officer_name", "name"),
        ("nom de l'agent", "name"),
        ("nome_del_richiedente", "name"),
        ("Sachbearbeiterin Name", "name"),
        ("onomateponymo", "name"),
        ("fecha_nacimiento", "birth"),
        ("correo electrónico", "email"),
        ("Reisepassnummer", "document"),
        ("name_hash", "name"),
        ("DNI del solicitante", "identifier"),
        ("Όνομα", "name"),
        ("ΕΠΩΝΥΜΟ", "name"),
        ("ημερομηνία γέννησης", "birth"),
        ("Αριθμός διαβατηρίου", "document"),
        ("αριθμός φακέλου", "identifier"),
        ("Α.Φ.Μ.", "identifier"),
        ("ΑΜΚΑ", "identifier"),
        ("τηλέφωνο", "phone"),
        ("διεύθυνση", "address"),
        ("θρήσκευμα", "sensitive"),
        ("geboortedatum", "birth"),
        ("nazwisko", "name"),
    ],
)
def test_a_column_about_a_person_is_known(column: str, category: str | None) -> None:
    assert personal_category(column) == category


SUBJECTS = ("person", "applicant", "subject", "case", "dossier", "expediente", "pratica", "Antragsteller",
            "alien", "client", "detainee", "refugee", "traveller", "voyageur", "richiedente", "migrant")  # fmt: skip
MARKS = ("id", "no", "nr", "number", "code", "key", "hash", "ref", "uuid", "token", "pseudonym")
BEFORE = ("n", "no", "num", "numéro", "identifiant", "code", "réf", "codice", "clave")
ROMANCE = ("dossier", "demandeur", "requérant", "personne", "expediente", "pratica", "réfugié", "richiedente")
LINKS = (" ", " de ", " du ", " del ", " d’", " della ")
ABOUT = ("type", "status", "version", "category", "count", "share", "rate", "level", "group", "kind", "total",
         "outcome", "duration_days", "per_month", "volume", "backlog", "country", "region", "score")  # fmt: skip
THINGS = (*SUBJECTS, "template", "officer", "agent", "caseworker", "plate", "file", "hit", "document", "visa")


def styled(words: str, style: int) -> str:
    parts = words.replace("’", " ").split()
    camel = parts[0] + "".join(part.title() for part in parts[1:])
    return ("_".join(parts), " ".join(parts).upper(), "-".join(parts), camel, ".".join(map(str.title, parts)))[style]


@settings(deadline=None)
@given(st.sampled_from(SUBJECTS), st.sampled_from(MARKS), st.integers(0, 4))
def test_what_tells_one_person_from_another_is_an_identifier(subject: str, mark: str, style: int) -> None:
    assert personal_category(styled(f"{subject} {mark}", style)) == "identifier"


@settings(deadline=None)
@given(st.sampled_from(BEFORE), st.sampled_from(LINKS), st.sampled_from(ROMANCE), st.integers(0, 4))
def test_so_it_is_where_the_mark_stands_first(mark: str, link: str, subject: str, style: int) -> None:
    assert personal_category(styled(f"{mark}{link}{subject}", style)) == "identifier"


@settings(deadline=None)
@given(st.sampled_from(THINGS), st.sampled_from(ABOUT), st.integers(0, 4))
def test_what_tells_of_kinds_of_them_is_harmless(thing: str, about: str, style: int) -> None:
    assert personal_category(styled(f"{thing} {about}", style)) is None


@pytest.mark.parametrize(
    "column",
    ["id", "place_name", "camp_name", "country_name", "admin1_name", "parent_name", "persons", "individuals",
     "households", "refugees", "count", "number", "beneficiaries", "event_id", "site", "contact_rate", "population",
     "identified", "capacity", "user_count", "household_size", "nombre", "nom_du_lieu", "country_of_origin",
     "dossiers", "nombre_de_cas", "n_cas", "number_of_persons", "reference_period", "applicant", "dni", "file_hash",
     "hit_rate", "match_score", "partner_name", "driver_name", "kennzeichen", "agents", "fall_2024",
     "αριθμός_αιτήσεων", "χώρα", "μήνας"],
)  # fmt: skip
def test_a_column_of_aggregates_is_none(column: str) -> None:
    assert personal_category(column) in (None, "name") if column == "nombre" else personal_category(column) is None
