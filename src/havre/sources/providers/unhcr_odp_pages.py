"""Which widgets of the Operational Data Portal hold which series: configuration, since their numbers change."""

import tomllib
from collections.abc import Callable
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from havre.errors import FileError
from havre.places import check_code

VARIABLE = "HAVRE_UNHCR_ODP_PAGES"
Number = Annotated[str, Field(pattern=r"^\d{1,9}(,\d{1,9})*$")]
"""Digits, or several numbers with commas between them."""
Month = Annotated[str, Field(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
PlaceCode = Annotated[str, AfterValidator(check_code)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Part(_Strict):
    """One widget: a place and a way of arrival."""

    widget_id: Number
    geo_id: Number
    population_group: Number


class Nationalities(_Strict):
    """The table that holds a series by nationality, from ``first`` on."""

    geo_id: Number
    population_collection: Number
    first: Month

    @property
    def start(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.first}-01")


class Series(_Strict):
    """A monthly series of a country from ``first`` on: the sum of its parts; perhaps by nationality too."""

    measure: str = Field(pattern="^(sea_arrivals|arrivals)$")
    destination: PlaceCode
    first: Month
    parts: tuple[Part, ...] = Field(min_length=1)
    nationalities: Nationalities | None = None

    @property
    def name(self) -> str:
        """How its piece is called."""
        return f"{self.measure}/{self.destination}"

    @property
    def start(self) -> date:
        """Its first day."""
        return date.fromisoformat(f"{self.first}-01")


def _each_once(series: tuple[Series, ...]) -> tuple[Series, ...]:
    names = [each.name for each in series]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(", ".join(twice))
    return series


class Pages(_Strict):
    """All that is asked for."""

    series: Annotated[tuple[Series, ...], Field(min_length=1), AfterValidator(_each_once)]


def find_pages(setting: Callable[[str], str | None]) -> Pages:
    """Read the user's own file where the variable names one, else the one that comes with Havre.

    Parameters
    ----------
    setting : finds a setting of the user by the name of its variable

    Raises
    ------
    FileError : the user's file is missing, or is not laid out so
    """
    own = setting(VARIABLE)
    if not own:
        text = files(__package__).joinpath("unhcr_odp.toml").read_text(encoding="utf-8")
        return Pages.model_validate(tomllib.loads(text))
    path = Path(own)
    if not path.is_file():
        raise FileError("file.missing", path=path)
    try:
        return Pages.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        reason = f"{'.'.join(map(str, first['loc']))}: {first['msg']}"
        raise FileError("file.damaged", path=path, expected="TOML", reason=reason) from error
    except (ValueError, OSError) as error:
        raise FileError("file.damaged", path=path, expected="TOML", reason=str(error)[:200]) from error
