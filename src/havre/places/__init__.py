"""Places: countries, special codes and routes, with their names, providers' labels, distances and borders."""

from havre.places.codes import Kind, Place, check_code, countries, place, routes, special_codes
from havre.places.crosswalk import code_from_label, is_aggregate, map_labels, providers
from havre.places.geography import distance_km, distance_matrix, neighbours
from havre.places.names import find_code, place_name

__all__ = [
    "Kind",
    "Place",
    "check_code",
    "code_from_label",
    "countries",
    "distance_km",
    "distance_matrix",
    "find_code",
    "is_aggregate",
    "map_labels",
    "neighbours",
    "place",
    "place_name",
    "providers",
    "routes",
    "special_codes",
]
