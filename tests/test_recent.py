"""A cache returns what would be computed, computes it once, and evicts the least recently used."""

from __future__ import annotations

from collections.abc import Iterable

from rag.models.recent import Remembered


class Doubles:
    """Doubles numbers, and records its arguments."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, numbers: list[int]) -> Iterable[int]:
        self.asked.append(numbers)
        return (2 * number for number in numbers)


def test_every_key_is_computed_once_and_all_new_ones_together() -> None:
    doubles = Doubles()
    remembered = Remembered(doubles, most=10)
    assert remembered([3, 1, 3]) == [6, 2, 6]
    assert remembered([1, 2, 3, 4]) == [2, 4, 6, 8]
    assert remembered([4, 1]) == [8, 2]
    assert remembered([]) == []
    assert doubles.asked == [[3, 1], [2, 4]]


def test_the_least_recently_used_is_evicted_first() -> None:
    doubles = Doubles()
    remembered = Remembered(doubles, most=2)
    remembered([1])
    remembered([2])
    remembered([1])
    remembered([3])  # 2 was used before 1
    remembered([1, 2])
    assert doubles.asked == [[1], [2], [3], [2]]


def test_more_keys_than_the_limit_can_be_requested_at_once() -> None:
    doubles = Doubles()
    remembered = Remembered(doubles, most=2)
    assert remembered([1, 2, 3, 4]) == [2, 4, 6, 8]
    assert remembered([3, 4]) == [6, 8]
    assert doubles.asked == [[1, 2, 3, 4]]


def test_a_failed_computation_is_not_cached() -> None:
    def fails(numbers: list[int]) -> list[int]:
        if numbers == [1]:
            raise ValueError("1 cannot be")
        return numbers

    remembered = Remembered(fails, most=2)
    for _ in range(2):
        try:
            remembered([1])
        except ValueError:
            continue
        raise AssertionError("nothing was raised")
    assert remembered([2]) == [2]
