"""What is promised of changing records."""

from erplink.connectors import Edit, EditRefused, EditStale, Saved
from erplink.domain.fields import Access, Field, FieldType
from erplink.domain.values import Value, is_empty, shorten
from erplink.errors import Refused
from erplink.testing.promises import NotTried, ensure, fail, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_cleared_field_is_empty_afterwards",
    "check_a_current_version_is_taken",
    "check_a_field_is_written_once_only",
    "check_a_missing_record_is_not_made_by_an_edit",
    "check_a_read_only_field_is_refused",
    "check_a_stale_version_is_refused",
    "check_a_text_too_long_is_never_cut_in_silence",
    "check_an_unknown_field_is_refused",
    "check_answers_stand_in_the_order_of_the_edits",
    "check_one_bad_edit_stops_no_other",
    "check_other_fields_are_left_alone",
    "check_what_was_saved_is_told",
]

_NO_FIELD = "erplink_has_no_such_field"
_NO_KEY = "erplink-has-no-such-key"
_BATCH = 3


@promise("save")
def check_what_was_saved_is_told(trial: Trial) -> None:
    """What was saved is told by the answer and by every later reading, with the same version."""
    values = trial.sample()
    key = trial.make(values)
    other = trial.other(values)

    answer = trial.saved(Edit(other, key))

    trial.settle()
    trial.holds(answer, other, " in the answer to saving it")
    record = trial.read(key)
    trial.holds(record, other, " after it was saved")
    if trial.claims.versions:
        ensure(answer.version == record.version, f"{record.ref}: answered {answer.version}")


@promise("save")
def check_other_fields_are_left_alone(trial: Trial) -> None:
    """An edit changes the fields it names and leaves the others as they were."""
    values = trial.sample()
    key = trial.make(values)
    other = trial.one_of(trial.other(values))
    if len(values) < 2:  # noqa: PLR2004 - one to change and one to leave alone
        raise NotTried(f"{trial.kind.name}: there is but one field")

    answer = trial.saved(Edit(other, key))

    trial.settle()
    trial.holds(answer, {**values, **other}, " in the answer to an edit of one field")
    trial.holds(trial.read(key), {**values, **other}, " after an edit of one field")


@promise("save")
def check_a_cleared_field_is_empty_afterwards(trial: Trial) -> None:
    """To save None clears the field; it does not leave the field as it was."""
    values = trial.sample()
    filled = [field for field in trial.changeable if not is_empty(values[field.key])]
    key = trial.make(values)
    trial.read(key)  # whoever keeps what was told before is told apart
    cleared: dict[str, Value] = {}
    for field in filled:
        patch: dict[str, Value] = {field.key: None}
        # A system may know no emptiness of a field, a checkbox for one, and say so.
        if not field.mandatory and isinstance(trial.save_one(Edit(patch, key)), Saved):
            cleared |= patch
    if not cleared:
        raise NotTried(f"{trial.kind.name}: no field can be cleared")

    trial.settle()
    trial.holds(trial.read(key), cleared, " after it was cleared")


@promise("save", "versions")
def check_a_stale_version_is_refused(trial: Trial) -> None:
    """An edit that expects a version of before is refused, told what is there now, and not done."""
    values = trial.sample()
    key = trial.make(values)
    before = trial.read(key)
    theirs = trial.other(values)
    trial.change(key, theirs)

    result = trial.save_one(Edit(trial.other(theirs), key, expects=before.version))

    trial.settle()
    if not isinstance(result, EditStale):
        fail(f"an edit of a version of before is to be stale, and came to {result}")
    trial.holds(trial.read(key), theirs, " after a stale edit")
    if result.current is None:
        fail("a stale edit is told what is there now, and was told nothing")
    trial.holds(result.current, theirs, " in the answer to a stale edit")


@promise("save", "versions")
def check_a_current_version_is_taken(trial: Trial) -> None:
    """An edit that expects the version as told, or as answered to the edit before, is done."""
    values = trial.sample()
    key = trial.make(values)
    other = trial.one_of(trial.other(values))

    answer = trial.saved(Edit(other, key, expects=trial.read(key).version))
    back = {name: values[name] for name in other}
    answer = trial.saved(Edit(back, key, expects=answer.version))

    trial.settle()
    trial.holds(answer, back)


@promise("save")
def check_a_missing_record_is_not_made_by_an_edit(trial: Trial) -> None:
    """An edit of a record that is not there is refused, and makes none."""
    trial.some(1)
    before = trial.count_of_keys()

    result = trial.save_one(Edit(trial.sample(), _NO_KEY))

    trial.settle()
    ensure(not isinstance(result, Saved), f"an edit of a record that is not there came to {result}")
    trial.counts(before, "after an edit of a record that is not there")


@promise("save")
def check_answers_stand_in_the_order_of_the_edits(trial: Trial) -> None:
    """There is one answer for each edit of a batch, in its place."""
    keys = [trial.make() for _ in range(_batch(trial))]
    edits = [Edit(trial.sample_to_change(), key) for key in reversed(keys)]

    results = trial.save(edits)

    trial.settle()
    ensure(len(edits) == len(results), f"{len(results)} answers to {len(edits)} edits")
    for edit, result in zip(edits, results, strict=True):
        if not isinstance(result, Saved):
            fail(f"one of {len(edits)} good edits came to {result}")
        trial.holds(result.record, edit.patch, " in the answer to its edit")
        trial.holds(trial.read(str(edit.key)), edit.patch, " after it was saved")


@promise("save")
def check_one_bad_edit_stops_no_other(trial: Trial) -> None:
    """An edit that is refused neither stops nor undoes the others of its batch."""
    batch = _batch(trial)
    keys = [trial.make() for _ in range(batch)]
    edits = [Edit(trial.sample_to_change(), key) for key in keys]
    edits[-2] = Edit({_NO_FIELD: "x"}, keys[-2])

    try:
        results = trial.save(edits)
    except Refused as error:
        raise AssertionError(f"one bad edit and all of its batch are refused: {error}") from error

    trial.settle()
    for edit, result in zip(edits, results, strict=True):
        good = edit is not edits[-2]
        expected = Saved if good else EditRefused
        ensure(isinstance(result, expected), f"with a bad edit in its batch, one came to {result}")
        if good:
            trial.holds(trial.read(str(edit.key)), edit.patch, " with a bad edit in its batch")


@promise("save")
def check_an_unknown_field_is_refused(trial: Trial) -> None:
    """An edit of a field that there is not is refused, with nothing of it done."""
    values = trial.sample()
    key = trial.make(values)

    trial.refused(Edit({**trial.other(values), _NO_FIELD: "x"}, key), "a field that there is not")

    trial.settle()
    trial.holds(trial.read(key), values, " after an edit was refused")


@promise("save")
def check_a_read_only_field_is_refused(trial: Trial) -> None:
    """An edit of a field that nothing may write is refused, with nothing of it done."""
    fields = [field for field in trial.kind.fields if field.why_not_writable]
    if not fields:
        raise NotTried(f"{trial.kind.name}: every field may be written")
    values = trial.sample()
    key = trial.make(values)
    before = trial.read(key)

    for field in fields:
        patch = trial.other(values) | {field.key: trial.any_value(field)}
        trial.refused(Edit(patch, key), f"to write {field.key!r}: {field.why_not_writable}")

    trial.settle()
    trial.holds(trial.read(key), before.fields, " after an edit was refused")


@promise("save")
def check_a_field_is_written_once_only(trial: Trial) -> None:
    """A field that is written once keeps its first value, and says so."""
    fields = [field for field in trial.tried if field.access is Access.WRITE_ONCE]
    if not fields:
        raise NotTried(f"{trial.kind.name}: no field is written once only")
    values = trial.sample()
    key = trial.make(values)

    for field in fields:
        patch = {field.key: trial.any_value(field)}
        trial.refused(Edit(patch, key), f"to write {field.key!r} a second time")

    trial.settle()
    trial.holds(trial.read(key), values, " after it was written a second time")


@promise("save")
def check_a_text_too_long_is_never_cut_in_silence(trial: Trial) -> None:
    """A text longer than its field is refused; it is cut only where the field says so."""
    fields = [each for each in trial.of_type(FieldType.TEXT, FieldType.TEXTS) if each.max_length]
    if not fields:
        raise NotTried(f"{trial.kind.name}: no text has a greatest length")
    values = trial.sample()
    key = trial.make(values)
    for field in fields:
        text = "too long " * field.max_length
        patch: dict[str, Value] = {field.key: _many(field, text[: field.max_length + 1] + "!")}
        if field.cuts:
            trial.holds(trial.saved(Edit(patch, key)), patch, " after it was cut")
            values |= patch
        else:
            trial.refused(Edit(patch, key), f"a text of {field.max_length + 2} letters")
    trial.settle()
    trial.holds(trial.read(key), values, f" after a text too long: {shorten(values)}")


def _many(field: Field, text: str) -> Value:
    return (text,) if field.type is FieldType.TEXTS else text


def _batch(trial: Trial) -> int:
    batch = min(_BATCH, trial.claims.batch_max)
    if batch == 1:
        raise NotTried(f"{trial.kind.name}: takes one edit at a time")
    return batch
