"""Lines and cells of delimited texts."""

import csv
from contextlib import suppress
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.erp.files import FileLimits
from erplink.adapters.erp.files.delimited import (
    Line,
    delimiter_of,
    joined,
    lines_of,
    quoted,
    unquoted,
)
from erplink.adapters.erp.files.trouble import FileTrouble

LIMITS = FileLimits()


def lines(text, delimiter=",", limits=LIMITS):
    return list(lines_of(text, delimiter, limits))


@given(st.text(alphabet='a1,;"\n\r\t '), st.sampled_from(",;\t"))
def test_the_lines_of_a_text_join_to_the_same_text(text, delimiter):
    """Whatever can be read at all is written again to the character."""
    with suppress(FileTrouble):  # quotes that do not match
        assert text == joined(lines(text, delimiter), delimiter)


@given(st.lists(st.lists(st.text(alphabet="a1,;\"\n\r 'é"), min_size=2), min_size=1))
def test_cells_are_read_as_the_standard_library_wrote_them(rows):
    """The cells of a file that any program wrote by the rules are read as they are."""
    file = StringIO()
    csv.writer(file).writerows(rows)

    read = [[unquoted(raw) for raw in line.cells] for line in lines(file.getvalue())]

    assert rows == read


@given(st.text())
def test_a_quoted_cell_says_what_was_put_in_quotes(text):
    """Quotes are doubled inside quotes, and halved again."""
    assert text == unquoted(quoted(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("a", [Line(("a",), "")]),
        ("a,", [Line(("a", ""), "")]),
        ("a\n\nb\r\n", [Line(("a",), "\n"), Line(("",), "\n"), Line(("b",), "\r\n")]),
        ('"a\nb",5" pipe\r', [Line(('"a\nb"', '5" pipe'), "\r")]),
    ],
)
def test_ends_of_lines_are_kept_with_them(text, expected):
    """A line knows its end; a break in quotes is none; a quote inside a cell is a sign."""
    assert expected == lines(text)


@pytest.mark.parametrize("text", ['a\n"b', '"a"b', 'a,"b" ,c'])
def test_quotes_that_do_not_match_are_refused(text):
    """Nobody guesses where a cell ends."""
    with pytest.raises(FileTrouble, match="quotation mark"):
        lines(text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("columns_max", "a,b,c"),
        ("rows_max", "a\nb\nc"),
        ("cell_characters_max", "abc"),
        ("cell_characters_max", '"abc"'),
    ],
)
def test_a_text_over_a_limit_is_refused(name, text):
    """The limits on rows, columns and the length of a cell hold, and are named."""
    with pytest.raises(FileTrouble, match=name) as caught:
        lines(text, limits=FileLimits(**{name: 2}))

    assert "too-large" == caught.value.code


def test_a_text_at_its_limits_is_read():
    """A limit is the most that is taken, and not the first that is too much."""
    limits = FileLimits(columns_max=2, rows_max=2, cell_characters_max=2)

    assert 2 == len(lines('ab,"cd"\n"""x",y\n', limits=limits))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a,b\n1,2\n", (",", 0)),
        ("a;b\n1,5;2,5\n", (";", 0)),
        ("a\tb\n1\t2\n", ("\t", 0)),
        ("a|b\n1|2\n", ("|", 0)),
        ("name\nx\ny\n", (",", 0)),
        ("sep=;\na;b\n", (";", 6)),
        ('a,b\n"x;y",2\n', (",", 0)),
        ("a,b,c\n1,2,3\n1,2\n1,2,3\n", (",", 0)),
    ],
)
def test_a_delimiter_is_found(text, expected):
    """What stands between the cells is what cuts every row into as many."""
    assert expected == delimiter_of(text, 1, LIMITS)


@pytest.mark.parametrize("text", ["a,b;c\n1,2;3\n", "name\na,b\n", "a;b\nx\ny\nz\n"])
def test_an_ambiguous_delimiter_is_refused(text):
    """Where there are several, or none that fits, a person has to say."""
    with pytest.raises(FileTrouble) as caught:
        delimiter_of(text, 1, LIMITS)

    assert "ambiguous-delimiter" == caught.value.code


def test_a_given_delimiter_is_not_questioned():
    """What is set is used, and so is the tab of a file that is called so."""
    assert (";", 0) == delimiter_of("a,b;c\n", 1, LIMITS, given=";")
    assert ("\t", 0) == delimiter_of("a,b\n", 1, LIMITS, tabs=True)
