"""Where people at a place may go: a place's routes over open links, as far as they know the network.

A *candidate* is a route: the links to walk and the place where it ends. People who know only their neighbours
(awareness level 1) have one candidate for each open link; others have every route of up to that many hops that visits
no place twice, and each beginning of it. Markers are walked through without using up a hop, and no route ends in one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from havre.displacement.network import Flags, Floats, Ints, Network

WIDTHS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
"""Places are drawn for together by number of candidates, filled up to one of these: a hub does not widen all."""


@dataclass(frozen=True, eq=False)
class Block:
    """Places with about as many candidates: ``table[row, column]`` numbers them, filled up *in front* with ``-1``."""

    width: int
    table: Ints


@dataclass(eq=False)
class RouteBook:
    """Routes still to walk, by number; 0 is none. Each has a next place, the route after it, and its end."""

    numbers: dict[tuple[int, ...], int] = field(default_factory=lambda: {(): 0})
    routes: list[tuple[int, ...]] = field(default_factory=lambda: [()])

    def number(self, places: tuple[int, ...]) -> int:
        """Give the number of a route, the places still to reach in their order."""
        if places not in self.numbers:
            self.numbers[places] = len(self.routes)
            self.routes.append(places)
        return self.numbers[places]

    def step(self, numbers: Ints) -> tuple[Ints, Ints, Ints]:
        """Give for each route its next place, the number of what then remains, and its end."""
        distinct, inverse = np.unique(numbers, return_inverse=True)
        places = [self.routes[number] for number in distinct]
        following = np.array([route[0] for route in places], np.int64)
        rest = np.array([self.number(route[1:]) for route in places], np.int64)
        end = np.array([route[-1] for route in places], np.int64)
        return following[inverse], rest[inverse], end[inverse]


@dataclass(frozen=True, eq=False)
class Candidates:
    """All candidates of all places while the same links are open (C).

    Attributes
    ----------
    place : where the candidate starts, C; sorted
    end : the place where it ends, C
    distance : km of the whole route, C
    link : the first link, C
    rest : number in the route book of what remains after the first link, C
    start : candidates of place ``i`` are ``start[i]:start[i + 1]``, L + 1
    blocks : places by number of candidates
    block_of, row_of : place ``i`` is row ``row_of[i]`` of ``blocks[block_of[i]]``, L
    nearest : km to the end of the shortest open link of a place, infinite where there is none, L
    """

    place: Ints
    end: Ints
    distance: Floats
    link: Ints
    rest: Ints
    start: Ints
    blocks: tuple[Block, ...]
    block_of: Ints
    row_of: Ints
    nearest: Floats
    flagged: Flags | None = None
    """Candidates from places where a link redirects people, who draw evenly, C + 1; ``None`` where there are none."""


def find_candidates(network: Network, open_links: Flags, marker: Flags, hops: int, book: RouteBook) -> Candidates:
    """List the candidates of every place over the links that are open.

    Parameters
    ----------
    open_links : K
    marker : L
    hops : how far people see; 1 is their neighbours
    """
    if hops <= 1 and not marker.any():
        links = np.flatnonzero(open_links)
        links = links[np.argsort(network.origin[links], kind="stable")]
        rest = np.zeros(links.size, np.int64)
        found = (network.origin[links], network.destination[links], network.distance[links], links, rest)
    else:
        found = _search(network, open_links, marker, max(hops, 1), book)
    place, end, distance, link, rest = found
    # Two links between the same places are two candidates; walked is the first that is open.
    link = _first_open(network, open_links)[link]
    nearest = np.full(network.locations, np.inf)
    usable = np.flatnonzero(open_links)
    np.minimum.at(nearest, network.origin[usable], network.distance[usable])
    none = np.zeros(0, np.int64)
    return arrange(Candidates(place, end, distance, link, rest, none, (), none, none, nearest), network.locations)


def arrange(candidates: Candidates, locations: int) -> Candidates:
    """Sort candidates by place and group the places by number of candidates."""
    order = np.argsort(candidates.place, kind="stable")
    columns = {name: getattr(candidates, name)[order] for name in ("place", "end", "distance", "link", "rest")}
    start = np.searchsorted(columns["place"], np.arange(locations + 1))
    blocks, block_of, row_of = _blocks(np.diff(start), start)
    return replace(candidates, **columns, start=start, blocks=blocks, block_of=block_of, row_of=row_of)


def _first_open(network: Network, open_links: Flags) -> Ints:
    """Give for each link the first open one between the same places."""
    best = np.full(network.links, network.links, np.int64)
    usable = np.flatnonzero(open_links)
    np.minimum.at(best, network.first[usable], usable)
    return best[network.first]


def _search(
    network: Network, open_links: Flags, marker: Flags, hops: int, book: RouteBook
) -> tuple[Ints, Ints, Floats, Ints, Ints]:
    outgoing: list[list[int]] = [[] for _ in range(network.locations)]
    for link in np.flatnonzero(open_links).tolist():
        outgoing[int(network.origin[link])].append(link)
    rows: list[tuple[int, int, float, int, int]] = []
    for place in range(network.locations):
        rows += [
            (place, walked[-1], km, link, book.number(walked[1:]))
            for walked, km, link in _walks(network, outgoing, marker, place, hops)
        ]
    columns = list(zip(*rows, strict=True)) or [(), (), (), (), ()]
    place_, end, km_, link_, rest = (np.array(column) for column in columns)
    whole = np.int64
    return place_.astype(whole), end.astype(whole), km_.astype(np.float64), link_.astype(whole), rest.astype(whole)


def _walks(
    network: Network, outgoing: list[list[int]], marker: Flags, place: int, hops: int
) -> Iterator[tuple[tuple[int, ...], float, int]]:
    """Give every route from a place: the places reached in order, its km, its first link."""
    waiting: list[tuple[tuple[int, ...], float, int, int]] = [((), 0.0, -1, hops)]
    while waiting:
        walked, km, first, left = waiting.pop()
        here = walked[-1] if walked else place
        for link in outgoing[here]:
            following = int(network.destination[link])
            if following == place or following in walked:
                continue
            route = (*walked, following)
            length = km + float(network.distance[link])
            start = link if first < 0 else first
            through = bool(marker[following])
            after = left if through else left - 1
            if not through:
                yield route, length, start
            if after > 0:
                waiting.append((route, length, start, after))


def _blocks(degree: Ints, start: Ints) -> tuple[tuple[Block, ...], Ints, Ints]:
    """Group places by number of candidates."""
    widest = int(degree.max(initial=0))
    # A small network is drawn in one block: fewer, larger steps cost less than the filling.
    few = degree.size * max(widest, 1) <= 1000
    widths = [widest] if few else [width for width in WIDTHS if width < widest] + [widest]
    block_of = np.searchsorted(widths, degree) if widest else np.zeros(degree.size, np.int64)
    row_of = np.zeros(degree.size, np.int64)
    blocks: list[Block] = []
    for number, width in enumerate(widths if widest else [0]):
        members = np.flatnonzero(block_of == number)
        row_of[members] = np.arange(members.size)
        columns = np.arange(width)[None, :] - (width - degree[members][:, None])
        table = np.where(columns >= 0, start[members][:, None] + columns, -1)
        blocks.append(Block(width, table.astype(np.int64)))
    return tuple(blocks), block_of.astype(np.int64), row_of
