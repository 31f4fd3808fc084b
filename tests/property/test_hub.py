"""Laws of what the Hub shows: forms, orders, descriptions, and what is left out."""

from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from erplink.connectors import Kind
from erplink.domain.connections import Ranking
from erplink.domain.fields import FieldType
from erplink.domain.records import CRM
from erplink.domain.secret import Secret
from erplink.errors import NotReady
from erplink.hub.forms import filled, form_of, not_filled
from erplink.hub.masking import ELSEWHERE, Mask
from erplink.hub.refreshing import refreshed
from erplink.sync.drift import describe
from erplink.testing.strategies import fields, fitting, offered, secrets, texts

FORMS = st.lists(fields(), unique_by=lambda field: field.key)
RECORDS = st.lists(
    fields(*(each for each in FieldType if not each.only_in_forms)),
    unique_by=lambda field: field.key,
)


def given_to(draw, form, values):
    """What somebody fills in, for some of the fields."""
    chosen = [field for field in form if draw(st.booleans())]
    return {
        field.key: draw(secrets() if field.type is FieldType.PASSWORD else values(field))
        for field in chosen
        if field.type is not FieldType.LABEL
    }


@st.composite
def filled_forms(draw):
    form = draw(FORMS)
    try:
        return form, filled(form, given_to(draw, form, fitting))
    except NotReady:  # a default that is none, or a mandatory field that was emptied
        return form, {}


@given(filled_forms())
def test_a_form_that_comes_back_as_it_was_shown_changes_nothing(form_and_config):
    """Also for secrets, which are shown as a mask."""
    form, config = form_and_config
    shown = {
        line.field.key: line.value
        for line in form_of(form, config)
        if line.value is not None and line.field.type is not FieldType.LABEL
    }

    assert config == filled(form, shown, config)


@given(filled_forms())
def test_a_form_shows_no_secret(form_and_config):
    """Neither as a value nor as a part of one."""
    form, config = form_and_config
    shown = repr(form_of(form, config))

    for value in config.values():
        if isinstance(value, Secret):
            assert value.reveal() not in shown


@given(st.data(), FORMS)
def test_what_is_taken_is_what_the_form_has_and_the_rest_is_refused(data, form):
    """Either all of what is given fits, or it is told what does not, and nothing is taken."""
    given = given_to(data.draw, form, offered)
    try:
        config = filled(form, given)
    except NotReady as error:
        assert error.reasons  # noqa: PT017 - it is the other half of the law
        return

    assert config.keys() <= {field.key for field in form}
    mandatory = {field.title for field in form if field.mandatory}
    assert len(not_filled(form, config)) <= len(mandatory)


@given(st.permutations(["a", "b", "c", CRM]), st.data())
def test_a_part_of_a_ranking_is_rearranged_in_its_places(order, data):
    """The others stay where they are, and the part comes in the order that was asked for."""
    part = data.draw(st.permutations(data.draw(st.lists(st.sampled_from(order), unique=True))))
    ranking = Ranking(order).rearranged(part)

    assert part == [system for system in ranking.order if system in part]
    assert all(
        ranking.order[place] == system for place, system in enumerate(order) if system not in part
    )


@given(RECORDS, RECORDS)
def test_a_refresh_tells_every_field_that_came_and_went(before, after):
    """And nothing where nothing did."""
    old, new = Kind("customer", before), Kind("customer", after)
    told = refreshed([describe(old)], [new], [])
    (changed,) = told.kinds or [None]

    assert not refreshed([describe(old)], [old], [])
    assert () == told.new_kinds + told.gone_kinds
    came = {each.key for each in after} - {each.key for each in before}
    went = {each.key for each in before} - {each.key for each in after}
    assert came == set(changed.new_fields if changed else ())
    assert went == set(changed.gone_fields if changed else ())
    assert (describe(old) != describe(new)) == bool(told)


@given(st.lists(texts(), max_size=4), st.sets(st.uuids().map(str), max_size=3))
def test_no_text_names_a_system_out_of_sight(words, hidden):
    """Wherever its id stands in a sentence."""
    sentence = " ".join([*words, *hidden, *words])
    mask = Mask(frozenset({CRM}), frozenset(hidden))

    assert not any(each in mask.text(sentence) for each in hidden)
    assert sentence == evolve(mask, hidden=frozenset()).text(sentence)
    assert all(ELSEWHERE == mask.system(each) for each in hidden)
