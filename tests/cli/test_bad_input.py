"""Bad input: exit code 2, what is wrong and where on standard error, no traceback, and nothing written."""

import resource
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from havre.texts import LANGUAGES, Language
from tests.cli.command import havre, havre_here, tree
from tests.small_panel import small_panel, with_value, without

BACKTEST = ("backtest", "--measure", "asylum_applications", "--destination", "DEU", "--from", "2018-06")
FORECAST = ("forecast", "--panel", "panel.parquet", "--measure", "sea_arrivals", "--out", "release")


def nothing(folder: Path) -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Bad:
    """A command line, what must stand in its message, and what lies in the folder before."""

    arguments: tuple[str, ...]
    en: tuple[str, ...]
    fr: tuple[str, ...]
    prepare: Callable[[Path], object] = nothing

    def expected(self, lang: Language) -> tuple[str, ...]:
        return self.fr if lang == "fr" else self.en


def write(change: Callable[[pl.DataFrame], pl.DataFrame], name: str = "panel.parquet") -> Callable[[Path], object]:
    """Prepare a panel that was changed."""

    def prepare(folder: Path) -> None:
        panel = change(small_panel())
        if name.endswith(".csv"):
            panel.write_csv(folder / name)
        else:
            panel.write_parquet(folder / name)

    return prepare


def panel_and(prepare: Callable[[Path], object]) -> Callable[[Path], object]:
    """Prepare a sound panel and something more."""

    def both(folder: Path) -> None:
        small_panel().write_parquet(folder / "panel.parquet")
        prepare(folder)

    return both


def truncated(folder: Path) -> None:
    small_panel().write_parquet(folder / "panel.parquet")
    content = (folder / "panel.parquet").read_bytes()
    (folder / "panel.parquet").write_bytes(content[: len(content) // 2])


def scrambled(folder: Path) -> None:
    """Keep the beginning and the end of the file, so that it looks like Parquet."""
    small_panel().write_parquet(folder / "panel.parquet")
    content = bytearray((folder / "panel.parquet").read_bytes())
    middle = slice(len(content) // 4, len(content) - 8)
    content[middle] = bytes(sign ^ 0x5A for sign in content[middle])
    (folder / "panel.parquet").write_bytes(bytes(content))


def occupied(folder: Path) -> None:
    (folder / "release").mkdir()
    (folder / "release" / "note.txt").write_text("mine")


def detections(folder: Path) -> None:
    (folder / "ibc.csv").write_text("route,type,nat,month,n\nCentral Mediteranean Route,Sea,Syria,2019-01,7\n")


from_csv = ("panel", "status", "--panel", "panel.csv")
from_parquet = ("panel", "status", "--panel", "panel.parquet")

BAD: dict[str, Bad] = {
    "unknown measure": Bad(
        ("forecast", "--measure", "asylum_aplications"),
        ("“asylum_aplications” is not a measure", "asylum_applications", "havre panel status"),
        ("« asylum_aplications » n’est pas une mesure", "asylum_applications", "havre panel status"),
    ),
    "unknown origin": Bad(
        ("forecast", "--measure", "asylum_applications", "--destination", "DEU", "--origin", "SYX"),
        ("“SYX” is not a country", "Near matches", "SYR"),
        ("« SYX » n’est ni un pays", "Les plus proches", "SYR"),
    ),
    "unknown destination": Bad(
        (
            "backtest",
            "--measure",
            "asylum_applications",
            "--destination",
            "Germny",
            "--from",
            "2018-06",
            "--to",
            "2018-07",
        ),
        ("“Germny” is not a country", "Near matches", "DEU"),
        ("« Germny » n’est ni un pays", "Les plus proches", "DEU"),
    ),
    "origin without data": Bad(
        (*FORECAST[:3], "--measure", "asylum_applications", "--destination", "DEU", "--origin", "ETH"),
        ("“ETH” (asylum_applications/bamf/DEU/origin) has no series", "ERI"),
        ("« ETH » (asylum_applications/bamf/DEU/origin) n’a pas de série", "ERI"),
        write(lambda panel: panel),
    ),
    "unknown route": Bad(
        ("panel", "export", "out.csv", "--destination", "route:central-mediteranean"),
        ("“route:central-mediteranean” is not", "route:central-mediterranean"),
        ("« route:central-mediteranean » n’est ni", "route:central-mediterranean"),
    ),
    "unknown route in a file": Bad(
        ("panel", "import", "frontex", "ibc.csv", "--as-of", "2019-02-01", "--store", "store"),
        ("“Central Mediteranean Route”", "Central Mediterranean Route"),
        ("« Central Mediteranean Route »", "Central Mediterranean Route"),
        detections,
    ),
    "unknown importer": Bad(
        ("panel", "import", "frontx", "ibc.csv", "--as-of", "2019-02-01", "--store", "store"),
        ("“frontx” is not a provider", "frontex"),
        ("« frontx » n’est pas un fournisseur", "frontex"),
        detections,
    ),
    "truncated Parquet": Bad(
        from_parquet,
        ("panel.parquet: cannot be read as Parquet",),
        ("panel.parquet : illisible comme Parquet",),
        truncated,
    ),
    "scrambled Parquet": Bad(
        from_parquet,
        ("panel.parquet: cannot be read as Parquet",),
        ("panel.parquet : illisible comme Parquet",),
        scrambled,
    ),
    "text that is called Parquet": Bad(
        from_parquet,
        ("panel.parquet: cannot be read as Parquet",),
        ("panel.parquet : illisible comme Parquet",),
        lambda folder: (folder / "panel.parquet").write_text("origin,value\nSYR,7\n"),
    ),
    "Parquet of something else": Bad(
        from_parquet,
        ("column “measure” is missing", "column “total” is not part of the schema"),
        ("la colonne « measure » manque", "la colonne « total » ne fait pas partie du schéma"),
        lambda folder: pl.DataFrame({"country": ["SYR"], "total": [7]}).write_parquet(folder / "panel.parquet"),
    ),
    "personal columns": Bad(
        from_csv,
        ("panel.csv: column “passport_number” describes a person (document)", "aggregates only"),
        ("panel.csv : la colonne « passport_number » décrit une personne (document)", "agrégats"),
        write(lambda panel: panel.with_columns(passport_number=pl.lit("X1")), "panel.csv"),
    ),
    "personal columns in an import": Bad(
        ("panel", "import", "observations", "panel.csv", "--store", "store"),
        ("column “date_of_birth” describes a person",),
        ("la colonne « date_of_birth » décrit une personne",),
        write(lambda panel: panel.with_columns(date_of_birth=pl.lit("2000-01-01")), "panel.csv"),
    ),
    "a month missing in the middle": Bad(
        FORECAST,
        ("TOT→ESP: no value for 2016-07",),
        ("TOT→ESP : pas de valeur pour 2016-07",),
        write(lambda panel: without(panel, "ESP", 30)),
    ),
    "a negative count": Bad(
        from_csv,
        ("panel.csv, row 31", "-7", "SYR→DEU 2016-07-01", "negative"),
        ("panel.csv, ligne 31", "-7", "SYR→DEU 2016-07-01", "négative"),
        write(lambda panel: with_value(panel, "SYR", 30, -7.0), "panel.csv"),
    ),
    "a key twice": Bad(
        from_csv,
        ("panel.csv, row 421", "SYR→DEU 2014-01-01", "is there 2 times"),
        ("panel.csv, ligne 421", "SYR→DEU 2014-01-01", "figure 2 fois"),
        write(lambda panel: pl.concat([panel, panel.head(1)]), "panel.csv"),
    ),
    "an output folder that holds something": Bad(
        FORECAST,
        ("release: exists already and is not empty",),
        ("release : existe déjà et n’est pas vide",),
        panel_and(occupied),
    ),
    "an output folder below a file": Bad(
        (*FORECAST[:-1], "panel.parquet/release"),
        ("panel.parquet/release: cannot be written",),
        ("panel.parquet/release : écriture impossible",),
        write(lambda panel: panel),
    ),
    "a store below a file": Bad(
        ("panel", "import", "observations", "panel.parquet", "--store", "panel.parquet/store"),
        ("cannot be written",),
        ("écriture impossible",),
        write(lambda panel: panel),
    ),
    "an export of unknown kind": Bad(
        ("panel", "export", "out.xlsx"),
        ("out.xlsx: the file name must end in one of .csv, .parquet",),
        ("out.xlsx : le nom du fichier doit finir par",),
    ),
    "horizon 0": Bad(
        (*FORECAST, "--horizons", "0"), ("0 is outside 1 to 12",), ("0 n’est pas entre 1 et 12",), write(lambda p: p)
    ),
    "horizon 200": Bad(
        (*FORECAST, "--horizons", "200"),
        ("200 is outside 1 to 12",),
        ("200 n’est pas entre 1 et 12",),
        write(lambda p: p),
    ),
    "horizon 0 of a backtest": Bad(
        (*BACKTEST, "--to", "2018-07", "--horizons", "0"), ("0 is outside 1 to 12",), ("0 n’est pas entre 1 et 12",)
    ),
    "--from after --to": Bad(
        (*BACKTEST, "--to", "2018-05"),
        ("The first origin 2018-06 lies after the last one 2018-05",),
        ("La première origine 2018-06 suit la dernière 2018-05",),
    ),
    "an origin before the data": Bad(
        (*BACKTEST[:-1], "1990-01", "--to", "2018-06"),
        ("Origin 1990-01 lies before", "2016-12"),
        ("L’origine 1990-01 précède", "2016-12"),
    ),
    "an origin after the data": Bad(
        (*BACKTEST, "--to", "2031-01"),
        ("Origin 2031-01 lies after the last month of data (2020-12)",),
        ("L’origine 2031-01 suit le dernier mois de données (2020-12)",),
    ),
    "unknown model": Bad(
        (*BACKTEST, "--to", "2018-07", "--model", "boosted_quantile"),
        ("“boosted_quantile” is not a model", "boosted_quantiles,"),
        ("« boosted_quantile » n’est pas un modèle", "boosted_quantiles,"),
    ),
    "a missing file": Bad(from_csv, ("panel.csv: there is no such file",), ("panel.csv : ce fichier n’existe pas",)),
    "a missing file to import": Bad(
        ("panel", "import", "frontex", "ibc.csv", "--as-of", "2019-02-01", "--store", "store"),
        ("ibc.csv: there is no such file",),
        ("ibc.csv : ce fichier n’existe pas",),
    ),
    "a missing store": Bad(
        ("panel", "status", "--panel", "nowhere"),
        ("nowhere: there is no panel here",),
        ("nowhere : il n’y a pas de panel ici",),
    ),
    "a store of unknown kind": Bad(
        ("panel", "status", "--panel", "nothing://here"),
        ("nothing://here: cannot be opened",),
        ("nothing://here : ne s’ouvre pas",),
    ),
    "a folder in place of a file": Bad(
        from_csv,
        ("panel.csv: there is no such file",),
        ("panel.csv : ce fichier n’existe pas",),
        lambda folder: (folder / "panel.csv").mkdir(),
    ),
    "an empty CSV file": Bad(
        from_csv,
        ("panel.csv: cannot be read as CSV",),
        ("panel.csv : illisible comme CSV",),
        lambda folder: (folder / "panel.csv").touch(),
    ),
    "an empty Parquet file": Bad(
        from_parquet,
        ("panel.parquet: cannot be read as Parquet",),
        ("panel.parquet : illisible comme Parquet",),
        lambda folder: (folder / "panel.parquet").touch(),
    ),
    "a CSV file that is not UTF-8": Bad(
        from_csv,
        ("panel.csv: cannot be read as CSV",),
        ("panel.csv : illisible comme CSV",),
        lambda folder: (folder / "panel.csv").write_bytes("origin,value\nCôte,7\n".encode("latin-1")),
    ),
    "a bad month": Bad(
        (*BACKTEST[:-1], "2018-13", "--to", "2019-01"),
        ("“2018-13” is not a month; expected YYYY-MM",),
        ("« 2018-13 » n’est pas un mois ; attendu : AAAA-MM",),
    ),
    "a bad day": Bad(
        ("panel", "status", "--known-on", "2019-02-30"),
        ("“2019-02-30” is not a day; expected YYYY-MM-DD",),
        ("« 2019-02-30 » n’est pas un jour ; attendu : AAAA-MM-JJ",),
    ),
    "a day in another form": Bad(
        ("forecast", "--date", "20190228"),
        ("“20190228” is not a day",),
        ("« 20190228 » n’est pas un jour",),
    ),
}


def check(bad: Bad, lang: Language, code: int, out: str, err: str) -> None:
    assert code == 2
    assert "Traceback" not in err
    assert out == ""
    assert err.startswith("Erreur" if lang == "fr" else "Error")
    for words in bad.expected(lang):
        assert words in err


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", BAD)
def test_it_is_told(tmp_path: Path, name: str, lang: Language) -> None:
    bad = BAD[name]
    bad.prepare(tmp_path)
    before = tree(tmp_path)
    told = havre_here(*bad.arguments, cwd=tmp_path, HAVRE_LANG=lang)
    check(bad, lang, told.returncode, told.stdout, told.stderr)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    "name",
    [
        "unknown origin",
        "a month missing in the middle",
        "an origin before the data",
        "personal columns",
        "truncated Parquet",
        "a store below a file",
        "an export of unknown kind",
    ],
)
def test_it_is_told_by_a_process_of_its_own(tmp_path: Path, name: str) -> None:
    bad = BAD[name]
    bad.prepare(tmp_path)
    before = tree(tmp_path)
    told = havre(*bad.arguments, cwd=tmp_path)
    check(bad, "en", told.returncode, told.stdout, told.stderr)
    assert tree(tmp_path) == before


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [("en", "release: cannot be written: File too large"), ("fr", "release : écriture impossible")],
)
def test_a_full_disk_leaves_nothing(tmp_path: Path, lang: Language, sentence: str) -> None:
    """The operating system refuses to write more than so many bytes into one file."""
    small_panel().write_parquet(tmp_path / "panel.parquet")
    room = (20_000, resource.RLIM_INFINITY)
    quick = ("--horizons", "1", "--draws", "100", "--workers", "1")
    told = havre(
        *FORECAST, *quick, cwd=tmp_path, HAVRE_LANG=lang, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, room)
    )
    check(Bad((), (sentence,), (sentence,)), lang, told.returncode, told.stdout, told.stderr)
    assert tree(tmp_path) == {"panel.parquet"}


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "cannot be written: File too large"), ("fr", "écriture impossible")]
)
@pytest.mark.parametrize(
    "arguments",
    [("panel", "export", "deep/out.csv"), ("panel", "import", "observations", "panel.csv", "--store", "deep/store")],
)
def test_a_full_disk_leaves_no_half_of_a_table(
    tmp_path: Path, lang: Language, sentence: str, arguments: tuple[str, ...]
) -> None:
    small_panel().write_csv(tmp_path / "panel.csv")
    room = (1_000, resource.RLIM_INFINITY)
    told = havre(
        *arguments, cwd=tmp_path, HAVRE_LANG=lang, before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, room)
    )
    check(Bad((), (sentence,), (sentence,)), lang, told.returncode, told.stdout, told.stderr)
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and path.name != "panel.csv"]
