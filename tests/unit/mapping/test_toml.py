"""Plain data as TOML: what the standard library reads back, laid out for people."""

import tomllib

import pytest

from erplink.domain.toml import TOML_LINE_LENGTH_MAX, TOML_NESTING_MAX, write_toml
from erplink.errors import BadDocument


def test_the_layout_follows_the_shape():
    """Tables and lists of tables are sections; what is deeper stands on its key's line."""
    data = {
        "rules": [{"erp": ["first", "last"], "crm": "name"}, {"erp": "no"}],
        "format": 1,
        "lists": [{"pairs": [{"erp": "S", "crm": "SE"}, {"erp": "N", "crm": "NO"}]}],
        "on_delete": {"in_erp": "tell", "only_created": True},
    }

    assert """\
format = 1

[[rules]]
erp = ["first", "last"]
crm = "name"

[[rules]]
erp = "no"

[[lists]]
pairs = [
    { erp = "S", crm = "SE" },
    { erp = "N", crm = "NO" },
]

[on_delete]
in_erp = "tell"
only_created = true
""" == write_toml(data)


def test_a_document_may_begin_with_a_section():
    """Then there is no empty line before it."""
    assert '[a]\nb = "c"\n' == write_toml({"a": {"b": "c"}})


def test_nothing_is_written_as_nothing():
    """An empty table is an empty text."""
    assert "" == write_toml({})


def test_empty_tables_and_lists_are_kept():
    """Empty is not the same as not there."""
    data = {"list": [], "table": {}, "tables": [{}, {"in": {}, "side": [{}]}]}

    assert data == tomllib.loads(write_toml(data))


def test_a_list_of_several_kinds_is_written_on_its_line():
    """It is no list of sections."""
    data = {"mixed": [1, {"a": [True, [2, "x"]]}]}

    assert data == tomllib.loads(write_toml(data))
    assert 'mixed = [\n    1,\n    { a = [true, [2, "x"]] },\n]\n' == write_toml(data)


def test_a_long_list_is_written_one_by_line():
    """Where the line would be too long for a screen."""
    short, longer = ["x" * 10] * 6, ["x" * 10] * 7

    assert 1 == write_toml({"a": short}).count("\n")
    assert len(write_toml({"a": short})) <= TOML_LINE_LENGTH_MAX
    assert 9 == write_toml({"a": longer}).count("\n")


def test_keys_are_quoted_where_they_must_be():
    """Dots, blanks, emptiness and letters beyond ASCII are part of a key."""
    data = {"a.b": {"": 1, "c d": 2}, "ü": 3, "bare-key_1": 4}
    text = write_toml(data)

    assert data == tomllib.loads(text)
    assert '["a.b"]\n"" = 1\n"c d" = 2\n' in text
    assert "bare-key_1 = 4" in text


def test_control_characters_are_escaped():
    """So is what a reader would take for an end of the text or of the line."""
    data = {"a": 'quote " back \\ tab \t line \r\n bell \x07 nul \x00 del \x7f é 🙂'}
    text = write_toml(data)

    assert data == tomllib.loads(text)
    assert (
        'a = "quote \\" back \\\\ tab \\t line \\r\\n bell \\u0007 nul \\u0000 del \\u007F é 🙂"\n'
        == text
    )


@pytest.mark.parametrize(
    ("data", "path"),
    [
        ({"a": {"b": [1, None]}}, "a.b[1]"),
        ({"a": 1.5}, "a"),
        ({"a": [{"b": b"x"}]}, "a[0].b"),
        ({"a": {"b": {"c": {1}}}}, "a.b.c"),
    ],
)
def test_what_toml_cannot_say_is_refused(data, path):
    """The error names where it stands."""
    with pytest.raises(BadDocument, match=r"TOML has no way to write") as raised:
        write_toml(data)

    assert str(raised.value).startswith(f"{path}: ")


@pytest.mark.parametrize("data", [{1: "a"}, {"a": {1: "a"}}, {"a": {"b": {1: "c"}}}])
def test_a_key_is_a_text(data):
    """No other key can be written."""
    with pytest.raises(BadDocument, match=r"\[1\]: a key is a text, not 1"):
        write_toml(data)


@pytest.mark.parametrize("data", [{"a": "\ud800"}, {"\udfff": 1}])
def test_half_a_character_is_refused(data):
    """TOML is UTF-8, which has no lone surrogates."""
    with pytest.raises(BadDocument, match="half a character"):
        write_toml(data)


def test_a_number_beyond_what_python_writes_is_refused():
    """It could not be read either."""
    assert {"a": 10**4000} == tomllib.loads(write_toml({"a": 10**4000}))
    with pytest.raises(BadDocument, match="a: the number has too many digits"):
        write_toml({"a": 10**5000})


def nested(depth):
    """Lists in one another below a key."""
    return [nested(depth - 1)] if depth > 1 else []


def test_the_nesting_has_a_limit():
    """Data deeper than TOML_NESTING_MAX are refused before Python gives up on them."""
    allowed = {"a": nested(TOML_NESTING_MAX)}

    assert allowed == tomllib.loads(write_toml(allowed))
    with pytest.raises(BadDocument, match=rf"more than {TOML_NESTING_MAX} levels deep"):
        write_toml({"a": nested(TOML_NESTING_MAX + 1)})


def test_something_endless_is_refused():
    """A list that holds itself has no end."""
    endless = []
    endless.append(endless)
    with pytest.raises(BadDocument, match="levels deep"):
        write_toml({"a": endless})
