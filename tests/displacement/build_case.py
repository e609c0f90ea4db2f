"""Tables of a made-up case for the tests of building: three towns at home, two camps abroad, as CSV texts."""

from pathlib import Path

from havre.displacement.build import BuildOptions, BuildSources, TableFile
from havre.displacement.build_tables import BuildTables, read_tables

KEEP = BuildOptions(name="made-up", keep_unknown_countries=True)
PLACES = """name,latitude,longitude,country,region,kind,population,capacity
Arden,10.0,20.0,Norvale,West,conflict,1000,
Birk,10.0,21.0,Norvale,West,town,400,
Cole,11.0,21.0,Norvale,East,town,,
Dale Camp,10.0,22.0,Ostmere,,camp,,5000
Eden Camp,11.0,22.0,Ostmere,,camp,,
"""
REGISTRATIONS = """date,camp,count
2024-01-01,Dale Camp,100
2024-01-11,Dale Camp,300
2024-01-05,Eden Camp,0
2024-01-21,Eden Camp,700
"""
ROADS = """from,to,km
Arden,Birk,120
Birk,Dale Camp,130
Birk,Cole,
Cole,Eden Camp,140
"""
EVENTS = """id,date_start,latitude,longitude,best,where_prec,date_prec,country
1,2024-01-03,10.01,20.99,2,1,1,Norvale
2,2024-01-08,10.99,21.01,0,1,1,Norvale
3,2024-01-09,10.99,21.01,1,1,1,Norvale
"""


def sources(folder: Path, **texts: str | None) -> BuildSources:
    """Write the tables and name them; a table that is ``None`` is left out, another text takes the place of ours."""
    every = {"places": PLACES, "registrations": REGISTRATIONS, "roads": ROADS, "events": EVENTS, **texts}
    files = {name: TableFile(folder / f"{name}.csv") for name, text in every.items() if text is not None}
    for name, file in files.items():
        file.path.write_text(str(every[name]), encoding="utf-8", newline="")
    return BuildSources(**files)


def tables(folder: Path, **texts: str | None) -> BuildTables:
    """Read tables in which every cell can be read."""
    read, problems = read_tables(sources(folder, **texts))
    assert read is not None
    assert [problem.sentence() for problem in problems] == []
    return read


def told(folder: Path, **texts: str | None) -> list[str]:
    """Give what is wrong with the cells of tables."""
    return [problem.sentence() for problem in read_tables(sources(folder, **texts))[1]]
