"""A sequence whose items are made when they are asked for, so that nobody has to hold them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

T_co = TypeVar("T_co", covariant=True)


class Lazy(Sequence[T_co], Generic[T_co]):
    """`length` items; item i is `make(i)`, made again each time."""

    def __init__(self, length: int, make: Callable[[int], T_co]) -> None:
        self._length, self._make = length, make

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, number: int) -> T_co: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[T_co]: ...
    def __getitem__(self, number: int | slice) -> T_co | Sequence[T_co]:
        if isinstance(number, slice):
            return [self._make(i) for i in range(*number.indices(self._length))]
        if not -self._length <= number < self._length:
            raise IndexError(f"{number} is not below {self._length}")
        return self._make(number % self._length)
