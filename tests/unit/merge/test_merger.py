"""The merger: compiled once, for records, pages and several links."""

import pytest

from erplink.domain.connections import Ranking
from erplink.domain.fields import Access, Case, Field, FieldType
from erplink.domain.links import Agreed, AlikeBase, Pin
from erplink.domain.mapping import Direction, FieldRule, Mapping
from erplink.domain.merge import Merger, Outcome, RecordMerge, merge_record
from erplink.domain.policy import Policy, Rule
from erplink.domain.transforms import case, flip, join_words, parse_number, substring, trim
from erplink.errors import BadName

NAME, DAYS = Field("name"), Field("days", FieldType.INTEGER)


def merger(*rules, fields=(NAME, DAYS), crm_fields=None, policy=None):
    lines = rules or [FieldRule(field.key, field.key) for field in fields]
    mapping = Mapping("erp", "customer", "company", rules=lines)
    return Merger(mapping, fields, crm_fields or fields, policy)


def test_a_page_tells_only_the_records_that_moved():
    """The index and the patches of each; nothing is said of the others."""
    base = {"name": "ACME", "days": 30}
    crms = [base, base | {"name": "ACME AG"}, base]
    erps = [base, base, base | {"days": 10}]

    told = dict(merger().page([base] * 3, crms, erps))

    assert [1, 2] == list(told)
    assert {"name": "ACME AG"} == told[1].patch("erp")
    assert {"days": 10} == told[2].patch("crm")


def test_a_page_may_carry_agreements():
    """Where words differ, a base is given as what each side held."""
    base = {"name": Agreed("ACME", "Acme"), "days": Agreed(30, 30)}

    told = list(
        merger().page([base], [{"name": "ACME", "days": 30}], [{"name": "Acme", "days": 9}])
    )

    ((_, merged),) = told
    assert {"days": 9} == merged.patch("crm")
    assert {} == merged.patch("erp")


def test_a_page_has_three_equal_sides():
    """A page that lost a record is refused before anything is merged."""
    with pytest.raises(ValueError, match="three equal sides, not 1, 2, 1"):
        list(merger().page([{}], [{}, {}], [{}]))


def test_fields_that_convert_take_the_long_way():
    """A page whose fields are not plain is merged all the same."""
    merge = merger(FieldRule("name", "name", transform=trim()), fields=(NAME,))

    told = dict(
        merge.page([{"name": "a"}] * 2, [{"name": "a"}] * 2, [{"name": "b "}, {"name": "a"}])
    )

    assert [0] == list(told)
    assert {"name": "b"} == told[0].patch("crm")


@pytest.mark.parametrize(
    "field",
    [
        Field("f", case=Case.IGNORE),
        Field("f", trims=True),
        Field("f", max_length=9),
        Field("f", access=Access.WRITE_ONCE),
        Field("f", FieldType.DECIMAL),
        Field("f", FieldType.DATE),
    ],
)
def test_what_is_not_plain_is_not_compared_as_it_stands(field):
    """A field whose target changes what it stores never takes the short way."""
    assert merger(fields=(field,)).pairs[0].plain_type is None


def test_fields_of_two_names_are_read_and_written_by_their_own():
    """The ERP's keys go to the ERP and the CRM's to the CRM."""
    merge = merger(
        FieldRule("name1", "name"), fields=(Field("name1"),), crm_fields=(Field("name"),)
    )
    base = {"name1": Agreed("a", "a")}

    assert {"name": "b"} == merge.merge(base, {"name": "a"}, {"name1": "b"}).patch("crm")
    assert {"name1": "b"} == merge.merge(base, {"name": "b"}, {"name1": "a"}).patch("erp")


PARTS = (Field("first"), Field("last"))
WHOLE = FieldRule(("first", "last"), "name", transform=join_words())


def test_several_fields_may_be_one():
    """First and last name in the ERP are the CRM's name, both ways."""
    merge = merger(WHOLE, fields=PARTS, crm_fields=(NAME,))
    base = {"first+last": Agreed("Ada Berg", ("Ada", "Berg"))}

    to_crm = merge.merge(base, {"name": "Ada Berg"}, {"first": "Ada", "last": "Dahl"})
    to_erp = merge.merge(base, {"name": "Ada Dahl"}, {"first": "Ada", "last": "Berg"})

    assert {"name": "Ada Dahl"} == to_crm.patch("crm")
    assert {"first": "Ada", "last": "Dahl"} == to_erp.patch("erp")


def test_a_part_that_was_not_said_leaves_the_whole_unsaid():
    """Half a name is no edit of the name."""
    merge = merger(WHOLE, fields=PARTS, crm_fields=(NAME,))
    base = {"first+last": Agreed("Ada Berg", ("Ada", "Berg"))}

    assert () == merge.merge(base, {"name": "Ada Berg"}, {"first": "Eva"}).decisions


def test_a_base_of_other_parts_is_no_agreement():
    """A base made when the field was cut differently is compared as it stands."""
    merge = merger(WHOLE, fields=PARTS, crm_fields=(NAME,))
    base = {"first+last": Agreed("Ada Berg", "Ada Berg")}

    merged = merge.merge(base, {"name": "Ada Berg"}, {"first": "Ada", "last": "Berg"})

    assert [Outcome.AGREED] == [each.outcome for each in merged.decisions]


def test_a_field_that_is_not_described_is_named():
    """A rule about a field that the system does not have is refused when it is compiled."""
    with pytest.raises(BadName, match="unknown field 'nmae'; did you mean 'name'"):
        merger(FieldRule("nmae", "name"), fields=(NAME,))


def test_a_read_only_field_is_a_source_and_never_a_target():
    """A two-way rule on a field that the ERP will not take is one-way."""
    merge = merger(fields=(Field("name", access=Access.READ_ONLY),), crm_fields=(NAME,))

    merged = merge.merge({"name": Agreed("a", "a")}, {"name": "b"}, {"name": "a"})

    assert {} == merged.patch("erp")
    assert [Outcome.KEEP] == [each.outcome for each in merged.decisions]


def test_links_that_cut_a_field_differently_do_not_write_it_twice():
    """When two rules would write one CRM field, the second waits for the next pass."""
    policy = Policy(Ranking(("crm", "a", "b")))
    first = Mapping("a", "person", "contact", rules=[FieldRule("first", "first")])
    whole = Mapping(
        "b",
        "person",
        "contact",
        rules=[FieldRule("name", ("first", "last"), transform=flip(join_words()))],
    )
    a = Merger(first, PARTS, PARTS, policy)
    b = Merger(whole, [NAME], PARTS, policy)

    merged = merge_record(
        {"first": "Ada", "last": "Berg"},
        [
            a.linked({"first": "Eva"}, {"first": Agreed("Ada", "Ada")}),
            b.linked({"name": "Ida Dahl"}, {"name": Agreed(("Ada", "Berg"), "Ada Berg")}),
        ],
        policy,
    )

    assert {"first": "Eva"} == merged.patch("crm")


def test_a_merge_tells_its_questions_and_decisions():
    """The fields that wait for a person can be asked for, and so can one field."""
    merge = merger(FieldRule("name", "name", rule=Rule.ASK), fields=(NAME,))

    merged = merge.merge({}, {"name": "a"}, {"name": "b"})

    assert merged.questions == (merged.decision("name"),)
    assert merged.decision("city") is None
    assert "RecordMerge(<name: ask by ask>)" == repr(merged)


def test_an_empty_merge_says_nothing():
    """No decision, no patch, no news."""
    merged = RecordMerge(())

    assert ({}, False, ()) == (merged.patch("crm"), merged.has_news, merged.questions)


def test_a_side_of_a_page_may_be_silent():
    """A field that one side did not deliver is told at length, and is no edit."""
    base = {"name": "ACME", "days": 30}

    told = list(merger().page([base], [{"name": "ACME"}], [base]))

    assert [] == told


def test_a_page_says_nothing_where_the_direction_leads_elsewhere():
    """An edit of a one-way target moves the record, but nothing follows."""
    merge = merger(FieldRule("name", "name", Direction.TO_CRM), fields=(NAME,))

    assert [] == list(merge.page([{"name": "a"}], [{"name": "b"}], [{"name": "a"}]))


def test_the_long_way_tells_all_it_decided():
    """Two fields with something to say are two decisions; a field is found by its name."""
    merged = merger().merge({}, {"name": "a", "days": 1}, {"name": "a", "days": 2})

    assert ["name", "days"] == [each.field for each in merged.decisions]
    assert Outcome.WRITE is merged.decision("days").outcome


def test_a_compound_value_may_be_empty():
    """An empty whole empties every part."""
    merge = merger(WHOLE, fields=PARTS, crm_fields=(NAME,))
    base = {"first+last": Agreed("Ada Berg", ("Ada", "Berg"))}

    merged = merge.merge(base, {"name": None}, {"first": "Ada", "last": "Berg"})

    assert {"first": None, "last": None} == merged.patch("erp")


def test_a_transform_without_a_way_back_writes_one_way():
    """What can only be read is never written, whatever the direction says."""
    merge = merger(FieldRule("name", "name", transform=substring(0, 2)), fields=(NAME,))
    base = {"name": Agreed("AC", "ACME")}

    assert {} == merge.merge(base, {"name": "XX"}, {"name": "ACME"}).patch("erp")
    assert {"name": "XY"} == merge.merge(base, {"name": "AC"}, {"name": "XYZ"}).patch("crm")


def test_a_transform_without_a_way_to_the_crm_writes_the_other_way():
    """What can only be written to the ERP never reaches the CRM."""
    merge = merger(FieldRule("name", "name", transform=flip(substring(0, 2))), fields=(NAME,))
    base = {"name": Agreed("ACME", "AC")}

    assert {"name": "XY"} == merge.merge(base, {"name": "XYZ"}, {"name": "AC"}).patch("erp")
    assert {} == merge.merge(base, {"name": "ACME"}, {"name": "XX"}).patch("crm")
    assert {} == merge.merge(base, {"name": "XYZ"}, {"name": "XX"}).patch("crm")


def test_a_pin_on_a_side_that_did_not_say_waits():
    """A value that was not delivered cannot be kept anywhere."""
    merged = merger(fields=(NAME,)).merge(
        {"name": Agreed("a", "a")}, {"name": "b"}, {}, pins={"name": Pin.ERP}
    )

    assert {} == merged.patch("crm")


def test_one_way_rules_that_agree_are_remembered():
    """Agreement needs no direction."""
    merge = merger(FieldRule("name", "name", Direction.TO_CRM), fields=(NAME,))

    (decision,) = merge.merge({}, {"name": "a"}, {"name": "a"}).decisions

    assert Outcome.AGREED is decision.outcome


def test_a_silent_link_that_agreed_to_the_winner_is_left_alone():
    """An ERP that did not say, and had agreed to what now stands, gets neither write nor base."""
    policy = Policy(Ranking(("crm", "a", "b")))
    a, b = (
        Merger(
            Mapping(name, "customer", "company", rules=[FieldRule("name", "name")]),
            [NAME],
            [NAME],
            policy,
        )
        for name in ("a", "b")
    )

    merged = merge_record(
        {"name": "second"},
        [
            a.linked({"name": "first"}, {"name": Agreed("second", "second")}),
            b.linked({}, {"name": Agreed("first", "first")}),
        ],
        policy,
    )

    (decision,) = merged.decisions
    assert {"name": "first"} == merged.patch("crm")
    assert {} == merged.patch("b")
    assert ["a"] == [each.system for each in decision.agreements]


def test_an_erp_that_took_up_what_the_crm_would_write_agrees():
    """The ERP now holds the CRM's value as it would be written there: nothing is rewritten."""
    merge = merger(FieldRule("name", "name", transform=case("upper")), fields=(NAME,))

    (decision,) = merge.merge(
        {"name": Agreed("acme", "X")}, {"name": "acme"}, {"name": "ACME"}
    ).decisions

    assert (Outcome.AGREED, ()) == (decision.outcome, decision.writes)


def test_two_read_only_fields_keep_what_they_have():
    """Where nobody may be written, a conflict has no consequence."""
    field = Field("name", access=Access.READ_ONLY)

    (decision,) = merger(fields=(field,)).merge({}, {"name": "a"}, {"name": "b"}).decisions

    assert Outcome.KEEP is decision.outcome
    assert "no side that moved may write to another" == decision.reason


def test_a_base_that_no_longer_reads_is_taken_as_it_stands():
    """A changed mapping may be unable to read an old base; the record is merged all the same."""
    days = Field("days")
    rule = FieldRule("days", "days", transform=parse_number("en", whole=True))
    merge = merger(rule, fields=(days,), crm_fields=(DAYS,))

    ((_, merged),) = merge.page([{"days": "soon"}], [{"days": 30}], [{"days": "30"}])

    assert merged.has_news
    assert {} == merged.patch("crm")


def test_a_record_on_a_page_has_news():
    """What a page tells is news, before and after its decisions are told."""
    ((_, merged),) = merger().page(
        [{"name": "a", "days": 1}], [{"name": "b", "days": 1}], [{"name": "a", "days": 1}]
    )

    assert merged.has_news
    assert 1 == len(merged.decisions)
    assert merged.has_news


def test_a_union_of_compound_fields_is_a_question():
    """The parts of a compound field are no set; the rule union cannot choose among them."""
    lines = FieldRule(("first", "last"), ("first", "last"), rule=Rule.UNION)
    merge = merger(lines, fields=PARTS)

    merged = merge.merge({}, {"first": "a", "last": "b"}, {"first": "c", "last": "d"})

    assert [Outcome.ASK] == [each.outcome for each in merged.decisions]


@pytest.mark.parametrize(
    "base",
    [
        {"name": Agreed("ACME", "ACME"), "days": Agreed(30, 30)},
        AlikeBase({"name": "ACME", "days": 30}),
    ],
)
def test_the_moves_of_a_plain_record_are_told_by_themselves(base):
    """Each with whose value stands, and with what was agreed on and is held."""
    tell, was = merger().moves, {"name": "ACME", "days": 30}

    assert () == tell(base, was, was)
    assert (("days", False, 30, 30, 9),) == tell(base, was, was | {"days": 9})
    assert (("days", True, 30, 9, 30),) == tell(base, was | {"days": 9}, was)
    assert (("days", None, 30, 9, 9),) == tell(base, was | {"days": 9}, was | {"days": 9})


@pytest.mark.parametrize(
    ("base", "crm", "erp"),
    [
        ({}, {"days": 9}, {"days": 30}),
        ({"days": Agreed(30, 31)}, {"days": 9}, {"days": 31}),
        ({"days": Agreed(30, 30)}, {}, {"days": 9}),
        ({"days": Agreed(30, 30)}, {"days": 8}, {"days": 9}),
        ({"days": Agreed(30, 30)}, {"days": 30}, {"days": True}),
    ],
)
def test_what_is_more_than_a_move_is_merged_at_length(base, crm, erp):
    """Nothing agreed, other words, silence, a conflict, or a value that does not fit."""
    assert None is merger(fields=[DAYS]).moves(base, crm, erp)


def test_a_move_against_the_direction_is_none():
    """And fields that convert have no moves at all."""
    one_way = merger(FieldRule("days", "days", Direction.TO_CRM))
    converted = merger(FieldRule("name", "name", transform=trim()))
    base = {"days": Agreed(30, 30)}

    assert () == one_way.moves(base, {"days": 9}, {"days": 30})
    assert None is converted.moves({"name": Agreed("a", "a")}, {"name": "b"}, {"name": "a"})
