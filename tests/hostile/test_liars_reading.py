"""Connectors that lie when they are read, each about one thing, and the checks that must tell."""

# ruff: noqa: ARG002 - a liar does not look at all that it is given

import threading
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from attrs import evolve

from erplink.connectors import RawRecords
from erplink.errors import Refused
from erplink.testing import WrappedSession


class Told(WrappedSession):
    """Tells every record, in whichever way it is read."""

    def told(self, record):
        return record

    def get(self, kind, keys, fields):
        records = super().get(kind, keys, fields)
        return [None if record is None else self.told(record) for record in records]

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        return evolve(page, records=[self.told(record) for record in page])

    def search(self, kind, query, fields, cursor=None):
        page = super().search(kind, query, fields, cursor)
        return evolve(page, records=[self.told(record) for record in page])


class Valued(Told):
    """Tells every value of every record."""

    def told(self, record):
        return evolve(record, fields={k: self.value(v) for k, v in record.fields.items()})

    def value(self, value):
        return value


class IsHonest(Valued):
    """Takes everything apart and puts it together as it was."""

    caught = ()


class IsHonestAndRaw(WrappedSession):
    """Delivers raw records that decode to what they are."""

    caught = ()

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        pieces = {str(at).encode(): record for at, record in enumerate(page)}
        return evolve(page, records=RawRecords(pieces, pieces.__getitem__))


class TellsMoreThanAsked(WrappedSession):
    caught = ("only_asked_fields_are_told",)

    def get(self, kind, keys, fields):
        return super().get(kind, keys, [field.key for field in self.kinds()[0].fields])


class TellsLessThanAsked(WrappedSession):
    caught = ("only_asked_fields_are_told",)

    def search(self, kind, query, fields, cursor=None):
        page = super().search(kind, query, fields, cursor)
        return evolve(page, records=[evolve(record, fields={}) for record in page])


class LeavesOutWhatIsEmpty(Told):
    caught = (
        "a_cleared_field_is_empty_afterwards",
        "a_cleared_field_is_told_as_none",
        "a_count_is_the_number_found",
        "a_text_is_found_wherever_it_stands",
        "criteria_combine",
        "every_operator_means_what_it_says",
    )

    def told(self, record):
        return evolve(record, fields={k: v for k, v in record.fields.items() if v is not None})


class KeepsWhatWasCleared(Told):
    caught = (
        "a_cleared_field_is_empty_afterwards",
        "a_cleared_field_is_told_as_none",
    )

    def __init__(self, session):
        super().__init__(session)
        self.before = {}

    def told(self, record):
        before = self.before.setdefault(record.ref.key, {})
        before |= {key: value for key, value in record.fields.items() if value is not None}
        return evolve(record, fields={key: before.get(key) for key in record.fields})


class TakesSummerForWinter(Valued):
    caught = (
        "moments_are_told_as_the_same_moment",
        "saved_moments_stay_the_same_moment",
    )

    def value(self, value):
        july = isinstance(value, datetime) and value.month == 7
        return value + timedelta(hours=1) if july else value


class TakesEveryYearForOneOfThisCentury(Valued):
    caught = (
        "dates_are_told_to_the_day",
        "saved_dates_keep_their_day",
    )

    def value(self, value):
        old = type(value) is date and value.year < 2000
        return value.replace(year=value.year + 100) if old else value


class TakesACommaForAPoint(Valued):
    caught = (
        "numbers_are_told_to_the_digit",
        "saved_numbers_keep_their_digits",
    )

    def value(self, value):
        large = isinstance(value, Decimal) and value >= 1000
        return (value / 1000).quantize(Decimal("0.01")) if large else value


class KnowsLatinLettersOnly(Valued):
    caught = (
        "saved_texts_keep_their_letters",
        "texts_are_told_to_the_letter",
    )

    def value(self, value):
        return value.encode("latin-1", "replace").decode("latin-1") if type(value) is str else value


class TakesCodesForNumbers(Valued):
    caught = (
        "codes_are_told_as_texts",
        "saved_codes_stay_texts",
    )

    def value(self, value):
        return str(int(value)) if type(value) is str and value.isdecimal() else value


class TellsNothingOfTheOnesThatHaveNoCountry(WrappedSession):
    """Joins where it should look up: what refers to nothing is not told."""

    caught = (
        "a_cleared_field_is_empty_afterwards",
        "a_cleared_field_is_told_as_none",
        "a_count_is_the_number_found",
        "a_text_is_found_wherever_it_stands",
        "criteria_combine",
        "every_operator_means_what_it_says",
    )

    def get(self, kind, keys, fields):
        joined = super().get(kind, keys, ["country"])
        records = super().get(kind, keys, fields)
        return [
            record if other and other.value("country") else None
            for record, other in zip(records, joined, strict=True)
        ]


class MixesUpTwoFields(Told):
    """Goes by positions where it should go by names."""

    at_least = ("a_record_is_told_as_it_is", "a_created_record_holds_what_was_sent")

    def told(self, record):
        mixed = {"name": record.value("note"), "note": record.value("name")}
        return evolve(record, fields={**record.fields, **mixed} if record.value("note") else {})


class RefusesWhatIsMissing(WrappedSession):
    caught = (
        "a_deleted_record_is_gone",
        "a_missing_record_is_none",
        "a_removed_record_is_gone",
    )

    def get(self, kind, keys, fields):
        records = super().get(kind, keys, fields)
        if None in records:
            raise Refused("there is no such record")
        return records


class AnswersInAnOrderOfItsOwn(WrappedSession):
    caught = ("a_missing_record_is_none",)

    def get(self, kind, keys, fields):
        return super().get(kind, sorted(keys), fields)


class ReadsOneKeyLess(WrappedSession):
    caught = ("page_max_keys_can_be_read_at_once",)

    def get(self, kind, keys, fields):
        if len(keys) == self.capabilities.of(kind).page_max and keys[-1].isdigit():
            raise Refused("too many keys at once")
        return super().get(kind, keys, fields)


class CountsHowOftenItIsRead(Told):
    caught = (
        "reading_twice_says_the_same",
        "threads_read_side_by_side",
    )

    def __init__(self, session):
        super().__init__(session)
        self.times = 0

    def told(self, record):
        self.times += 1
        return evolve(record, modified=record.modified + timedelta(microseconds=self.times))


class HasOneVersionOnly(Told):
    caught = (
        "a_version_moves_with_its_record",
        "what_was_saved_is_told",
    )

    def told(self, record):
        return evolve(record, version="1")


class ReadsWhatIsGone(WrappedSession):
    caught = (
        "a_deleted_record_is_gone",
        "a_removed_record_is_gone",
    )

    def __init__(self, session):
        super().__init__(session)
        self.before = {}

    def get(self, kind, keys, fields):
        for key, record in zip(keys, super().get(kind, keys, fields), strict=True):
            self.before[key] = record or self.before.get(key)
        return [self.before[key] for key in keys]


class TellsNoParents(Told):
    kinds_tried = ("person",)
    caught = (
        "a_child_is_created_under_its_parent",
        "the_parent_of_a_record_is_told",
    )

    def told(self, record):
        return evolve(record, parent=None)


class MixesUpItsThreads(WrappedSession):
    caught = ("threads_read_side_by_side",)
    asked = ()

    def get(self, kind, keys, fields):
        self.asked = keys
        threading.Event().wait(0.001)
        return super().get(kind, self.asked, fields)


class FillsItsPagesTooFull(WrappedSession):
    caught = (
        "a_broken_reading_can_be_taken_up_again",
        "a_cursor_outlives_its_session",
        "a_new_record_is_in_the_next_reading",
        "an_edit_while_paging_is_told",
        "marks_come_in_order",
        "records_of_one_mark_all_come",
        "the_feed_tells_every_record",
    )

    def changes(self, kind, since, fields):
        page = super().changes(kind, since, fields)
        if not page.more:
            return page
        more = super().changes(kind, page.cursor, fields)
        gone, aliases = page.deletions + more.deletions, page.aliases | more.aliases
        return evolve(more, records=[*page, *more], deletions=gone, aliases=aliases)


LIARS = [
    each
    for each in list(globals().values())
    if hasattr(each, "caught") or hasattr(each, "at_least")
]


@pytest.mark.parametrize("liar", LIARS)
def test_a_liar_is_caught_by_the_checks_that_must(liar, assert_caught):
    """Each lie is told by the checks of the promises that it breaks."""
    assert_caught(liar)
