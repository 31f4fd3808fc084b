"""Connectors that write something else than they were asked for, and the checks that must tell."""

# ruff: noqa: ARG002 - a liar does not look at all that it is given

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from attrs import evolve

from erplink.connectors import Deleted, Edit, EditRefused, EditStale, EditUnknown, Saved
from erplink.domain.fields import Access
from erplink.errors import Refused
from erplink.testing import WrappedSession


class Writes(WrappedSession):
    """Does another edit than it was asked for, and answers in another way."""

    def save(self, kind, edits):
        done = super().save(kind, [self.asked(edit) for edit in edits])
        return [self.answered(kind, *each) for each in zip(edits, done, strict=True)]

    def asked(self, edit):
        return edit

    def answered(self, kind, edit, result):
        return result

    def field(self, key):
        return self.kinds()[0].field(key)

    def all_fields(self, kind):
        return [field.key for each in self.kinds() if each.name == kind for field in each.fields]

    def read(self, kind, key):
        return self.get(kind, [key], self.all_fields(kind))[0]


class Patches(Writes):
    """Writes other values than it was asked to."""

    def asked(self, edit):
        return evolve(edit, patch=self.patch(edit))

    def patch(self, edit):
        return {key: self.value(key, value) for key, value in edit.patch.items()}

    def value(self, key, value):
        return value


class TakesTheUnsaidForEmpty(Patches):
    """Replaces the record where it should patch it."""

    caught = (
        "a_text_too_long_is_never_cut_in_silence",
        "other_fields_are_left_alone",
    )

    def patch(self, edit):
        if edit.creates or ("name" not in edit.patch and len(edit.patch) > 1):
            return edit.patch
        once = ("number", "name", "id")
        rest = [key for key in self.all_fields("customer") if key not in once]
        return {**dict.fromkeys(rest), **edit.patch}


class LeavesOutWhatIsEmpty(Patches):
    """Never clears a field, for nothing is sent of it."""

    caught = ("a_cleared_field_is_empty_afterwards",)

    def patch(self, edit):
        return {key: value for key, value in edit.patch.items() if value is not None}


class LosesWhatItSays(Writes):
    """Answers what it was sent, and keeps nothing."""

    at_least = ("what_was_saved_is_told", "saved_numbers_keep_their_digits")

    def save(self, kind, edits):
        told = [edit.key and self.read(kind, edit.key) for edit in edits]
        known = all(self.field(key) for edit in edits for key in edit.patch)
        if None in told or not known:
            return super().save(kind, edits)
        return [
            Saved(evolve(record, fields={**record.fields, **edit.patch}))
            for record, edit in zip(told, edits, strict=True)
        ]


class AnswersWhatWasBefore(Writes):
    at_least = ("what_was_saved_is_told", "other_fields_are_left_alone")

    def save(self, kind, edits):
        before = [edit.key and self.read(kind, edit.key) for edit in edits]
        done = super().save(kind, edits)
        return [Saved(was) if was else now for was, now in zip(before, done, strict=True)]


class AnswersAnOldVersion(Writes):
    caught = (
        "a_current_version_is_taken",
        "what_was_saved_is_told",
    )

    def answered(self, kind, edit, result):
        if isinstance(result, Saved) and not edit.creates:
            return Saved(evolve(result.record, version=f"{result.record.version} "))
        return result


class TakesTheCommaForThousands(Patches):
    caught = ("saved_numbers_keep_their_digits",)

    def value(self, key, value):
        large = isinstance(value, Decimal) and value >= 1000
        return (value * 100).quantize(Decimal("0.01")) if large else value


class SavesTextsInLatin(Patches):
    caught = ("saved_texts_keep_their_letters",)

    def value(self, key, value):
        return value.encode("latin-1", "replace").decode("latin-1") if type(value) is str else value


class TakesCodesForNumbers(Patches):
    caught = ("saved_codes_stay_texts",)

    def value(self, key, value):
        return str(int(value)) if type(value) is str and value.isdecimal() else value


class SavesTheMomentOfTheClock(Patches):
    """Takes the clock of a moment, and leaves its zone out."""

    caught = ("saved_moments_stay_the_same_moment",)

    def value(self, key, value):
        return value.replace(tzinfo=UTC) if isinstance(value, datetime) else value


class SavesTheDayBefore(Patches):
    caught = ("saved_dates_keep_their_day",)

    def value(self, key, value):
        old = type(value).__name__ == "date" and value.year < 2000
        return value.replace(year=value.year + 100) if old else value


class CutsInSilence(Patches):
    caught = ("a_text_too_long_is_never_cut_in_silence",)

    def value(self, key, value):
        field = self.field(key)
        return value[: field.max_length] if field and field.max_length and value else value


class OverlooksWhatItDoesNotKnow(Patches):
    caught = (
        "an_unknown_field_is_refused",
        "one_bad_edit_stops_no_other",
    )

    def patch(self, edit):
        return {key: value for key, value in edit.patch.items() if self.field(key)}


class OverlooksWhatItMayNotWrite(Patches):
    caught = ("a_read_only_field_is_refused",)

    def patch(self, edit):
        return {
            key: value
            for key, value in edit.patch.items()
            if not (self.field(key) and self.field(key).why_not_writable)
        }


class OverlooksWhatIsWrittenOnce(Patches):
    caught = ("a_field_is_written_once_only",)

    def patch(self, edit):
        if edit.creates:
            return edit.patch
        once = {each.key for each in self.kinds()[0].fields if each.access is Access.WRITE_ONCE}
        return {key: value for key, value in edit.patch.items() if key not in once}


class DoesHalfOfWhatItRefuses(Writes):
    """Writes field by field, and stops where one is refused."""

    caught = (
        "a_read_only_field_is_refused",
        "an_unknown_field_is_refused",
    )

    def answered(self, kind, edit, result):
        if isinstance(result, EditRefused) and not edit.creates:
            first = dict(list(edit.patch.items())[:1])
            self.session.save(kind, [Edit(first, edit.key)])
        return result


class IgnoresVersions(Writes):
    caught = ("a_stale_version_is_refused",)

    def asked(self, edit):
        return evolve(edit, expects=None)


class KnowsNoCurrentVersion(Writes):
    """Takes every version for one of before."""

    caught = ("a_current_version_is_taken",)

    def asked(self, edit):
        return evolve(edit, expects=edit.expects and f"{edit.expects} ")


class DoesNotSayWhatIsThere(Writes):
    caught = ("a_stale_version_is_refused",)

    def answered(self, kind, edit, result):
        return EditStale(None) if isinstance(result, EditStale) else result


class CallsTheStaleRefused(Writes):
    caught = ("a_stale_version_is_refused",)

    def answered(self, kind, edit, result):
        return EditRefused("it moved") if isinstance(result, EditStale) else result


class WritesAndCallsItStale(Writes):
    caught = ("a_stale_version_is_refused",)

    def answered(self, kind, edit, result):
        if isinstance(result, EditStale) and edit.key:
            self.session.save(kind, [Edit(edit.patch, edit.key)])
        return result


class MakesWhatIsMissing(Writes):
    caught = ("a_missing_record_is_not_made_by_an_edit",)

    def answered(self, kind, edit, result):
        if isinstance(result, EditStale) and self.read(kind, edit.key) is None:
            self.session.save(kind, [Edit(edit.patch)])
        return result


class StopsAtTheFirstRefusal(Writes):
    caught = ("one_bad_edit_stops_no_other",)

    def save(self, kind, edits):
        done = []
        for edit in edits:
            refused = done and isinstance(done[-1], EditRefused)
            done += [EditRefused("not tried")] if refused else super().save(kind, [edit])
        return done


class RaisesForOneOfMany(Writes):
    caught = ("one_bad_edit_stops_no_other",)

    def answered(self, kind, edit, result):
        if isinstance(result, EditRefused):
            raise Refused(result.reason, field=result.field)
        return result


class AnswersInAnotherOrder(Writes):
    caught = (
        "answers_stand_in_the_order_of_the_edits",
        "one_bad_edit_stops_no_other",
    )

    def save(self, kind, edits):
        return super().save(kind, edits)[::-1]


class AnswersTheLastOnly(Writes):
    caught = (
        "a_creation_twice_in_one_batch_makes_one_record",
        "answers_stand_in_the_order_of_the_edits",
        "one_bad_edit_stops_no_other",
    )

    def save(self, kind, edits):
        return super().save(kind, edits)[-1:]


class GivesEveryRecordTheSameKey(Writes):
    """Makes one record, and changes it ever after."""

    at_least = ("every_creation_gets_a_key_of_its_own",)

    def asked(self, edit):
        return evolve(edit, key=edit.key or "1")


class LosesAFieldOfWhatIsNew(Patches):
    caught = ("a_created_record_holds_what_was_sent",)

    def patch(self, edit):
        return {key: value for key, value in edit.patch.items() if key != "note" or edit.key}


class ForgetsIdempotency(Writes):
    caught = (
        "a_creation_is_found_by_its_key",
        "a_creation_twice_in_one_batch_makes_one_record",
        "a_lost_creation_can_be_resolved",
        "the_same_creation_again_makes_no_second_record",
    )

    def asked(self, edit):
        return evolve(edit, idempotency_key="")


class LooksForTwinsBeforeTheBatchOnly(Writes):
    caught = ("a_creation_twice_in_one_batch_makes_one_record",)

    def save(self, kind, edits):
        keys = [edit.idempotency_key for edit in edits]
        twins = len(set(keys)) < len(keys) and edits[0].creates
        told = [evolve(edit, idempotency_key="") for edit in edits] if twins else edits
        return super().save(kind, told)


class RefusesWithoutAName(Writes):
    caught = ("a_missing_mandatory_field_is_refused_by_name",)

    def answered(self, kind, edit, result):
        return EditRefused("something is wrong") if isinstance(result, EditRefused) else result


class MakesWhatItRefuses(Writes):
    caught = ("a_missing_mandatory_field_is_refused_by_name",)

    def answered(self, kind, edit, result):
        if isinstance(result, EditRefused) and edit.creates:
            self.session.save(kind, [evolve(edit, patch={**edit.patch, "name": "?"})])
        return result


class ForgetsTheParent(Writes):
    kinds_tried = ("person",)
    caught = ("a_child_is_created_under_its_parent",)

    def asked(self, edit):
        return evolve(edit, parent=None)


class FindsNothingItMade(WrappedSession):
    caught = (
        "a_creation_is_found_by_its_key",
        "a_lost_creation_can_be_resolved",
    )

    def find_created(self, kind, idempotency_key, natural_key):
        return super().find_created(kind, "", natural_key)


class FindsTheNewestForWhatItMade(WrappedSession):
    """Looks for the last one made, whatever the key."""

    caught = ("a_creation_is_found_by_its_key",)

    def find_created(self, kind, idempotency_key, natural_key):
        if natural_key:
            return super().find_created(kind, idempotency_key, natural_key)
        made = [self.session.find_created(kind, f"erplink-{n}", {}) for n in range(9)]
        return [found[0] for found in made if found][-1:]


class KnowsNoNaturalKeys(WrappedSession):
    caught = ("a_creation_is_found_by_its_natural_key",)

    def find_created(self, kind, idempotency_key, natural_key):
        return super().find_created(kind, idempotency_key, {})


class RemovesNothing(WrappedSession):
    caught = (
        "a_removed_record_is_gone",
        "a_stale_removal_is_refused",
    )

    def delete(self, kind, removals):
        return [Deleted(removal.key) for removal in removals]


class RemovesWithoutLooking(WrappedSession):
    caught = ("a_stale_removal_is_refused",)

    def delete(self, kind, removals):
        return super().delete(kind, [evolve(removal, expects=None) for removal in removals])


class RemovesAnotherWhereOneIsGone(WrappedSession):
    caught = ("removing_what_is_gone_is_harmless",)

    def delete(self, kind, removals):
        if self.get(kind, [removals[0].key], [])[0] is None:
            self.session.delete(kind, [evolve(removals[0], key="1")])
            return [EditUnknown("something was removed")]
        return super().delete(kind, removals)


LIARS = [
    each
    for each in list(globals().values())
    if hasattr(each, "caught") or hasattr(each, "at_least")
]


@pytest.mark.parametrize("liar", LIARS)
def test_a_liar_is_caught_by_the_checks_that_must(liar, assert_caught):
    """Each lie is told by the checks of the promises that it breaks."""
    assert_caught(liar)
