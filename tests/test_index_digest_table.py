"""A digest table works like a dictionary from digests to numbers, in less memory."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from rag.index.writing import digest_table
from rag.index.writing.digest_table import KEY, NONE, DigestTable

KEYS = st.binary(min_size=2, max_size=2).map(lambda start: start.ljust(8, b"\0") + start.rjust(8, b"\0"))


@given(st.lists(st.tuples(KEYS, st.integers(0, 2**62))), st.lists(KEYS))
def test_it_keeps_the_last_number_of_each_digest(put: list[tuple[bytes, int]], asked: list[bytes]) -> None:
    expected = dict(put)
    table = DigestTable()
    for key, number in put:
        table.put(key, number)
    assert len(table) == len(expected)
    assert [table.get(key) for key in [*expected, *asked]] == [
        *expected.values(),
        *(expected.get(key, NONE) for key in asked),
    ]


def test_digests_with_the_same_prefix_are_distinguished_as_the_table_grows() -> None:
    keys = [b"the same" + number.to_bytes(8, "big") for number in range(60)]
    table = DigestTable()
    for number, key in enumerate(keys * 40):
        table.put(key, number)
    others = [number.to_bytes(KEY, "little") for number in range(1, 3 * digest_table.FIRST)]
    for number, key in enumerate(others):
        table.put(key, number)
    assert [table.get(key) for key in keys] == list(range(39 * 60, 40 * 60))
    assert [table.get(key) for key in others] == list(range(len(others)))


def test_a_digest_takes_at_most_72_bytes() -> None:
    tracemalloc.start()
    table = DigestTable()
    count = digest_table.FIRST * 2 // 3 + 1  # the table has just doubled
    for number in range(count):
        table.put(number.to_bytes(KEY, "little"), number)
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size / count < 80
