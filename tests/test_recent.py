"""What is remembered is what would be made, is made once, and is forgotten in the order in which it was last asked for."""

from __future__ import annotations

from collections.abc import Iterable

from rag.models.recent import Remembered


class Doubles:
    """Doubles numbers and notes what it was asked."""

    def __init__(self) -> None:
        self.asked: list[list[int]] = []

    def __call__(self, numbers: list[int]) -> Iterable[int]:
        self.asked.append(numbers)
        return (2 * number for number in numbers)


def test_every_key_is_made_once_and_all_new_ones_together() -> None:
    doubles = Doubles()
    remembered = Remembered(doubles, most=10)
    assert remembered([3, 1, 3]) == [6, 2, 6]
    assert remembered([1, 2, 3, 4]) == [2, 4, 6, 8]
    assert remembered([4, 1]) == [8, 2]
    assert remembered([]) == []
    assert doubles.asked == [[3, 1], [2, 4]]


def test_the_one_asked_for_longest_ago_is_forgotten_first() -> None:
    doubles = Doubles()
    remembered = Remembered(doubles, most=2)
    remembered([1])
    remembered([2])
    remembered([1])
    remembered([3])  # 2 was asked for before 1
    remembered([1, 2])
    assert doubles.asked == [[1], [2], [3], [2]]


def test_more_than_is_kept_can_be_asked_for_at_once() -> None:
    doubles = Doubles()
    remembered = Remembered(doubles, most=2)
    assert remembered([1, 2, 3, 4]) == [2, 4, 6, 8]
    assert remembered([3, 4]) == [6, 8]
    assert doubles.asked == [[1, 2, 3, 4]]


def test_what_could_not_be_made_is_not_remembered() -> None:
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
