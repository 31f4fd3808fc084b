"""The one description of a field."""

import pytest

from erplink.domain.fields import Access, Field, FieldType
from erplink.errors import BadValue


@pytest.mark.parametrize(
    ("description", "rule"),
    [
        ({"key": ""}, "a field needs a key"),
        ({"key": "a", "type": FieldType.LIST}, "a list field names its list"),
        ({"key": "a", "decimals": -1}, "decimals must be 0 or more"),
    ],
)
def test_a_description_that_contradicts_itself_is_refused(description, rule):
    """A field is refused whose description cannot be meant."""
    with pytest.raises(BadValue, match=rule):
        Field(**description)


def test_a_length_is_not_negative():
    """The longest text has no negative length, and 0 stands for no limit."""
    assert 0 == Field("a").max_length
    with pytest.raises(ValueError, match="max_length"):
        Field("a", max_length=-1)


def test_the_title_is_what_a_person_reads():
    """A field is shown by its label, or by its key where it has none."""
    assert ("Name", "name") == (Field("name", label="Name").title, Field("name").title)


@pytest.mark.parametrize(
    ("field", "why"),
    [
        (Field("id", is_key=True, access=Access.READ_ONLY), "it is the record's own id"),
        (Field("a", access=Access.READ_ONLY), "it is read-only"),
        (Field("a", FieldType.PASSWORD), "a password field is for configuration forms only"),
        (Field("a", FieldType.LABEL), "a label field is for configuration forms only"),
        (Field("a", access=Access.WRITE_ONCE), ""),
        (Field("a", access=Access.MANDATORY), ""),
    ],
)
def test_a_field_says_why_it_is_not_writable(field, why):
    """Whatever must not be written says why; what may be written has no reason."""
    assert why == field.why_not_writable


def test_only_a_mandatory_field_must_be_filled():
    """Mandatory is one kind of access among the others."""
    mandatory = [access for access in Access if Field("a", access=access).mandatory]

    assert [Access.MANDATORY] == mandatory


def test_a_field_shows_its_key_and_type():
    """A field shows its key, its type, and an access that is not the usual one."""
    assert "Field(a: text)" == repr(Field("a"))
    assert "Field(a: date, mandatory)" == repr(Field("a", FieldType.DATE, access=Access.MANDATORY))
