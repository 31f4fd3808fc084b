"""Import settings come back from their documents as they were, whatever was chosen."""

from hypothesis import given
from hypothesis import strategies as st

from erplink.domain.staging import (
    Consent,
    ImportSettings,
    ListWish,
    OnAlone,
    OnDuplicate,
    OnManyValues,
    OnUnknownItem,
    settings_from_data,
    settings_from_toml,
    settings_to_data,
    settings_to_toml,
)
from erplink.testing.strategies import names, texts, values

KEYS = {"company": ("name", "code", "VAT number", "none", "rules"), "contact": ("e-mail", "id")}


def wishes(name):
    others = st.sampled_from([OnUnknownItem.ADD, OnUnknownItem.BLANK])
    plain = st.builds(ListWish, list=st.just(name), unknown=others)
    default = st.just(OnUnknownItem.DEFAULT)
    return plain | st.builds(ListWish, list=st.just(name), unknown=default, default=names())


@st.composite
def settings(draw):
    lists = draw(st.lists(names(), unique=True, max_size=3))
    return ImportSettings(
        match=draw(
            st.fixed_dictionaries({}, optional={k: st.sampled_from(v) for k, v in KEYS.items()})
        ),
        on_duplicate=draw(st.sampled_from(OnDuplicate)),
        on_alone=draw(st.sampled_from(OnAlone)),
        consent=draw(st.none() | st.builds(Consent, basis=names(), source=texts())),
        lists=[draw(wishes(name)) for name in lists],
        many_values=draw(st.sampled_from(OnManyValues)),
        defaults=draw(
            st.dictionaries(st.sampled_from(sorted(KEYS)), st.dictionaries(names(), values()))
        ),
        link=draw(st.booleans()),
    )


@given(settings())
def test_settings_survive_their_documents(given_settings):
    """Written as plain data or TOML and read again, settings are the same value."""
    assert given_settings == settings_from_data(settings_to_data(given_settings))
    assert given_settings == settings_from_toml(settings_to_toml(given_settings))
