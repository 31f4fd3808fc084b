import json
import sys
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.http import slices as module
from erplink.adapters.http.documents import at_path, json_value
from erplink.adapters.http.slices import json_slices, slices_engine
from erplink.errors import BadDocument


def by_scanning(document, path):
    return module._by_scanning(document, path)


def by_msgspec(document, path):
    pytest.importorskip("msgspec", reason="the extra [speed] is not installed")
    return module._by_engine(module._engine.__wrapped__(), document, path)


def by_either(document, path):
    return json_slices(document, path)


WAYS = [by_scanning, by_either, by_msgspec]

blanks = st.text(alphabet=" \t\r\n", max_size=2)
leaves = st.one_of(
    st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(-1e9, 1e9)
)
values = st.recursive(
    leaves,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def written(draw, value):
    """A text that writes a value, with blanks and escapes wherever they may stand."""
    gap = draw(blanks)
    if isinstance(value, dict):
        members = [
            f"{draw(blanks)}{json.dumps(key, ensure_ascii=draw(st.booleans()))}{draw(blanks)}:"
            f"{draw(written(inner))}"
            for key, inner in value.items()
        ]
        return f"{gap}{{{','.join(members)}{draw(blanks)}}}{gap}"
    if isinstance(value, list):
        items = [draw(written(inner)) for inner in value]
        return f"{gap}[{','.join(items)}{draw(blanks)}]{gap}"
    return f"{gap}{json.dumps(value, ensure_ascii=draw(st.booleans()))}{gap}"


@st.composite
def documents(draw):
    """A document, the path to a list in it, and that list's items."""
    items = draw(st.lists(values, max_size=4))
    path = draw(st.lists(st.sampled_from(["data", "d", "ü", "a.b"]), max_size=2))
    value = items
    for key in reversed(path):
        around = draw(
            st.dictionaries(st.sampled_from(["next", "d", "data", "é"]), values, max_size=3)
        )
        pairs = [pair for pair in around.items() if pair[0] != key]
        pairs.insert(draw(st.integers(0, len(pairs))), (key, value))
        value = dict(pairs)
    return draw(written(value)).encode(), tuple(path), items


@pytest.mark.parametrize("way", WAYS)
@given(document=documents())
def test_slices_are_the_items_undecoded(way, document):
    """Each slice is the text of its item as it was sent, and decodes to it."""
    body, path, _ = document
    expected = at_path(json_value(body), path)

    slices, rest = way(body, path)

    assert expected == [json_value(item) for item in slices]
    assert all(item in body and item == item.strip() for item in slices)
    assert json_value(body) == refilled(rest, path, expected)


def refilled(rest, path, items):
    """The rest with the items where they were."""
    if not path:
        assert rest == []
        return items
    return {**rest, path[0]: refilled(rest[path[0]], path[1:], items)}


@given(document=documents())
def test_msgspec_and_the_scanner_say_the_same(document):
    """With and without the extra the slices are the same bytes, and the rest the same values."""
    body, path, _ = document

    assert by_msgspec(body, path) == by_scanning(body, path)


ODD = [
    (b'{"data": [1], "data": [2, 3]}', [b"2", b"3"], {"data": []}),
    (b'{"data": 5, "data": [2]}', [b"2"], {"data": []}),
    (b'{"data":[], "n": 1.50}', [], {"data": [], "n": json_value(b"1.50")}),
    ('{"data":["ä", "\\ud800"]}'.encode(), ['"ä"'.encode(), b'"\\ud800"'], {"data": []}),
    (b'{"\\ud800": 1, "data": [1]}', [b"1"], {"\ud800": 1, "data": []}),
    ('{"data":["ä"]}'.encode("utf-16"), ['"ä"'.encode()], {"data": []}),
    (b'\xef\xbb\xbf{"data":[{"a": "]"}]}', [b'{"a": "]"}'], {"data": []}),
    (b'{"data":[' + b"9" * 5_000 + b"]}", [b"9" * 5_000], {"data": []}),
]


@pytest.mark.parametrize("way", [by_scanning, by_either])
@pytest.mark.parametrize(("body", "expected", "rest"), ODD)
def test_odd_documents_are_sliced_as_python_reads_them(way, body, expected, rest):
    """Keys that stand twice, other encodings, halves of characters, numbers without end."""
    assert (expected, rest) == way(body, ("data",))


BROKEN = [
    b"",
    b"{",
    b"[]",
    b"{}",
    b'{"data"',
    b'{"data":',
    b'{"data" 1}',
    b'{"data":[',
    b'{"data":[1',
    b'{"data":[1,]}',
    b'{"data":[1 2]}',
    b'{"data":[1]',
    b'{"data":[1],}',
    b'{"data":[1]} x',
    b'{"data":[1]"b":2}',
    b'{"data":{}}',
    b'{"data":1}',
    b'{"rows":[1]}',
    b"{data:[1]}",
    b'{"data":[nope]}',
    b'{"data":[1],"x":NaN}',
    b'{"data":[NaN]}',
    b'{"data":["a\x01"]}',
    b'{"data":[01]}',
    b'{"data":[1],"x":\xff}',
    b'{"data":["\xff"],"x":1e999}',
    b'{,"data":[]}',
    b'{"data":' + b"[" * 100_000,
    b'{"data":[2],"data":{}}',
]


@pytest.mark.parametrize("body", BROKEN)
@pytest.mark.parametrize("way", [by_scanning, by_either])
def test_broken_documents_are_refused(way, body):
    """What json or the path rules out is a BadDocument, with the extra and without."""
    with pytest.raises(BadDocument):
        way(body, ("data",))


@given(st.binary(max_size=30) | documents().map(lambda d: d[0][:-2]))
def test_no_bytes_bring_anything_else_than_a_bad_document(body):
    """Whatever arrives is sliced or refused."""
    try:
        json_slices(body, ())
    except BadDocument:
        return


def test_slices_below_several_keys():
    """The rest keeps what stands beside the items on every level."""
    body = b'{"d": {"results": [ {"a": 1} , 2 ], "__next": "x"}, "t": 1}'

    assert json_slices(body, ("d", "results")) == (
        [b'{"a": 1}', b"2"],
        {"d": {"results": [], "__next": "x"}, "t": 1},
    )


def test_what_is_missing_is_named():
    """The sentence names the path as far as it leads."""
    with pytest.raises(BadDocument, match=r"there is no 'd.results', only \['x'\]"):
        json_slices(b'{"d": {"x": 1}}', ("d", "results"))


@pytest.fixture
def engine_cache():
    module._engine.cache_clear()
    yield
    module._engine.cache_clear()


@pytest.mark.usefixtures("engine_cache")
def test_without_the_extra_the_standard_library_does_it(monkeypatch):
    """Who has no msgspec gets the same, and can be told so."""
    monkeypatch.setitem(sys.modules, "msgspec", None)

    assert slices_engine() == "json"
    assert json_slices(b'{"data": [1]}') == ([b"1"], {"data": []})


@pytest.mark.usefixtures("engine_cache")
def test_with_the_extra_msgspec_does_it(monkeypatch):
    """Its decoders are asked for raw members and items, and for nothing else."""
    monkeypatch.setitem(sys.modules, "msgspec", stand_in())

    assert slices_engine() == "msgspec"
    assert json_slices(b'{"n": 1.5, "data": [1, {}]}') == (
        [b"1", b"{}"],
        {"n": json_value(b"1.5"), "data": []},
    )
    assert json_slices(b'{"data": [1]}', "data") == ([b"1"], {"data": []})
    with pytest.raises(BadDocument, match="there is no 'data'"):
        json_slices(b'{"n": 1.5}')


def stand_in():
    """A module that slices as msgspec does, for where it is not installed."""
    fake, fake.json = ModuleType("msgspec"), ModuleType("msgspec.json")
    fake.Raw = bytes

    class Decoder:
        def __init__(self, wanted):
            self.wanted = wanted

        def decode(self, raw):
            value = json.loads(raw)
            if self.wanted == dict[str, bytes]:
                return {key: json.dumps(inner).encode() for key, inner in value.items()}
            assert self.wanted == list[bytes]
            return [json.dumps(inner).encode() for inner in value]

    fake.json.Decoder = Decoder
    return fake
