"""Turns: bounded in all and for each address, given back once, refused in time, the lightest line first."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from havre.web import turns
from havre.web.turns import NoTurnError, Turns


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), max_size=25), st.integers(1, 4), st.integers(1, 3)
)
def test_never_more_than_may_be_at_once_and_everybody_comes(
    asked: list[tuple[str, int]], at_once: int, of_one: int
) -> None:
    running: list[str] = []
    done: list[str] = []

    async def ask(given_turns: Turns, caller: str, steps: int) -> None:
        end = await given_turns.take(caller)
        running.append(caller)
        assert len(running) <= at_once
        assert running.count(caller) <= of_one
        for _ in range(steps):
            await asyncio.sleep(0)
        running.remove(caller)
        end()
        end()  # a turn that ended ends no other
        done.append(caller)

    async def story() -> None:
        given_turns = Turns(at_once, of_one)
        await asyncio.gather(*(ask(given_turns, *each) for each in asked))
        assert not given_turns._lines
        assert not given_turns._begun

    asyncio.run(story())
    assert sorted(done) == sorted(caller for caller, _ in asked)


def test_a_newcomer_comes_before_who_took_much_and_light_questions_before_heavy_ones() -> None:
    clock = Clock()
    order: list[str] = []

    async def ask(given_turns: Turns, caller: str, kind: str, seconds: float) -> None:
        end = await given_turns.take(caller, kind)
        order.append(f"{caller} {kind}")
        clock.now += seconds
        end()

    async def story() -> None:
        given_turns = Turns(1, 1, clock=clock)
        for _ in range(2):
            await ask(given_turns, "other", "heavy", 2.0)
        end = await given_turns.take("first")
        asking = [("other", "light", 0.1), ("third", "heavy", 2.0), ("reader", "light", 0.1)]
        tasks = [asyncio.create_task(ask(given_turns, *each)) for each in asking]
        await settle()
        end()
        await asyncio.gather(*tasks)

    asyncio.run(story())
    assert order[2:] == ["reader light", "third heavy", "other light"]


def test_what_an_address_took_of_late_adds_up() -> None:
    clock = Clock()

    async def story() -> list[str]:
        given_turns = Turns(1, 1, clock=clock)
        # Five questions of one second are more than one of two, though each is less.
        for caller, seconds in (*[("many", 1.0)] * 5, ("one", 2.0)):
            end = await given_turns.take(caller)
            clock.now += seconds
            end()
        end = await given_turns.take("first")
        order: list[str] = []

        async def ask(caller: str) -> None:
            done = await given_turns.take(caller)
            order.append(caller)
            done()

        tasks = [asyncio.create_task(ask(caller)) for caller in ("many", "one")]
        await settle()
        end()
        await asyncio.gather(*tasks)
        return order

    assert asyncio.run(story()) == ["one", "many"]


def test_who_waits_too_long_or_with_too_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_WAITING", 2)
    monkeypatch.setattr(turns, "MOST_WAITING_IN_ALL", 3)

    async def story() -> list[int | None]:
        given_turns = Turns(1, 1, patience=0.02)
        end = await given_turns.take("a")

        async def status(caller: str) -> int | None:
            try:
                (await given_turns.take(caller))()
            except NoTurnError as error:
                return error.status
            return None

        found = await asyncio.gather(*(status(each) for each in ("b", "b", "b", "c", "d")))
        end()
        assert await status("b") is None
        assert not given_turns._lines
        return found

    assert asyncio.run(story()) == [503, 503, 429, 503, 503]


def test_who_goes_away_while_they_wait_leaves_the_turn_to_the_next() -> None:
    async def story() -> None:
        given_turns = Turns(1, 1)
        end = await given_turns.take("a")
        gone, late = (asyncio.create_task(given_turns.take("b")) for _ in range(2))
        await settle()
        gone.cancel()
        await settle()
        end()
        # The turn comes, and in the same moment its owner is gone.
        late.cancel()
        await asyncio.gather(gone, late, return_exceptions=True)
        (await asyncio.wait_for(given_turns.take("c"), 1))()

    asyncio.run(story())


def test_callers_are_held_neither_by_name_nor_without_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "MOST_CALLERS", 10)

    async def story() -> None:
        given_turns = Turns(1, 1)
        for number in range(40):
            (await given_turns.take(f"192.0.2.{number}"))()
            assert len(given_turns._took) <= 10
        assert not any(b"192.0.2" in each for each in given_turns._took)

    asyncio.run(story())
