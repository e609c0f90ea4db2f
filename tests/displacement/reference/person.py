"""One person: the state of section 7 of the format, all of it."""

from dataclasses import dataclass, field

from tests.displacement.reference.world import Place, Road


@dataclass(eq=False, slots=True)
class Person:
    """Somebody at a place, or ``km`` along a road; ``counted`` is the place in whose count the person is."""

    home: Place
    place: Place
    attributes: dict[str, str | float]
    farmer: bool = False
    counted: Place | None = None
    road: Road | None = None
    km: float = 0.0
    route: list[Place] = field(default_factory=list)
    places_travelled: int = 1
    recent: float = 0.0
    moved: float = 0.0

    def stand(self, place: Place) -> None:
        """Come to a place and be counted there at once."""
        self.road = None
        self.place = place
        self.count_at(place)

    def leave(self, road: Road) -> None:
        """Enter a road and be counted nowhere."""
        self.road = road
        self.km = 0.0
        self.count_at(None)

    def count_at(self, place: Place | None) -> None:
        """Move the person's unit of the counts."""
        if self.counted is not None:
            self.counted.people -= 1
        if place is not None:
            place.people += 1
        self.counted = place

    def number(self, attribute: str) -> float | None:
        """Give an attribute as a number, or ``None``."""
        found = self.attributes.get(attribute)
        return None if found is None else float(found)

    @property
    def male(self) -> bool:
        return str(self.attributes.get("gender", "")).lower().startswith("m")

    @property
    def female(self) -> bool:
        return str(self.attributes.get("gender", "")).lower().startswith("f")
