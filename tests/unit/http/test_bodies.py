import gzip
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.http.bodies import Body, BodyBroken, BodyTooLarge, BodyUnreadable


def read(data, encoding="", bytes_max=1_000, step=7):
    body = Body(encoding, bytes_max)
    for at in range(0, len(data), step):
        body.feed(data[at : at + step])
    return body.whole()


@given(st.binary(max_size=300), st.integers(1, 64), st.sampled_from(["gzip", "X-GZIP", " gzip "]))
def test_what_was_packed_is_unpacked(data, step, encoding):
    """However the bytes are cut on the way, what was packed comes out."""
    assert data == read(gzip.compress(data), encoding, step=step)


@given(st.binary(max_size=300), st.integers(1, 64), st.sampled_from(["", "identity", "Identity"]))
def test_what_was_not_packed_is_left_alone(data, step, encoding):
    """Without a packing the body is what arrived."""
    assert data == read(data, encoding, step=step)


def test_several_packs_are_one_body():
    """Packs behind each other are one body, and filling behind them is none."""
    packed = gzip.compress(b"one ") + gzip.compress(b"two") + bytes(20)

    assert read(packed, "gzip", step=11) == b"one two"
    assert read(packed, "gzip", step=1_000) == b"one two"


def test_an_empty_body_may_claim_any_packing():
    """A HEAD request's answer names a packing and has no body."""
    body = Body("gzip", 10)
    body.feed(b"")

    assert body.whole() == b""


def test_what_only_claims_to_be_packed_is_taken_as_it_is():
    """A server that names gzip without being offered it, and does not pack, is understood."""
    assert read(b'{"id": 1}', "gzip") == b'{"id": 1}'


@pytest.mark.parametrize("encoding", ["br", "gzip, br", "deflate", "zstd"])
def test_a_packing_that_was_not_asked_for_is_refused(encoding):
    """Only gzip is offered, so only gzip is taken."""
    with pytest.raises(BodyUnreadable):
        Body(encoding, 10)


def test_a_body_of_just_the_limit_is_taken():
    """The limit itself is allowed, packed or not."""
    assert len(read(bytes(1_000), bytes_max=1_000)) == 1_000
    assert len(read(gzip.compress(bytes(1_000)), "gzip", bytes_max=1_000)) == 1_000


@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_one_byte_more_than_the_limit_is_too_much(encoding):
    """One byte above is refused, and what is kept never exceeds the limit."""
    data = bytes(1_001)
    body = Body(encoding, 1_000)

    with pytest.raises(BodyTooLarge):
        body.feed(gzip.compress(data) if encoding else data)

    assert len(body.so_far()) == 1_000


def test_a_bomb_is_stopped_before_it_goes_off():
    """A gigabyte packed into a megabyte is given up at the limit, not at its end."""
    packer = zlib.compressobj(9, zlib.DEFLATED, zlib.MAX_WBITS | 16)
    million = bytes(1_000_000)
    bomb = b"".join(packer.compress(million) for _ in range(20)) + packer.flush()
    body = Body("gzip", 5_000)

    with pytest.raises(BodyTooLarge):
        body.feed(bomb)

    assert len(body.so_far()) == 5_000


def test_packed_bytes_that_unpack_to_nothing_are_counted_too():
    """Empty packs without end are too much as well."""
    empty = gzip.compress(b"")
    body = Body("gzip", 10 * len(empty))
    body.feed(10 * empty)

    with pytest.raises(BodyTooLarge):
        body.feed(empty)


def test_a_body_cut_short_is_broken():
    """A pack without its end is not taken for the whole."""
    with pytest.raises(BodyBroken):
        read(gzip.compress(b"hello hello")[:-9], "gzip")


def test_a_damaged_body_is_broken():
    """A byte flipped on the way is noticed."""
    packed = bytearray(gzip.compress(b"hello hello"))
    packed[12] ^= 0xFF

    with pytest.raises(BodyBroken):
        read(bytes(packed), "gzip")
