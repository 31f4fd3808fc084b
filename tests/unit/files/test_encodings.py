"""Encodings of text files."""

import pytest

from erplink.adapters.erp.files.encodings import Encoding, encoding_of
from erplink.adapters.erp.files.trouble import FileTrouble
from erplink.errors import BadValue


@pytest.mark.parametrize(
    ("data", "given", "expected"),
    [
        (b"a,b", "", Encoding("utf-8")),
        ("å".encode(), "", Encoding("utf-8")),
        (b"\xef\xbb\xbfa", "", Encoding("utf-8", b"\xef\xbb\xbf")),
        (b"\xef\xbb\xbfa", "utf-8", Encoding("utf-8", b"\xef\xbb\xbf")),
        (b"a", "utf-8-sig", Encoding("utf-8")),
        ("å".encode("utf-16"), "", Encoding("utf-16-le", b"\xff\xfe")),
        ("å".encode("utf-16"), "UTF-16", Encoding("utf-16-le", b"\xff\xfe")),
        (b"\xfe\xff\x00a", "", Encoding("utf-16-be", b"\xfe\xff")),
        (b"\xff\xfe\x00\x00a\x00\x00\x00", "", Encoding("utf-32-le", b"\xff\xfe\x00\x00")),
        (b"\xe5", "cp1252", Encoding("cp1252")),
        (b"\xe5", "latin-1", Encoding("iso8859-1")),
    ],
)
def test_an_encoding_is_found_or_taken_as_given(data, given, expected):
    """A mark says which it is; without one it is UTF-8, or what is set."""
    assert expected == encoding_of(data, given)


@pytest.mark.parametrize("text", ["Åse,Łódź", "plain"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_was_decoded_is_encoded_to_the_same_bytes(text, codec):
    """The mark at the beginning is kept."""
    data = text.encode(codec)
    encoding = encoding_of(data)

    assert text == encoding.decode(data)
    assert data == encoding.encode(text)


@pytest.mark.parametrize(
    ("data", "given", "code"),
    [
        (b"\xe5", "", "ambiguous-encoding"),
        (b"a\x00b\x00", "", "ambiguous-encoding"),
        (b"\xe5", "ascii", "wrong-encoding"),
        (b"\x81", "cp1252", "wrong-encoding"),
        (b"a\x00", "utf-16", "ambiguous-encoding"),
    ],
)
def test_no_byte_is_replaced(data, given, code):
    """What cannot be decoded strictly is refused; nothing is guessed."""
    with pytest.raises(FileTrouble) as caught:
        encoding_of(data, given).decode(data)

    assert code == caught.value.code


@pytest.mark.parametrize(
    "name", ["utf-7", "rot13", "base64", "unicode_escape", "idna", "punycode", "cp037", "nonsense"]
)
def test_what_is_no_plain_encoding_of_texts_is_refused(name):
    """An encoding in which a comma may be no comma is not taken."""
    with pytest.raises(BadValue, match="not an encoding of texts"):
        encoding_of(b"a", name)


def test_a_letter_that_has_no_bytes_does_not_fit():
    """A letter that the encoding lacks is told before anything is written."""
    assert "'Ł' cannot be written in cp1252" == Encoding("cp1252").why_not_fitting("Łódź")
    assert "" == Encoding("cp1252").why_not_fitting("Åse")
    assert Encoding("utf-8").why_not_fitting("a\0")
    assert Encoding("utf-8").why_not_fitting("\ud800")
