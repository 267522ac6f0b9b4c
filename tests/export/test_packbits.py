"""Packed rows against a slow decoder of one's own."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from musivum.export._layered._packbits import packed


def unpacked(data):
    """Apple's technical note 1023, word for word."""
    out, i = bytearray(), 0
    while i < len(data):
        n = data[i] - 256 if data[i] > 127 else data[i]
        assert n != -128
        if n >= 0:
            out += data[i + 1 : i + 2 + n]
            i += 2 + n
        else:
            out += data[i + 1 : i + 2] * (1 - n)
            i += 2
    return bytes(out)


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 140)), min_size=1, max_size=30), st.integers(1, 5))
def test_rows_come_back(runs, height):
    flat = np.concatenate([np.full(length, value, np.uint8) for value, length in runs])
    rows = np.resize(flat, (height, -(-len(flat) // height)))
    data, counts = packed(rows)
    assert counts.sum() == len(data)
    for row, part in zip(rows, np.split(data, np.cumsum(counts)[:-1]), strict=True):
        assert unpacked(part.tobytes()) == row.tobytes()


def test_noise_grows_by_one_byte_in_128_and_one_colour_shrinks_to_two():
    noise = np.random.default_rng(0).permutation(256).astype(np.uint8).reshape(1, 256)
    assert len(packed(noise)[0]) == 258
    assert packed(np.full((3, 256), 9, np.uint8))[1].tolist() == [4, 4, 4]
