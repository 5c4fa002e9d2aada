import pytest
from django.core.cache import cache

from contactcenter.limits import Limit
from tests.clock import Clock

LIMIT = Limit("test", times=3, seconds=60)


def test_so_often_and_no_more_until_the_window_ends(clock: Clock) -> None:
    assert [LIMIT.take("ewa") for _ in range(4)] == [True, True, True, False]
    assert LIMIT.is_used_up("ewa")
    assert LIMIT.take("jan")


@pytest.mark.embedded
def test_the_window_ends(clock: Clock) -> None:
    # Redis keeps its own time.
    for _ in range(4):
        LIMIT.take("ewa")

    clock.move(seconds=61)

    assert not LIMIT.is_used_up("ewa")
    assert LIMIT.take("ewa")


def test_looking_counts_nothing() -> None:
    for _ in range(9):
        assert not LIMIT.is_used_up("ewa")


def test_a_cache_that_is_away_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise ConnectionError

    for name in ("add", "incr", "get"):
        monkeypatch.setattr(cache, name, away)

    assert LIMIT.take("ewa")
    assert not LIMIT.is_used_up("ewa")


@pytest.mark.embedded
def test_many_others_do_not_push_a_count_out() -> None:
    for _ in range(3):
        LIMIT.take("ewa")
    for number in range(2000):
        LIMIT.take(f"stranger {number}")

    assert LIMIT.is_used_up("ewa")
