"""Every transform obeys the laws it declares, on generated values and parameters."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import Phase, assume, find, given, settings
from hypothesis import strategies as st

from erplink.domain.fields import FieldType, Rounding
from erplink.domain.transforms import (
    Laws,
    Transform,
    alike,
    boolean_words,
    breaches_between,
    broken_laws,
    case,
    chain,
    constant,
    country_code,
    custom,
    day_in_zone,
    each,
    extract,
    flip,
    guarded,
    identity,
    join_lines,
    join_words,
    local_time,
    lookup,
    midnight_in,
    money,
    money_text,
    pad_zeros,
    parse_date,
    parse_datetime,
    parse_number,
    percent,
    prefix,
    remove,
    replace,
    round_to,
    scale,
    standard_catalogue,
    strip_zeros,
    substring,
    suffix,
    template,
    trim,
)
from erplink.domain.transforms.countries import COUNTRY_CODES
from erplink.domain.transforms.likeness import likeness
from erplink.domain.transforms.locales import LOCALES
from erplink.domain.values import UNSET
from erplink.errors import BadValue, InputError

CATALOGUE = standard_catalogue()

# A third of what the profile asks for, for each of the many transforms.
for_each_transform = settings(max_examples=settings().max_examples // 3)

# A small alphabet makes values collide; letters that change length with their case are in it.
letters = st.sampled_from("aAbBxßİŉ\u03a3\u03c3\u03c2 \u00a0\t\n-,.0123\u0307")
texts = st.text(letters, max_size=8) | st.text(max_size=8)
digits = st.text("012", min_size=1, max_size=4)
# So few letters that what one step writes is what the next one is about.
few_letters = st.text("ab -", max_size=5)
words = st.text(st.sampled_from("abc ,-"), min_size=1, max_size=3)
numbers = (
    st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.decimals(allow_nan=False, allow_infinity=False, min_value=-100, max_value=100)
    | st.integers()
    | st.sampled_from(["1E+60", "-0.00", "1E-60", "0E+90", "0E-90", "9" * 60 + "." + "9" * 60])
    .map(Decimal)
)  # fmt: skip
zone_names = st.sampled_from(
    ["UTC", "Europe/Stockholm", "America/Sao_Paulo", "Asia/Kolkata", "Atlantic/Azores"]
)
offsets = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(timezones=offsets | st.just(UTC) | zone_names.map(ZoneInfo))
near_moments = st.datetimes(
    datetime(2025, 10, 25, 22, 0),  # noqa: DTZ001 - Hypothesis adds the zone
    datetime(2025, 10, 26, 3, 0),  # noqa: DTZ001 - as above
    timezones=st.just(UTC),
)
scalars = st.booleans() | texts | numbers | st.dates() | moments
# Near its ends, the calendar has no UTC for some moments, and no table takes them.
fixed = st.booleans() | texts | numbers | st.dates() | near_moments
parts = scalars | st.none() | st.just(UNSET)
values = st.none() | scalars | st.lists(parts, max_size=4).map(tuple)
text_parts = st.none() | texts
locales = st.sampled_from(sorted(LOCALES))
otherwise = st.sampled_from(["refuse", "blank", "keep"])


def breaches_in(transform, erp_values, crm_values):
    """The breaches of the laws, but for the one of an unlucky draw that it refuses altogether."""
    return [one for one in broken_laws(transform, erp_values, crm_values) if one.direction]


def some(*of):
    """Up to five values of the given strategies; at least one."""
    return st.lists(st.one_of(*of), min_size=1, max_size=5)


@st.composite
def text_pairs(draw):
    """A two-way pair of texts with short parameters, so that steps of a chain get entangled."""
    old, new = draw(st.sampled_from([("a", "b"), ("ab", "b"), (" ", "-"), ("a", "aa"), ("-", ",")]))
    return draw(
        st.sampled_from(
            [
                trim(), trim(inner=True), case("upper"), case("lower"), case("title"),
                replace(old, new), replace(new, old), remove("a"), remove("- "), prefix("a"),
                suffix(" "), flip(prefix("b")), strip_zeros(), pad_zeros(3), identity(),
                lookup({"a": "b", "b": "c", "x": "b"}, preferred={"b": "a"}, otherwise="keep"),
                lookup({"a": "b"}, otherwise="blank"),
            ]
        )
    )  # fmt: skip


@st.composite
def replaces(draw):
    few = st.text("ab", min_size=1, max_size=3)
    old, new = draw(few), draw(few)
    assume(old != new)
    return replace(old, new)


@st.composite
def chains(draw):
    return chain(*draw(st.lists(text_pairs(), min_size=1, max_size=4)))


@st.composite
def lookups(draw):
    """A table, the preferred way back where there are several, and any answer for the rest."""
    few = st.sampled_from("abc")
    held = draw(st.sampled_from([fixed, few, few]))
    keys = draw(st.lists(held, min_size=1, max_size=4, unique_by=likeness))
    rows = [(key, draw(held | st.sampled_from(keys))) for key in keys]
    preferred = list({likeness(crm): (crm, erp) for erp, crm in rows}.values())
    transform = lookup(rows, preferred=preferred, otherwise=draw(otherwise))
    return transform, draw(some(st.sampled_from(keys), scalars)), [*keys, *draw(some(scalars))]


@st.composite
def alone(draw, transforms, erp_values, crm_values):
    """A transform with a few values for either side."""
    return draw(transforms), draw(some(erp_values)), draw(some(crm_values))


@st.composite
def prefixed(draw, factory, put):
    text = draw(words)
    return factory(text), [put(text, value) for value in draw(some(texts))], draw(some(texts))


@st.composite
def written_numbers(draw):
    """Numbers as a locale writes them, with groups and without."""
    locale, whole = draw(locales), draw(st.booleans())
    style = LOCALES[locale].numbers
    number = draw(st.integers(-(10**9), 10**9) if whole else st.decimals(-(10**9), 10**9, places=2))
    text = f"{number:,}"
    marks = {",": draw(st.sampled_from(style.groups)), ".": style.point}
    grouped = "".join(marks.get(character, character) for character in text)
    plain = str(number).replace(".", style.point)
    return parse_number(locale, whole=whole), [plain, grouped][style.lakhs :], [number]


explicit_numbers = st.builds(
    parse_number,
    decimal_point=st.sampled_from([".", ","]),
    group=st.sampled_from([None, " ", "'", "_"]),
)
unnamed_numbers = st.builds(parse_number, whole=st.booleans())
layouts = st.sampled_from(["YYYYMMDD", "DD.MM.YYYY", "D/M/YYYY", "YY-MM-DD", "D.M.YY"])


@st.composite
def written_days(draw):
    """Days as a locale, an order or a layout writes them."""
    day = draw(st.dates(date(1950, 1, 1), date(2049, 12, 31)))
    transform = draw(
        st.builds(parse_date, locales.filter(lambda name: LOCALES[name].order))
        | st.builds(parse_date, order=st.sampled_from(["dmy", "mdy", "ymd"]))
        | st.builds(parse_date, layout=layouts, pivot=st.just(50))
    )
    written = [transform.to_erp(day)]
    return transform, [*written, *draw(some(texts))], [day, *draw(some(st.dates()))]


local_times = st.builds(
    local_time,
    zone_names,
    st.sampled_from(["YYYY-MM-DD hh:mm:ss", "DD.MM.YYYY hh:mm", "YYYYMMDDThhmmss"]),
)
clocks = near_moments.map(lambda moment: moment.strftime("%Y-%m-%d %H:%M:%S"))
name_parts = st.lists(few_letters | texts | st.none(), min_size=2, max_size=2).map(tuple)
joins = st.builds(
    join_words,
    st.sampled_from([" ", ", ", "-", " - ", "--", "aa"]),
    rest=st.sampled_from(["first", "last"]),
)
codes = st.sampled_from(COUNTRY_CODES)
forms = st.sampled_from(["alpha-2", "alpha-3", "numeric"])
one_code = codes.flatmap(st.sampled_from)
inner_pairs = text_pairs().map(each)
amounts = numbers.map(lambda number: (number, "EUR"))


@st.composite
def midnights(draw):
    zone = draw(zone_names)
    days = draw(st.lists(st.dates(date(1900, 1, 1)), min_size=1, max_size=3))
    transform = midnight_in(zone)
    begun = [datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) for day in days]
    return transform, [*begun, draw(moments)], [*days, date(2026, 1, 31)]


CASES = {
    "boolean_words": alone(
        st.just(boolean_words(("Yes", "y", "1"), ("No", "", "0"))),
        st.sampled_from(["yes", " Y ", "", "1", "0", "NO", "perhaps"]),
        st.booleans(),
    ),
    "case": alone(st.builds(case, st.sampled_from(["upper", "lower", "title"])), texts, texts),
    "chain": alone(chains(), few_letters | digits, few_letters | digits),
    "constant": alone(
        st.builds(constant, fixed | st.just(("a", 1)), st.sampled_from(["crm", "erp"])),
        scalars,
        scalars,
    ),
    "country_code": alone(st.builds(country_code, forms, forms), one_code, one_code),
    "day_in_zone": alone(st.builds(day_in_zone, zone_names), near_moments | moments, values),
    "each": alone(
        inner_pairs, st.lists(text_parts, max_size=3).map(tuple), st.just((UNSET, "a", None))
    ),
    "extract": alone(
        st.builds(extract, st.sampled_from([r"a", r"(a|b)c?", r"\d+"]), otherwise=otherwise),
        st.sampled_from(["a1"]) | texts,
        values,
    ),
    "flip": alone(
        st.just(trim()).map(flip) | st.just(flip(boolean_words("y", "n"))),
        st.just(True) | texts,
        st.just("y") | texts,
    ),
    "identity": alone(st.just(identity()), values, values),
    "join_lines": alone(
        st.builds(join_lines, st.none() | st.just(2)), name_parts, texts | st.just("a\n\nb")
    ),
    "join_words": alone(joins, name_parts | st.just(("a a", "b")), texts),
    "local_time": alone(local_times, clocks | texts, near_moments | moments),
    "lookup": lookups(),
    "midnight_in": midnights(),
    "money": alone(st.just(money("EUR")), amounts | st.just((None, "USD")), numbers),
    "money_text": alone(
        st.builds(money_text, st.just("EUR"), locales),
        st.sampled_from(["12 EUR", "EUR 12", "1.234 EUR", "12 USD", " eur12"]),
        numbers,
    ),
    "pad_zeros": alone(
        st.builds(pad_zeros, st.integers(1, 4)),
        st.sampled_from(["0", "7", "07", "007", "0007", "1234", "12345", "0x"]),
        st.sampled_from(["0", "7", "007", "12345", ""]) | texts,
    ),
    "parse_date": written_days(),
    "parse_datetime": alone(
        st.just(parse_datetime()), moments.map(datetime.isoformat) | texts, moments
    ),
    "parse_number": written_numbers() | alone(explicit_numbers, texts | st.just("1,5"), numbers)
    | alone(unnamed_numbers, texts | st.just("12"), values),
    "percent": alone(st.just(percent()), numbers, numbers),
    "prefix": prefixed(prefix, lambda text, value: text + value),
    "remove": alone(st.builds(remove, words), texts, texts),
    "replace": alone(replaces(), few_letters, few_letters),
    "round_to": alone(
        st.builds(round_to, st.integers(0, 60), st.sampled_from(Rounding)), numbers, numbers
    ),
    "scale": alone(
        st.builds(scale, st.sampled_from(["0.01", "100", "3", "-1", "2.5", "1E-30", "0.3333"])),
        numbers,
        numbers,
    ),
    "strip_zeros": alone(st.just(strip_zeros()), digits | texts, digits | texts),
    "substring": alone(
        st.builds(substring, st.integers(0, 3), st.none() | st.integers(1, 3)), texts, values
    ),
    "suffix": prefixed(suffix, lambda text, value: value + text),
    "template": alone(
        st.builds(template, st.sampled_from(["{0}", "{0} ({1})", "{{{0}}}"])),
        st.just(("a", 1)) | values,
        values,
    ),
    "trim": alone(st.builds(trim, inner=st.booleans()), texts, texts),
}  # fmt: skip

every_transform = pytest.mark.parametrize("name", sorted(CASES))


def test_no_transform_is_forgotten():
    """The table of these tests names every transform of the catalogue, and nothing else."""
    expected = set(CATALOGUE.names)
    actual = set(CASES)

    assert expected == actual


@every_transform
@given(data=st.data())
@for_each_transform
def test_it_obeys_the_laws_it_declares(name, data):
    """Whatever the parameters and values: it obeys its laws, and raises nothing but BadValue."""
    transform, erp_values, crm_values = data.draw(CASES[name])
    strange = data.draw(st.lists(values, max_size=2))

    assert breaches_in(transform, [*erp_values, *strange], [*crm_values, *strange]) == []


@every_transform
def test_the_laws_are_tried_on_values_that_it_takes(name):
    """The table finds values that a transform takes, from every side that it takes them from."""

    def takes_all_ways(drawn):
        transform, erp_values, crm_values = drawn
        ways = [(transform.to_crm, erp_values), (transform.to_erp, crm_values)]
        one_way = [Transform("half", way, None, Laws.TO_CRM_ONLY) for way, _ in ways if way]
        samples = [values for way, values in ways if way]
        return all(not broken_laws(*half) for half in zip(one_way, samples, strict=True))

    search = settings(max_examples=2_000, phases=[Phase.generate], database=None)

    find(CASES[name], takes_all_ways, settings=search)


@every_transform
@given(data=st.data())
@settings(max_examples=settings().max_examples // 8)
def test_it_comes_back_from_plain_data(name, data):
    """What is written as JSON makes the same transform again, which does the same."""
    transform, erp_values, _ = data.draw(CASES[name])

    again = CATALOGUE.from_data(json.loads(json.dumps(CATALOGUE.to_data(transform))))

    assert transform == again
    assert hash(transform) == hash(again)
    for value in erp_values:
        one, other = transform.try_out(value), again.try_out(value)

        assert alike(one.becomes, other.becomes)
        assert alike(one.comes_back, other.comes_back)
        assert bool(one.problem) == bool(other.problem)


@every_transform
@given(data=st.data())
@settings(max_examples=5)
def test_no_value_is_no_value_on_the_other_side(name, data):
    """None travels through every transform as None, but for the constant, which is one always."""
    transform, _, _ = data.draw(CASES[name])
    expected = transform.params.get("value") if name == "constant" else None

    for way in filter(None, (transform.to_crm, transform.to_erp)):
        assert expected == way(None)


junk = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 70) | texts | st.sampled_from(["dmy", "en", "UTC"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=5,
)


@every_transform
@given(data=st.data())
@settings(max_examples=settings().max_examples // 5)
def test_parameters_of_any_kind_are_taken_or_refused(name, data):
    """Plain data of any shape makes a transform, or is refused with a reason."""
    factory = CATALOGUE._factories[name]
    known = list(factory.__annotations__)[:-1]
    params = data.draw(st.dictionaries(st.sampled_from([*known, "else"]), junk, max_size=4))
    try:
        made = CATALOGUE.from_data({"use": name, **params})
    except InputError:
        return

    assert name == made.name


@pytest.mark.parametrize("erp", FieldType)
@every_transform
@given(data=st.data())
@settings(max_examples=1)
def test_samples_find_no_breach_in_ours(name, erp, data):
    """The samples of every field type that a transform fills find nothing wrong with it."""
    transform, _, _ = data.draw(CASES[name])

    for crm in transform.gives(erp):
        assert breaches_between(transform, erp, crm) == ()


functions = st.sampled_from(
    [str.strip, str.upper, str.lower, lambda text: text[:2], lambda text: f"{text}a", str.title]
)


@given(functions, functions, st.sampled_from([Laws.LOSSLESS, Laws.CANONICALISING]), some(texts))
def test_a_guarded_pair_obeys_its_laws_whatever_it_does(there, back, laws, samples):
    """Two functions that know nothing of each other obey either law once they are guarded."""
    ways = guarded(there, back, laws)
    pair = custom("pair", to_crm=ways[0], to_erp=ways[1], laws=laws)

    assert breaches_in(pair, samples, samples) == []


@given(st.decimals(-(10**9), 10**9, places=2))
def test_a_number_without_a_locale_is_never_misread(number):
    """What one locale writes is read as that number without a locale, or not at all."""
    blind = parse_number()
    for name in ("en", "de", "fr", "de-CH", "en-IN"):
        style = LOCALES[name].numbers
        for text in (
            style.write(number),
            f"{number:,}".translate({44: style.groups[0], 46: style.point}),
        ):
            try:
                read = blind.to_crm(text)
            except BadValue:
                continue

            assert number == read
