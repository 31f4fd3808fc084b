"""Mappings: what is written is read back, what is wrong is told, what is suggested is right."""

import json
import tomllib
from datetime import timedelta, timezone
from decimal import Decimal

from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from erplink.domain.encoding import decode_value, encode_value
from erplink.domain.fields import Access, Field, FieldType, Rounding, Sort
from erplink.domain.kinds import STANDARD_PAIRS
from erplink.domain.mapping import (
    DefaultValue,
    Direction,
    FieldRule,
    How,
    ListMap,
    ListPair,
    Lists,
    Mapping,
    OnDelete,
    OnUnlinked,
    Problem,
    Reaction,
    Unlinked,
    changes,
    mapping_from_data,
    mapping_from_json,
    mapping_from_toml,
    mapping_to_data,
    mapping_to_json,
    mapping_to_toml,
    problems,
    suggest,
    suggest_list_map,
    suggested_mapping,
)
from erplink.domain.mapping.suggest.propose import SCORE_MIN
from erplink.domain.merge import Merger
from erplink.domain.policy import Rule
from erplink.domain.toml import write_toml
from erplink.domain.transforms import (
    Laws,
    boolean_words,
    case,
    chain,
    constant,
    country_code,
    custom,
    day_in_zone,
    each,
    extract,
    flip,
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
from erplink.domain.values import UNSET
from erplink.errors import BadDocument

half = settings(max_examples=settings().max_examples // 2)

texts = st.text(max_size=8)
# Python does not read back what an offset has beyond seconds; no zone has any.
offsets = st.integers(-80_000, 80_000).map(lambda seconds: timezone(timedelta(seconds=seconds)))
scalars = (
    texts
    | st.booleans()
    | st.integers(-(2**4000), 2**4000)
    | st.integers(-3, 3)
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["1E+999999", "0E-99", "-0.00"]).map(Decimal)
    | st.dates()
    # The second of two equal hours is nothing where the offset is fixed.
    | st.datetimes(timezones=offsets).map(lambda moment: moment.replace(fold=0))
)
parts = scalars | st.none() | st.just(UNSET)
values = scalars | st.none() | st.lists(parts, max_size=3).map(tuple)

some_texts = st.text(min_size=1, max_size=3)
pairs_of_two_texts = st.lists(some_texts, min_size=2, max_size=2, unique=True)

# One or more of every transform there is, with parameters of every type.
TRANSFORMS = {
    "boolean_words": st.just(boolean_words(("Yes", "y"), "No")),
    "case": st.sampled_from(["upper", "lower", "title"]).map(case),
    "chain": st.just(chain(trim(), prefix("K-"), flip(strip_zeros()))),
    "constant": st.builds(
        constant,
        texts | st.booleans() | st.integers(-3, 3) | st.dates() | st.just(Decimal("1.50")),
        st.sampled_from(["crm", "erp"]),
    ),
    "country_code": st.just(country_code("alpha-2", "alpha-3")),
    "day_in_zone": st.just(day_in_zone("Europe/Stockholm")),
    "each": st.just(each(trim(inner=True))),
    "extract": st.just(extract(r"\d+")),
    "flip": st.just(flip(join_words(", ", 3, rest="first"))),
    "identity": st.just(identity()),
    "join_lines": st.builds(join_lines, st.none() | st.just(2)),
    "join_words": st.just(join_words()),
    "local_time": st.just(local_time("Asia/Kolkata", "YYYY-MM-DD hh:mm:ss")),
    "lookup": st.dictionaries(scalars.filter(lambda value: value != ""), some_texts, min_size=1)
    .filter(lambda table: len(set(table.values())) == len(table))
    .map(lookup),
    "midnight_in": st.just(midnight_in("Europe/Stockholm")),
    "money": st.just(money("EUR")),
    "money_text": st.just(money_text("EUR", "sv")),
    "pad_zeros": st.integers(1, 9).map(pad_zeros),
    "parse_date": st.just(parse_date(layout="DD.MM.YY", pivot=50)),
    "parse_datetime": st.just(parse_datetime()),
    "parse_number": st.just(parse_number("de", whole=True)),
    "percent": st.just(percent()),
    "prefix": some_texts.map(prefix),
    "remove": some_texts.map(remove),
    "replace": pairs_of_two_texts.map(lambda pair: replace(*pair)),
    "round_to": st.builds(round_to, st.integers(0, 9), st.sampled_from(Rounding)),
    "scale": st.sampled_from(["0.01", "3"]).map(scale),
    "strip_zeros": st.just(strip_zeros()),
    "substring": st.just(substring(0, 3)),
    "suffix": some_texts.map(suffix),
    "template": st.just(template("{0} ({1})")),
    "trim": st.booleans().map(lambda inner: trim(inner=inner)),
}
transforms = st.sampled_from(sorted(TRANSFORMS)).flatmap(TRANSFORMS.__getitem__)

# Few names, so that rules, fields, lists and items meet.
names = st.sampled_from(["name", "Name", "ort", "city", "no", "zip", "postal_code"])
any_names = names | st.text(min_size=1, max_size=4)
keys = any_names | st.lists(any_names, min_size=1, max_size=3).map(tuple)
list_names = st.sampled_from(["länder", "countries", "terms"])
items = st.sampled_from(["SE", "se", "1", "2", "Net 30", "net-30", "A", "-", ""])


def rules(of_transforms):
    return st.builds(
        FieldRule,
        erp=keys,
        crm=keys | st.just(()),
        direction=st.sampled_from(Direction),
        transform=of_transforms,
        rule=st.sampled_from(["", *Rule, "sum"]),
        show_in_search=st.booleans(),
        show_in_tab=st.booleans(),
        rank=st.integers(-3, 3),
        mandatory=st.booleans(),
    )


list_maps = st.builds(
    ListMap,
    list_names | texts,
    list_names | texts,
    st.lists(st.builds(ListPair, items | texts, items | texts, st.booleans()), max_size=4),
)
defaults = st.builds(DefaultValue, any_names, st.sampled_from(How), values, st.booleans())


def mappings(of_transforms=transforms):
    return st.builds(
        Mapping,
        texts,
        st.sampled_from(["customer", "person", "moon"]),
        st.sampled_from(["company", "contact"]),
        rules=st.lists(rules(of_transforms), max_size=4, unique_by=lambda rule: rule.key),
        lists=st.lists(
            list_maps, max_size=3, unique_by=lambda each: f"{each.erp_list} - {each.crm_list}"
        ),
        defaults=st.lists(defaults, max_size=3, unique_by=lambda each: each.field),
        on_delete=st.builds(
            OnDelete, st.sampled_from(Reaction), st.sampled_from(Reaction), st.booleans()
        ),
        on_unlinked=st.builds(OnUnlinked, st.sampled_from(Unlinked), st.sampled_from(Unlinked)),
        enabled=st.booleans(),
        version=st.integers(1, 9),
    )


@st.composite
def fields(draw, key_names=names):
    kind = draw(st.sampled_from(FieldType))
    return Field(
        draw(key_names),
        kind,
        label=draw(st.sampled_from(["", "Name", "Town", "PLZ"])),
        list_name=draw(list_names) if kind is FieldType.LIST else "",
        default=draw(st.none() | st.just("x")),
        max_length=draw(st.sampled_from([0, 0, 1, 5, 10**12])),
        cuts=draw(st.booleans()),
        decimals=draw(st.sampled_from([None, None, 0, 2, 10**12])),
        access=draw(st.sampled_from(Access)),
        is_key=draw(st.booleans()),
        sort=draw(st.sampled_from(Sort)),
    )


some_fields = st.lists(fields(), max_size=6)
item_texts = st.dictionaries(items, items, max_size=4)
lists = st.builds(
    Lists,
    st.dictionaries(list_names, item_texts | st.lists(items), max_size=2),
    st.dictionaries(list_names, item_texts | st.lists(items), max_size=2),
)


def fail(_):
    """What a host's own function may do wrong."""
    raise ZeroDivisionError


# Pairs that break their laws, give no values, raise what they should not, or map no types.
bad_transforms = st.sampled_from(
    [
        custom("cuts", to_crm=str, to_erp=lambda _: "x", laws=Laws.LOSSLESS),
        custom("fails", to_crm=fail, to_erp=fail, laws=Laws.CANONICALISING),
        custom("floats", to_crm=lambda _: 1.5, laws=Laws.TO_CRM_ONLY),
        custom("lists", to_erp=lambda _: [[]], laws=Laws.TO_ERP_ONLY),
        custom("typeless", to_crm=fail, laws=Laws.TO_CRM_ONLY, gives=fail),
        custom("everything", to_crm=str, laws=Laws.TO_CRM_ONLY, gives=lambda _: set(FieldType)),
        custom("rubbish", to_crm=str, laws=Laws.TO_CRM_ONLY, gives=lambda _: 7),
    ]
)


class TestEncoding:
    """Any value is plain data, and comes back."""

    @given(values)
    def test_a_value_comes_back_as_it_was(self, value):
        """With its type, and numbers with their digits."""
        assert repr(value) == repr(decode_value(encode_value(value)))

    @given(values)
    @half
    def test_json_and_toml_carry_it(self, value):
        """The encoding needs nothing that they do not have."""
        data = {"value": encode_value(value)}

        assert data == json.loads(json.dumps(data))
        assert data == tomllib.loads(write_toml(data))

    @given(st.datetimes(timezones=st.timezones()))
    def test_a_moment_stays_the_same_instant(self, moment):
        """Whatever the zone is called, and in both hours that a clock shows twice."""
        offset = moment.utcoffset()
        back = decode_value(encode_value(moment))

        assert (moment.replace(tzinfo=None), offset) == (
            back.replace(tzinfo=None),
            back.utcoffset(),
        )


plain_data = st.recursive(
    st.text() | st.integers(-(10**20), 10**20) | st.booleans(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


class TestToml:
    """What is written is what the standard library reads."""

    @given(st.dictionaries(st.text(), plain_data, max_size=5))
    def test_plain_data_come_back(self, data):
        """All of Unicode, empty containers, any key and any nesting."""
        assert data == tomllib.loads(write_toml(data))

    @given(st.dictionaries(st.text(), plain_data, max_size=5))
    @half
    def test_the_text_survives_a_file(self, data):
        """Neither UTF-8 nor the line ends of another system change what is read."""
        text = write_toml(data)

        assert data == tomllib.loads(text.encode().decode().replace("\n", "\r\n"))


class TestDocuments:
    """Mappings serialise and come back."""

    def test_the_table_names_every_transform(self):
        """No transform of the catalogue is left untried."""
        assert set(standard_catalogue().names) == set(TRANSFORMS)

    @given(mappings())
    def test_a_mapping_comes_back(self, mapping):
        """From data, JSON and TOML; with the types of its values."""
        back = (
            mapping_from_data(mapping_to_data(mapping)),
            mapping_from_json(mapping_to_json(mapping)),
            mapping_from_toml(mapping_to_toml(mapping)),
        )

        assert [mapping] * 3 == list(back)
        assert [repr(mapping.defaults)] * 3 == [repr(each.defaults) for each in back]

    @given(st.data())
    def test_a_broken_document_is_refused_and_nothing_else_is_raised(self, data):
        """Whatever stands wherever: it is read, or BadDocument says what is wrong."""
        document = mapping_to_data(data.draw(mappings()))
        place = document
        while data.draw(st.booleans()):
            inner = place.values() if isinstance(place, dict) else place
            deeper = [each for each in inner if isinstance(each, dict | list) and each]
            if not deeper:
                break
            place = data.draw(st.sampled_from(deeper))
        at = data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else [0]))
        place[at] = data.draw(plain_data | st.none() | st.floats() | st.dates())
        try:
            read = mapping_from_data(document)
        except BadDocument:
            return

        assert read == mapping_from_data(mapping_to_data(read))

    @given(mappings(), mappings())
    @half
    def test_changes_are_told_just_where_there_are_any(self, old, new):
        """Equal mappings have none; a difference in anything but order and version is one."""
        assert () == changes(old, evolve(old, version=old.version + 1))
        if changes(old, new) == ():
            assert len(old.rules) == len(new.rules)
            assert set(map(repr, old.rules)) == set(map(repr, new.rules))
        assert all(str(each) for each in changes(old, new))


class TestProblems:
    """All problems as values, whatever the mapping."""

    @given(
        mappings(transforms | bad_transforms | st.just(identity())),
        some_fields,
        some_fields,
        lists,
        st.booleans(),
    )
    def test_it_never_raises(self, mapping, erp, crm, known, creates):
        """Each problem has a sentence for a person and one that says what to do."""
        found = problems(mapping, erp, crm, lists=known, pairs=STANDARD_PAIRS, creates=creates)

        assert all(isinstance(each, Problem) for each in found)
        for problem in found:
            assert problem.reason.endswith((".", "?"))
            assert problem.advice.endswith(".")
            assert "\n" not in problem.reason + problem.advice

    @given(mappings(), some_fields, some_fields)
    @half
    def test_a_value_gives_the_same_problems_every_time(self, mapping, erp, crm):
        """Also after a trip through a document."""
        read = mapping_from_toml(mapping_to_toml(mapping))

        assert mapping.problems(erp, crm) == read.problems(erp, crm)

    @given(st.data())
    def test_a_mapping_without_errors_merges(self, data):
        """Whatever fields it maps, and whatever values they hold."""
        kind = data.draw(st.sampled_from([*FieldType][:8]))
        usual = {"type": kind, "access": Access.NORMAL, "is_key": False}
        erp = evolve(data.draw(fields(st.just("name"))), **usual, list_name="länder")
        crm = evolve(data.draw(fields(st.just("title"))), **usual, list_name="countries")
        transform = data.draw(st.sampled_from([identity(), None])) or data.draw(transforms)
        rule = FieldRule("name", "title", data.draw(st.sampled_from(Direction)), transform)
        list_map = ListMap("länder", "countries", {"SE": "1", "A": "2"})
        mapping = Mapping("acme", "customer", "company", rules=[rule], lists=[list_map])
        if any(each.is_error for each in mapping.problems([erp], [crm], creates=False)):
            return
        record = st.dictionaries(st.sampled_from(["name", "title"]), items | values)
        merged = Merger(mapping, [erp], [crm]).merge({}, data.draw(record), data.draw(record))

        assert len(merged.decisions) <= 1


class TestSuggestions:
    """Suggestions are one to one, and right by themselves."""

    @given(some_fields, some_fields, lists)
    def test_no_field_is_suggested_twice_and_no_suggestion_is_wrong(self, erp, crm, known):
        """None of them causes an error of its own; the best comes first."""
        found = suggest("acme", "customer", erp, "company", crm, lists=known)
        scores = [each.score for each in found]

        assert len({each.rule.erp for each in found}) == len(found)
        assert len({each.rule.crm for each in found}) == len(found)
        assert sorted(scores, reverse=True) == scores
        assert all(SCORE_MIN <= score <= 1 for score in scores)
        assert all(each.reasons for each in found)
        assert found == suggest("acme", "customer", erp, "company", crm, lists=known)
        for one in found:
            list_maps = () if one.list_map is None else (one.list_map,)
            mapping = Mapping("acme", "customer", "company", (one.rule,), list_maps)
            told = mapping.problems(erp, crm, lists=known, creates=False)
            assert [] == [problem for problem in told if problem.is_error]

    @given(some_fields, some_fields, lists, st.floats(0, 1))
    @half
    def test_a_suggested_mapping_has_no_errors(self, erp, crm, known, score_min):
        """However little is asked of its rules."""
        mapping = suggested_mapping(
            "acme", "customer", erp, "company", crm, lists=known, score_min=score_min
        )
        told = mapping.problems(erp, crm, lists=known, creates=False)

        assert [] == [problem for problem in told if problem.is_error]
        assert () == mapping.suggest(
            [field for field in erp if field.key in {rule.key for rule in mapping.rules}], crm
        )

    @given(item_texts, item_texts)
    def test_no_item_is_in_two_pairs(self, erp, crm):
        """Items that are there, each once, and none doubly mapped."""
        pairs = suggest_list_map(erp, crm)
        list_map = ListMap("a", "b", pairs)

        assert () == list_map.doubled()
        assert all(pair.erp in erp and pair.crm in crm for pair in pairs)

    @given(st.dictionaries(some_texts, some_texts, max_size=5))
    def test_a_list_is_never_crossed_with_itself(self, items):
        """Two equal lists are paired item by item, where they are paired at all."""
        assert all(pair.erp == pair.crm for pair in suggest_list_map(items, items))
