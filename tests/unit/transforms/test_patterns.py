"""Taking a part out of a text by a pattern that cannot hang the host."""

from time import perf_counter

import pytest

from erplink.domain.transforms import Laws, extract
from erplink.domain.transforms.patterns import PATTERN_LENGTH_MAX, PATTERN_TEXT_MAX, compile_pattern
from erplink.errors import BadName, BadValue


@pytest.mark.parametrize(
    ("transform", "given", "becomes"),
    [
        (extract(r"\d+"), "Order 4711, paid", "4711"),
        (extract(r"Order (\d+)"), "Order 4711, paid", "4711"),
        (extract(r"(\w+) (\d+)", 2), "Order 4711, paid", "4711"),
        (extract(r"(?P<what>\w+) (?P<number>\d+)", "number"), "Order 4711", "4711"),
        (extract(r"(\w+) \d+", 0), "Order 4711", "Order 4711"),
        (extract(r"\d+", otherwise="blank"), "none", None),
        (extract(r"\d+", otherwise="keep"), "none", "none"),
        (extract(r"a(b)?", otherwise="blank"), "a", None),
    ],
)
def test_what_is_found(transform, given, becomes):
    """The CRM gets the group named, or the first, or all that matched."""
    assert becomes == transform.to_crm(given)


def test_it_is_one_way():
    """Nothing can be put back around what was taken out."""
    transform = extract(r"\d+")

    assert Laws.TO_CRM_ONLY is transform.laws
    assert transform.to_erp is None


def test_a_text_without_a_match_is_refused():
    """Unless it is said what becomes of it, nothing found is no value."""
    with pytest.raises(BadValue, match="nothing in it matches"):
        extract(r"\d+").to_crm("none")


@pytest.mark.parametrize("group", [2, -1, "name", True])
def test_a_group_the_pattern_does_not_have_is_refused(group):
    """A wrong group is found when the transform is made."""
    with pytest.raises(BadValue, match="no such group"):
        extract("(a)", group)


def test_what_becomes_of_the_rest_is_one_of_three():
    """A misspelt fallback is refused with all that there are."""
    with pytest.raises(BadName, match="known: blank, keep, refuse"):
        extract("a", otherwise="x")


@pytest.mark.parametrize("pattern", ["(", "[a", "a{99999999999999999999}", "(?<=a+)b", r"\8", "*"])
def test_what_is_no_pattern_is_refused_when_it_is_made(pattern):
    """A broken pattern never waits for its first value."""
    with pytest.raises(BadValue, match="not a regular expression"):
        extract(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a+)+b",
        r"(a*)*b",
        r"(a|aa)+b",
        r"(a?){50}",
        r"((a+)b)*",
        r"(?:(?:ab){2,3}c){2}",
        r"(?i:a+){2,}",
        r"(a+)(?#a comment does not stand between)+",
        r"(?P<name>a+)+",
        r"(?=a+)*",
        r"(b)?((?(1)a+|c))+",
    ],
)
def test_a_repeat_of_what_varies_is_refused(pattern):
    """What can match in twice as many ways with each character more could run for ever."""
    with pytest.raises(BadValue, match="such a pattern can run for ever"):
        extract(pattern)


@pytest.mark.parametrize("pattern", ["a?" * 30, "a*" * 12, "(a|b)" * 30])
def test_too_many_choices_are_refused(pattern):
    """Choices and repeats multiply, also where they stand side by side."""
    with pytest.raises(BadValue, match="too many ways"):
        extract(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"^(?:SE)?[ -]?(\d{6})-?(\d{4})$",
        r"[)(+*|]+",
        r"[]|*+]+",
        r"[^]|*]+",
        r"\(\++\)",
        r"(ab){3}",
        r"(abc)+",
        r"(a+)?",
        r"(?i)acme",
        r"(?P<a>x)(?P=a)",
        r"(a)?(?(1)b|c)",
        r"a{,3}b{2,}c{1,2}?",
        r"x++y",
        r"a{}b{x}",
        "(" * 50 + ")" * 50,
    ],
)
def test_ordinary_patterns_are_taken(pattern):
    """Signs that stand for themselves are not mistaken for repeats."""
    assert 20 <= compile_pattern(pattern).length_max <= PATTERN_TEXT_MAX


def test_the_more_a_pattern_repeats_the_shorter_its_texts():
    """The longest text follows from the number of ways in which it could match."""
    lengths = [compile_pattern(pattern).length_max for pattern in ("a", "a*b", "a*b*c", "a*b*c*d")]

    assert lengths == sorted(lengths, reverse=True)
    assert PATTERN_TEXT_MAX == lengths[0]


def test_a_text_too_long_for_its_pattern_is_refused():
    """The bound is on the text, because it is the text that comes from outside."""
    transform = extract(r"x*x*x*y")
    longest = compile_pattern(r"x*x*x*y").length_max

    with pytest.raises(BadValue, match=f"longer than the {longest} characters"):
        transform.to_crm("x" * (longest + 1))


def test_the_worst_text_a_pattern_takes_is_soon_done():
    """The longest text that just does not match takes a moment, not an hour."""
    transform = extract(r"x*x*x*y", otherwise="blank")
    worst = "x" * compile_pattern(r"x*x*x*y").length_max
    started = perf_counter()

    assert transform.to_crm(worst) is None
    assert perf_counter() - started < 5


@pytest.mark.parametrize(
    "pattern", ["", "a" * (PATTERN_LENGTH_MAX + 1), None, "(?x) a # [", "(?x:(a+) +)"]
)
def test_patterns_are_bounded_and_plain(pattern):
    """Too long a pattern, none at all, or one with comments inside is refused."""
    with pytest.raises(BadValue):
        extract(pattern)
