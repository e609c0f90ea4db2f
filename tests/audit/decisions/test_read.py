"""What a log must not hold, and what it may look like."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from havre.audit.decisions.columns import Columns, category_in_log
from havre.audit.decisions.read import read_log
from havre.audit.decisions.report import audit_log
from havre.errors import AuditError, HavreError
from tests.audit.decisions.made_logs import COLUMNS, made_log, write_log

LOG = made_log(400, 1)


def keys(error: HavreError) -> list[str]:
    return [problem.key for problem in error.problems]


def refused(table: pl.DataFrame, folder: Path, columns: Columns = COLUMNS, name: str = "log.parquet") -> list[str]:
    with pytest.raises(HavreError) as caught:
        read_log(write_log(table, folder, name), columns)
    assert caught.value.message("fr") != caught.value.message("en")
    return keys(caught.value)


def test_csv_and_parquet_and_a_folder_give_the_same_counts(tmp_path: Path) -> None:
    one = read_log(write_log(LOG, tmp_path), COLUMNS)
    assert one.rows == one.counts["n"].sum() == 400
    other = read_log(write_log(LOG, tmp_path, "log.csv"), COLUMNS)
    assert one.counts.drop("score_sum", "square_sum").equals(other.counts.drop("score_sum", "square_sum"))
    assert one.speeds.equals(other.speeds)
    (tmp_path / "parts").mkdir()
    for place in range(2):
        write_log(LOG[place * 200 : place * 200 + 200], tmp_path / "parts", f"{place}.parquet")
    assert (
        read_log(tmp_path / "parts", COLUMNS)
        .counts.drop("score_sum", "square_sum")
        .equals(one.counts.drop("score_sum", "square_sum"))
    )


def test_semicolons_decimal_commas_and_words(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text("score;automated;sex\n0,25;oui;NA\n0,75;non;f\n1;;é\n", encoding="utf-8")
    found = read_log(tmp_path / "log.csv", Columns("automated", score="score", groups=("sex",)))
    assert found.counts["group:sex"].to_list() == ["NA", "f", "é"]
    assert found.counts["score_sum"].to_list() == [0.25, 0.75, 1.0]
    assert found.counts["automated"].to_list() == [True, False, None]


def test_an_outcome_by_its_word(tmp_path: Path) -> None:
    table = LOG.with_columns(
        pl.when("automated").then(pl.lit("refused")).otherwise(pl.lit("granted")).alias("automated")
    )
    assert "audit.log.not_an_outcome" in refused(table, tmp_path)
    found = read_log(write_log(table, tmp_path), replace(COLUMNS, adverse="refused"))
    assert found.counts.filter("automated")["n"].sum() == LOG["automated"].sum()


@pytest.mark.parametrize(
    "column",
    ["name", "date_of_birth", "passport_no", "case_id", "pseudonym", "fingerprint", "religion", "numero_dossier",
     "n_dossier", "dossier", "subject_id", "person_hash", "aktenzeichen", "iban", "plate", "imei", "mrz",
     "officer_name", "applicant", "demandeur", "Antragstellerin", "template_id", "id", "caseworker", "agent_id",
     "Sachbearbeiter", "funzionario", "operador", "username"],
)  # fmt: skip
def test_columns_about_persons_are_refused(tmp_path: Path, column: str) -> None:
    assert refused(LOG.with_columns(pl.lit(1).alias(column)), tmp_path) == ["audit.log.personal"]


@pytest.mark.parametrize(
    "column",
    ["country_of_origin", "case_type", "template_version", "officer_decision", "case_status", "row_id", "index",
     "agents", "office", "applicants", "unit", "user_count", "reference", "interview_language", "judgment",
     "score_2", "origin_month", "case_type_2"],
)  # fmt: skip
def test_harmless_columns_are_not_refused(column: str) -> None:
    assert category_in_log(column) is None


def test_who_decided_may_be_an_outcome_and_no_group(tmp_path: Path) -> None:
    table = LOG.rename({"human": "officer"})
    assert read_log(write_log(table, tmp_path), replace(COLUMNS, human="officer")).rows == 400
    grouped = replace(COLUMNS, groups=("sex", "caseworker"))
    with pytest.raises(AuditError, match="who decided"):
        read_log(write_log(LOG.rename({"region": "caseworker"}), tmp_path), grouped)


def test_a_special_category_needs_a_basis_and_must_be_a_group(tmp_path: Path) -> None:
    path = write_log(LOG.rename({"region": "religion"}), tmp_path)
    grouped = replace(COLUMNS, groups=("sex", "religion"))
    with pytest.raises(AuditError):
        read_log(path, grouped)
    assert read_log(path, replace(grouped, special_basis="AI Act art. 4a")).rows == 400
    with pytest.raises(AuditError):
        read_log(path, replace(COLUMNS, groups=("sex",), special_basis="AI Act art. 4a"))


def test_all_faults_of_the_columns_at_once(tmp_path: Path) -> None:
    columns = replace(COLUMNS, score="points", truth="automated", groups=("sex",))
    found = refused(LOG.with_columns(pl.lit("x").alias("email")), tmp_path, columns)
    assert found == ["audit.log.personal", "audit.log.no_column", "audit.log.same_column"]
    assert refused(LOG, tmp_path, Columns(score="score")) == ["audit.log.no_outcome"]


@pytest.mark.parametrize(
    ("changed", "key"),
    [(LOG.head(0), "audit.log.empty"),
     (LOG.with_columns(truth=pl.col("score")), "audit.log.truth_is_score"),
     (LOG.with_columns(truth=pl.col("automated")), "audit.log.truth_is_outcome"),
     (LOG.with_columns(sex=pl.int_range(400).cast(pl.String)), "audit.log.too_many_values"),
     (LOG.with_columns(truth=pl.int_range(400)), "audit.log.too_many_values"),
     (LOG.with_columns(day=pl.lit("last week")), "audit.log.bad_time")],
)  # fmt: skip
def test_logs_from_which_nothing_follows(tmp_path: Path, changed: pl.DataFrame, key: str) -> None:
    assert key in refused(changed, tmp_path)


def test_missing_scores_are_left_out_of_what_needs_them_only(tmp_path: Path) -> None:
    table = LOG.with_columns(score=pl.when(pl.col("score") > 0.1).then("score").otherwise(float("nan")))
    found = read_log(write_log(table, tmp_path), COLUMNS)
    lacking = found.counts.filter(pl.col("bin").is_null())["n"].sum()
    assert (found.rows, lacking) == (400, (LOG["score"] <= 0.1).sum())
    assert "score" in found.has
    none = read_log(write_log(LOG.with_columns(score=pl.lit(None, pl.Float64)), tmp_path), COLUMNS)
    assert "score" not in none.has
    one = read_log(write_log(table.with_columns(score=pl.col("score") * 0 + 2), tmp_path), COLUMNS)
    assert one.counts.filter(pl.col("bin").is_null())["n"].sum() == lacking


def test_a_truth_that_is_the_score_where_both_are_known(tmp_path: Path) -> None:
    coin = pl.col("score").gt(0.3).cast(pl.Int64)
    partly = LOG.with_columns(score=coin.cast(pl.Float64), truth=pl.when(pl.col("sex") == "f").then(coin))
    assert refused(partly, tmp_path) == ["audit.log.truth_is_score"]
    few = partly.with_columns(truth=pl.when(pl.int_range(400) < 20).then("truth"))
    assert read_log(write_log(few, tmp_path), COLUMNS).rows == 400


def test_a_truth_that_is_the_score_is_found_in_text_too(tmp_path: Path) -> None:
    LOG.with_columns(truth=pl.col("score")).write_csv(tmp_path / "log.csv")
    columns = Columns("automated", score="score", truth="truth")
    with pytest.raises(AuditError) as caught:
        read_log(tmp_path / "log.csv", columns)
    assert keys(caught.value) == ["audit.log.truth_is_score"]


def test_mixed_encodings_and_other_damage(tmp_path: Path) -> None:
    text = "automated,sex\n1,é\n0,f\n".encode()
    columns = Columns("automated", groups=("sex",))
    for content, key in [
        (text + "1,é\n".encode("latin-1"), "audit.log.encoding"),
        (text.decode().encode("utf-16"), "audit.log.encoding"),
        (b"automated,sex\n1,f\n0,f,3\n", "file.damaged"), (b"score,automated,sex\nmany,1,f\n", "file.damaged"),
    ]:  # fmt: skip
        (tmp_path / "log.csv").write_bytes(content)
        with pytest.raises(HavreError) as caught:
            read_log(tmp_path / "log.csv", replace(columns, score="score" if b"score" in content else None))
        assert keys(caught.value) == [key]
        assert "UTF-8 in UTF-8" not in caught.value.message()
    (tmp_path / "log.parquet").write_bytes(b"PAR1")
    for path, key in [("log.parquet", "file.damaged"), ("none.csv", "file.missing"), (".", "file.ending")]:
        with pytest.raises(HavreError) as caught:
            read_log(tmp_path / path, columns)
        assert keys(caught.value) == [key]


def test_scores_without_bounds_are_missing(tmp_path: Path) -> None:
    wild = pl.when(pl.int_range(400) < 2).then(pl.lit(-1e308)).when(pl.int_range(400) < 4).then(pl.lit(1e308))
    found = audit_log(write_log(LOG.with_columns(score=wild.otherwise("score")), tmp_path), COLUMNS)
    assert found.edges[0] == 0
    assert found.edges[-1] == 1
    assert dict(found.findings)["score_missing"]["count"] == 4
    found.encode()


def test_names_of_groups_command_no_terminal(tmp_path: Path) -> None:
    table = LOG.with_columns(sex=pl.lit("\x1b[31mf\x00\u202e"))
    found = read_log(write_log(table, tmp_path), COLUMNS)
    assert set(found.counts["group:sex"]) == {"\ufffd[31mf\ufffd\ufffd"}
