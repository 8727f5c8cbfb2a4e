"""Lazy sequences: items are computed on access and not kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, overload

from rag.types import Continued, Passage, Place

T_co = TypeVar("T_co", covariant=True)


class Lazy(Sequence[T_co], Generic[T_co]):
    """A sequence of `length` items; item i is `make(i)`, computed again on each access."""

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


class Passages(Lazy[Passage]):
    """Passages whose places and Continued flags can be read without computing the passages."""

    def __init__(
        self, make: Callable[[int], Passage], *, places: Sequence[Sequence[Place]], continued: Sequence[int]
    ) -> None:
        super().__init__(len(continued), make)
        self.places, self.continued = places, continued

    @classmethod
    def of(cls, passages: Sequence[Passage]) -> Passages:
        """Return passages held in memory as such a sequence."""
        return cls(
            passages.__getitem__,
            places=[passage.places for passage in passages],
            continued=bytes(isinstance(passage, Continued) for passage in passages),
        )
