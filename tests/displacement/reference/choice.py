"""How attractive places and routes are: sections 4 D2, D3 and 4.2 of the format.

Where the format is silent, here: a flood forecast is the mean of a list over the levels of the days to come, by the
forecaster's weights; without an attribute, no rule on it concerns a person; documented awareness 0 knows distance and
fill only, and -1 fill only; boys' risk is asked for only where children avoid hazards; a score before the first day
is 1; a major route leads from each of its places, both ways, to every later one that is no marker, if its roads are
open.
"""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt

from havre.displacement.rules import Occupancy
from tests.displacement.reference.person import Person
from tests.displacement.reference.world import Place, World

EARTH_KM = 6371.0


@dataclass(frozen=True, slots=True)
class Route:
    """Places to go through, the last of them the endpoint, and the km; ``weight`` only where routes are fixed."""

    hops: tuple[Place, ...]
    distance: float
    weight: float = 0.0

    @property
    def end(self) -> Place:
        return self.hops[-1]


class Choice:
    """The weights of a world on a day, for whoever asks."""

    def __init__(self, world: World, occupancy: Occupancy) -> None:
        self.world = world
        self.moves = world.moves
        self.rules = world.rules
        self.frozen = occupancy == "frozen"
        self.day = 0
        self.known: dict[Place, list[Route]] = {}
        self.fixed: dict[Place, list[Route]] = {}
        moves = self.moves
        self.matches = (
            moves.MatchCampEthnicity or moves.MatchCampReligion
            or moves.MatchTownEthnicity or moves.MatchConflictEthnicity
        )  # fmt: skip

    # D2. Scores

    def refresh(self, day: int) -> None:
        """Score every place, let capacities grow, and fix the routes of the day, place by place in file order."""
        self.day = day
        if self.world.roads_changed:
            self.known.clear()
            self.world.roads_changed = False
        for place in self.world.places:
            place.score = self.score_of_place(place)
            place.capacity += int(place.number("capacity_per_day"))
            if self.moves.fixed_routes and self.rules.fixed_routes_score_twice:
                self.fixed[place] = self._best_routes(place)  # places further down still have yesterday's score
        if self.moves.fixed_routes and not self.rules.fixed_routes_score_twice:
            self.fixed = {place: self._best_routes(place) for place in self.world.places}

    def score_of_place(self, place: Place) -> float:
        moves, score = self.moves, 1.0
        if self.world.foreign(place):
            if moves.use_economic_pull:
                score += score * (place.number("trade_volume") + place.number("hdi") ** 2)
            score *= moves.foreign_weight
        elif moves.avoid_food_deprived_locations and self.day > 0:
            score *= 1.0 - (place.ipc / 100.0) ** 2
        if place.camp:
            score *= moves.camp_weight
        if place.conflict > 0.0:
            score *= moves.conflict_weight ** (self.world.decay(place, self.day) * place.conflict)
        if place.flood_zone and moves.flood_rules is not None:
            score *= self.by_level(moves.flood_rules.flood_loc_weights, place.level)
            score *= self.forecast(moves.flood_rules.flood_loc_weights, place)
        return score

    def by_level(self, values: tuple[float, ...], level: int) -> float:
        """Read a list by flood level; Flee fails at its last entry."""
        if level >= len(values) - 1:
            if self.rules.flood_top_level_fails:
                message = f"flood level {level} of {len(values)}"
                raise IndexError(message)
            return values[-1]
        return values[level]

    def forecast(self, values: tuple[float, ...], place: Place) -> float:
        """Average a list over the levels of the days to come, by the forecaster's weights; 1 where it sees nothing."""
        flood = self.moves.flood_rules
        if flood is None or not flood.flood_forecaster:
            return 1.0
        last = min(self.day + flood.flood_forecaster_timescale, flood.flood_forecaster_end_time)
        weights = flood.flood_forecaster_weights
        total = seen = 0.0
        for ahead, day in enumerate(range(self.day + 1, last + 1)):
            weight = weights[min(ahead, len(weights) - 1)]
            total += weight * self.by_level(values, self.world.level_on(place, day))
            seen += weight
        return total / seen if seen > 0.0 else 1.0

    # D3. Who is where, by ethnicity and religion

    def count(self, person: Person, number: float = 1) -> None:
        """Count somebody who is at a place."""
        for attribute in ("ethnicity", "religion"):
            if attribute in person.attributes:
                key = f"{attribute} {person.attributes[attribute]}"
                person.place.present[key] = person.place.present.get(key, 0) + number

    # 4.2 Route choice

    def room(self, place: Place) -> float:
        """Give cap(e): 1 with room, 0 when full, linear in the buffer between."""
        capacity, buffer = place.capacity * self.moves.capacity_scaling, self.moves.capacity_buffer
        people = place.seen if self.frozen else place.people
        if capacity < 1.0 or people <= buffer * capacity:
            return 1.0
        if people >= capacity:
            return 0.0
        return 1.0 - (people - buffer * capacity) / (capacity * (1.0 - buffer))

    def routes_and_weights(self, person: Person) -> tuple[list[Route], list[float]]:
        """Give all routes that a person may choose from, and their weights."""
        routes = self.routes_from(person.place)
        if self.moves.fixed_routes:
            return self.fixed[person.place], [self._fixed_weight(route, person) for route in self.fixed[person.place]]
        weights = [self._weight(route, self._pull(route, person), self.room(route.end)) for route in routes]
        threshold = self.moves.pruning_threshold
        if threshold >= 1.001 and weights:
            share = 1.0 / threshold if self.rules.pruning_inverted else 1.0 - 1.0 / threshold
            least = max(weights) * share
            kept = [index for index, weight in enumerate(weights) if weight >= least]
            return [routes[index] for index in kept], [weights[index] for index in kept]
        return routes, weights

    def _pull(self, route: Route, person: Person) -> float | None:
        """Give the score of a route's endpoint to a person; ``None`` where the person knows nothing at all."""
        if self.rules.awareness_zero_stops or self.moves.awareness_level > 0:
            return self.score_for(person, route.end)
        return 1.0 if self.moves.awareness_level == 0 else None

    def _weight(self, route: Route, score: float | None, room: float) -> float:
        moves, pull = self.moves, 1.0
        if score is not None:
            pull = (moves.weight_softening + score) / (moves.softening + route.distance) ** moves.distance_power
        return float((pull * room) ** moves.weight_power)

    def _fixed_weight(self, route: Route, person: Person) -> float:
        if self.rules.fixed_routes_score_twice:
            return route.weight * self.score_for(person, route.end)
        return self._weight(route, self._pull(route, person), self.room(route.end))

    def routes_from(self, place: Place) -> list[Route]:
        """Give all routes of up to ``awareness_level`` hops, at least one; found once until roads change."""
        if place not in self.known:
            if self.moves.awareness_level == 0 and self.rules.awareness_zero_stops:
                self.known[place] = []
            else:
                self.known[place] = self._paths((place,), 0.0, max(self.moves.awareness_level, 1))
        return self.known[place]

    def _paths(self, path: tuple[Place, ...], distance: float, hops: int) -> list[Route]:
        found = []
        for road in path[-1].roads:
            if road.end in path:
                continue
            longer, far = (*path, road.end), distance + road.distance
            if road.end.marker:  # passed without using up a hop, never an endpoint
                found += self._paths(longer, far, hops)
                continue
            found.append(Route(longer[1:], far))
            if hops > 1:
                found += self._paths(longer, far, hops - 1)
        return found

    def _best_routes(self, place: Place) -> list[Route]:
        """Give the best route to each destination, without regard to how full it is."""
        best: dict[Place, Route] = {}
        for route in self.routes_from(place) + self._major_routes(place):
            weighed = Route(route.hops, route.distance, self._weight(route, route.end.score, 1.0))
            if route.end not in best or weighed.weight > best[route.end].weight:
                best[route.end] = weighed
        return list(best.values())

    def _major_routes(self, place: Place) -> list[Route]:
        """Follow each chain from a place both ways; it looks a quarter as long."""
        found = []
        for names in self.world.instance.major_routes:
            for chain in (names, names[::-1]):
                places = [self.world.by_name[name] for name in chain]
                if place not in places:
                    continue
                path, distance = [place], 0.0
                for following in places[places.index(place) + 1 :]:
                    road = next((road for road in path[-1].roads if road.end is following), None)
                    if road is None:
                        break
                    path.append(following)
                    distance += road.distance
                    if not following.marker:
                        found.append(Route(tuple(path[1:]), distance / 4.0))
        return found

    def score_for(self, person: Person, place: Place) -> float:
        """Give the score of a place to a person, rule by rule in the order of the format."""
        score = self._with_hazards(person, place.score)
        if self.moves.stay_close_to_home:
            centre = person.place if self.rules.home_is_current_place else person.home
            score /= max(1.0, self._kilometres(centre, place)) ** self.moves.home_distance_power
        flood = self.moves.flood_rules
        if flood is not None and (self.rules.flood_weight_twice or not place.flood_zone):
            if place.level > 0:
                score *= self.by_level(flood.flood_loc_weights, place.level)
            score *= self.forecast(flood.flood_loc_weights, place)
        return score * self._with_others(person, place)

    def _with_hazards(self, person: Person, score: float) -> float:
        """Square the score for those who avoid hazards (4.2)."""
        moves, age = self.moves, person.number("age")
        squared = False
        if moves.ChildrenAvoidHazards and age is not None:
            if age < 19:
                score, squared = score * score, True
            oldest = float("inf") if self.rules.risk_rule_covers_men else 18.0
            if moves.BoysTakeRisk and person.male and 14 < age <= oldest:
                score = 1.0
        if moves.ElderlyAvoidHazards and age is not None and age > 59:
            score, squared = score * score, True
        if moves.WomenAvoidHazards and person.female and not squared:
            score *= score
        return score

    def _with_others(self, person: Person, place: Place) -> float:
        """Give the factor of the people who are there already, and of the population."""
        moves, factor = self.moves, 1.0
        if place.camp:
            if moves.MatchCampEthnicity:
                factor *= 10.0 * self._share(person, place, "ethnicity")
            if moves.MatchCampReligion:
                factor *= self._share(person, place, "religion") / moves.avg_religion_fraction
            return factor
        match = moves.MatchConflictEthnicity if place.conflict > 0.0 else moves.MatchTownEthnicity
        if match:
            factor *= 10.0 * self._share(person, place, "ethnicity")
        if moves.use_pop_for_loc_weight:
            factor *= float(max(1.0, place.population) ** moves.pop_power_for_loc_weight)
        return factor

    def _share(self, person: Person, place: Place, attribute: str) -> float:
        if attribute not in person.attributes:
            return 1.0
        present = place.present.get(f"{attribute} {person.attributes[attribute]}", 0)
        return present / (place.population if place.population >= 1 else 1e8)

    def _kilometres(self, first: Place, second: Place) -> float:
        """Measure the great circle; Flee takes x for the longitude though the files put the latitude there."""
        if self.rules.swapped_coordinates:
            (lat1, lon1), (lat2, lon2) = (first.y, first.x), (second.y, second.x)
        else:
            (lat1, lon1), (lat2, lon2) = (first.x, first.y), (second.x, second.y)
        up, across = radians(lat2 - lat1) / 2.0, radians(lon2 - lon1) / 2.0
        square = sin(up) ** 2 + cos(radians(lat1)) * cos(radians(lat2)) * sin(across) ** 2
        return 2.0 * EARTH_KM * asin(sqrt(square))
