import pytest

from rag.split.lazy import Lazy


def test_an_item_is_computed_on_each_access_and_no_other() -> None:
    made: list[int] = []
    squares = Lazy(5, lambda i: made.append(i) or i * i)  # type: ignore[func-returns-value]
    assert (squares[2], squares[-1], squares[1:3], made) == (4, 16, [1, 4], [2, 4, 1, 2])


def test_iteration_stops_at_the_given_length() -> None:
    squares = Lazy(3, lambda i: i * i)
    assert list(squares) == [0, 1, 4]
    for number in (3, -4):
        with pytest.raises(IndexError):
            squares[number]
