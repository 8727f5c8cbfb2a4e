"""Maps digests to numbers in 36 to 72 bytes each; a dictionary takes 200."""

from __future__ import annotations

from array import array

KEY = 16  # bytes of a digest, whose first bytes are as good as random
FIRST = 1_024  # initial slots, a power of two, doubled when two thirds are used
NONE = -1


class DigestTable:
    """A hash table from digests to numbers of 0 or more."""

    def __init__(self) -> None:
        self._keys, self._numbers, self._count = bytearray(KEY * FIRST), array("q", [NONE]) * FIRST, 0

    def __len__(self) -> int:
        return self._count

    def get(self, key: bytes) -> int:
        """Return the number of a digest, or NONE."""
        return self._numbers[self._slot(key)]

    def put(self, key: bytes, number: int) -> None:
        """Store the number of a digest, replacing an earlier one."""
        if 3 * (self._count + 1) > 2 * len(self._numbers):  # a fuller table has long collision runs
            self._double()
        slot = self._slot(key)
        self._count += self._numbers[slot] == NONE
        self._keys[KEY * slot : KEY * slot + KEY] = key
        self._numbers[slot] = number

    def _slot(self, key: bytes) -> int:
        """Return the slot of a digest, or where it would be inserted."""
        last = len(self._numbers) - 1
        slot = int.from_bytes(key[:8], "little") & last
        while self._numbers[slot] != NONE and self._keys[KEY * slot : KEY * slot + KEY] != key:
            slot = (slot + 1) & last
        return slot

    def _double(self) -> None:
        keys, numbers = self._keys, self._numbers
        size = 2 * len(numbers)
        self._keys, self._numbers, self._count = bytearray(KEY * size), array("q", [NONE]) * size, 0
        for slot, number in enumerate(numbers):
            if number != NONE:
                self.put(bytes(keys[KEY * slot : KEY * slot + KEY]), number)
