"""Transforms made of transforms, and of functions of the host's own."""

from decimal import Decimal

import pytest

from erplink.domain.fields import FieldType
from erplink.domain.transforms import (
    Laws,
    Transform,
    between,
    boolean_words,
    case,
    chain,
    constant,
    custom,
    each,
    extract,
    flip,
    identity,
    join_words,
    parse_number,
    prefix,
    remove,
    replace,
    round_to,
    scale,
    suffix,
    trim,
)
from erplink.domain.transforms.compose import NESTING_MAX, STEPS_MAX
from erplink.domain.values import UNSET
from erplink.errors import BadValue


def test_identity_leaves_everything_as_it_is():
    """Any value is the same on the other side, and so is its type."""
    transform = identity()

    assert ("a", 5) == transform.to_crm(("a", 5))
    assert "a" == transform.to_erp("a")
    assert {FieldType.DATE} == transform.gives(FieldType.DATE)


def test_a_chain_runs_there_and_backwards():
    """The last step to the CRM is the first one back."""
    transform = chain(prefix("K-"), suffix("/SE"))

    assert "100" == transform.to_crm("K-100/SE")
    assert "K-100/SE" == transform.to_erp("100")


@pytest.mark.parametrize(
    ("steps", "law"),
    [
        ([prefix("K-"), suffix("-K")], Laws.LOSSLESS),
        ([prefix("K-"), trim()], Laws.CANONICALISING),
        ([trim()], Laws.CANONICALISING),
        ([trim(), extract("a")], Laws.TO_CRM_ONLY),
        ([constant("a", side="erp"), prefix("K-")], Laws.TO_ERP_ONLY),
    ],
)
def test_a_chain_promises_what_its_weakest_step_does(steps, law):
    """One lossy step makes the chain lossy; one step without a way back leaves none."""
    transform = chain(*steps)

    assert law is transform.laws
    assert (law is not Laws.TO_ERP_ONLY) == (transform.to_crm is not None)
    assert (law is not Laws.TO_CRM_ONLY) == (transform.to_erp is not None)


def test_a_chain_of_chains_is_the_longer_chain():
    """How steps are bracketed makes no difference."""
    one, two, three = trim(), prefix("K-"), case("upper")

    assert chain(one, two, three) == chain(chain(one, two), three) == chain(one, chain(two, three))


def test_a_custom_pair_may_be_called_chain():
    """It is one step like any other."""
    step = custom("chain", to_crm=str, laws=Laws.TO_CRM_ONLY)

    assert (step,) == chain(step).params["steps"]


def test_steps_that_undo_each_other_refuse_the_values_they_would_spoil():
    """Trimming and then needing the blank that was trimmed lets no value through for ever."""
    transform = chain(replace("x", " "), trim(), replace(" ", "x"))

    assert "a" == transform.to_crm("a")
    with pytest.raises(BadValue):
        chain(trim(), prefix(" ")).to_erp("a")


@pytest.mark.parametrize(
    ("steps", "rule"),
    [
        ([], f"a chain has 1 to {STEPS_MAX} steps"),
        ([trim()] * (STEPS_MAX + 1), f"a chain has 1 to {STEPS_MAX} steps"),
        (
            [extract("a"), constant("a", side="erp")],
            "a step to the CRM only and a step to the ERP only leave no way through",
        ),
        (["trim"], "each step must be a transform"),
    ],
)
def test_a_chain_that_leads_nowhere_is_refused(steps, rule):
    """No step, too many, opposite one-way steps, and what is no step."""
    with pytest.raises(BadValue) as caught:
        chain(*steps)

    assert rule == caught.value.rule


def test_a_chain_fills_what_its_steps_fill_one_after_another():
    """Types are followed through every step."""
    transform = chain(trim(), parse_number("de"), scale("0.01"))

    assert {FieldType.INTEGER, FieldType.DECIMAL} == transform.gives(FieldType.TEXT)
    assert set() == transform.gives(FieldType.DATE)
    assert Decimal("13.5590") == transform.to_crm(" 1.355,90 ")


def test_each_does_the_same_to_every_text():
    """Parts without a value stay so, and parts that were not said too."""
    transform = each(prefix("tel:"))

    assert ("1", None, UNSET) == transform.to_crm(("tel:1", None, UNSET))
    assert ("tel:1",) == transform.to_erp(("1",))
    assert Laws.LOSSLESS is transform.laws
    assert {FieldType.TEXTS} == transform.gives(FieldType.TEXTS)
    assert set() == transform.gives(FieldType.TEXT)
    assert set() == each(round_to(2)).gives(FieldType.TEXTS)


def test_each_is_one_way_where_its_transform_is():
    """There is no way back for a part either."""
    transform = each(extract("a"))

    assert ("a",) == transform.to_crm(("cab",))
    assert transform.to_erp is None


@pytest.mark.parametrize("given", ["a b", ("a b",)])
def test_each_makes_one_part_of_one_part(given):
    """A text is no tuple, and a part does not become several."""
    with pytest.raises(BadValue):
        each(flip(join_words())).to_crm(given)


@pytest.mark.parametrize(
    ("transform", "law"),
    [
        (prefix("K-"), Laws.LOSSLESS),
        (trim(), Laws.CANONICALISING),
        (extract("a"), Laws.TO_ERP_ONLY),
        (constant("a", side="erp"), Laws.TO_CRM_ONLY),
    ],
)
def test_a_flip_swaps_the_sides(transform, law):
    """What led to the CRM leads to the ERP; flipped twice it is as it was."""
    flipped = flip(transform)

    assert law is flipped.laws
    assert (flipped.to_crm, flipped.to_erp) == (transform.to_erp, transform.to_crm)
    assert transform.laws is flip(flipped).laws


def test_a_flip_fills_what_filled_it():
    """The types are swapped with the sides."""
    flipped = flip(boolean_words("y", "n"))

    assert {FieldType.TEXT, FieldType.LIST} == flipped.gives(FieldType.CHECKBOX)
    assert set() == flipped.gives(FieldType.TEXT)


@pytest.mark.parametrize("make", [flip, each])
def test_only_transforms_are_taken_inside(make):
    """A name is no transform; a catalogue makes one of it."""
    with pytest.raises(BadValue, match="transform must be a transform"):
        make("trim")


def test_transforms_nest_within_bounds():
    """What stands too deep inside others is refused."""
    nested = trim()
    for _ in range(NESTING_MAX - 1):
        nested = flip(nested)

    assert "a" == nested.to_crm(" a ")
    for wrap in (flip, each, chain):
        with pytest.raises(BadValue, match=f"nest at most {NESTING_MAX} deep"):
            wrap(nested)


def test_a_custom_pair_is_the_hosts_own():
    """It declares its law, and never sees None."""
    pair = custom(
        "reversed",
        to_crm=lambda text: text[::-1],
        to_erp=lambda text: text[::-1],
        laws=Laws.LOSSLESS,
        gives=between({FieldType.TEXT}, {FieldType.LIST}),
    )

    assert ("cba", None) == (pair.to_crm("abc"), pair.to_crm(None))
    assert ("abc", None) == (pair.to_erp("cba"), pair.to_erp(None))
    assert {FieldType.LIST} == pair.gives(FieldType.TEXT)


def test_a_custom_pair_without_the_ways_of_its_law_is_refused():
    """A law that needs two ways cannot be kept by one."""
    with pytest.raises(BadValue, match="has other directions than these"):
        custom("half", to_crm=str, laws=Laws.LOSSLESS)
    with pytest.raises(BadValue, match="name must be a text"):
        custom("", to_crm=str, laws=Laws.TO_CRM_ONLY)


def test_transforms_are_equal_by_name_and_parameters():
    """Made twice, they are one, and show how they are made."""
    assert replace("a", "b") == replace("a", "b")
    assert hash(replace("a", "b")) == hash(replace("a", "b"))
    assert replace("a", "b") != replace("a", "c")
    assert "replace(old='a', new='b')" == repr(replace("a", "b"))


@pytest.mark.parametrize(
    ("transform", "value", "from_crm", "line", "stable"),
    [
        (prefix("K-"), "K-1", False, "'K-1' -> '1' -> 'K-1'", True),
        (trim(), " a ", False, "' a ' -> 'a' -> 'a'", False),
        (prefix("K-"), "1", True, "'1' -> 'K-1' -> '1'", True),
        (prefix("K-"), "1", False, "'1' -> None: '1': it does not begin with 'K-'", False),
        (remove("x"), 5, False, "5 -> None: 5: a text is expected", False),
        (extract("a"), "a", True, "'a' -> None: extract is to CRM only", False),
        (
            custom("liar", to_crm=lambda _: 1.5, laws=Laws.TO_CRM_ONLY), "a", False,
            "'a' -> None: 1.5: floats lose digits: use Decimal", False,
        ),
        (
            Transform("ones", lambda _: 1, lambda _: True, Laws.LOSSLESS), 1, False,
            "1 -> 1 -> True", False,
        ),
    ],
)  # fmt: skip
def test_trying_out_shows_what_a_value_becomes_and_comes_back_as(
    transform, value, from_crm, line, stable
):
    """One line tells a person what would happen, before anything does."""
    trial = transform.try_out(value, from_crm=from_crm)

    assert (line, stable) == (str(trial), trial.stable)


def test_trying_out_a_one_way_transform_has_no_way_back():
    """What becomes of the value is shown; nothing comes back."""
    trial = extract("a").try_out("cab")

    assert ("a", None, "") == (trial.becomes, trial.comes_back, trial.problem)


def test_laws_say_whether_they_have_two_ways():
    """Two of the four do."""
    assert [True, True, False, False] == [law.two_way for law in Laws]
