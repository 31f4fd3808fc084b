"""What is promised of a CRM, beside what every connector promises."""

from typing import Final

from erplink.connectors import Edit, EditResult, Record, Removal, Saved
from erplink.domain.canonical import same
from erplink.domain.fields import FieldType
from erplink.domain.values import Value
from erplink.testing.promises import Check, NotTried, ensure, fail, promise
from erplink.testing.trial import Trial

__all__ = [
    "CRM_CHECKS",
    "check_a_crm_can_be_linked",
    "check_a_full_batch_is_answered_in_order",
    "check_several_values_are_kept_as_a_set",
    "check_what_is_rolled_back_never_was",
]

_NEEDED: Final = ("read", "search", "changes", "versions")


@promise()
def check_a_crm_can_be_linked(trial: Trial) -> None:
    """A CRM gives records by key, finds them, tells what changed, and tells versions apart."""
    missing = [claim for claim in _NEEDED if not getattr(trial.claims, claim)]
    ensure(not missing, f"{trial.kind.name}: a CRM claims {' and '.join(missing)} too")


@promise("create")
def check_a_full_batch_is_answered_in_order(trial: Trial) -> None:
    """As many creations as a batch may hold are done at once, and answered in their order."""
    count = min(trial.claims.batch_max, trial.harness.records_max)
    edits = [trial.creation(trial.sample()) for _ in range(count)]

    results = trial.save(edits)

    trial.settle()
    keys = [_saved(result, edit) for result, edit in zip(results, edits, strict=True)]
    ensure(len(set(keys)) == count, f"{count} creations came to {len(set(keys))} records")
    for key, edit in zip(keys, edits, strict=True):
        trial.holds(trial.read(key), edit.patch, " where it was created in a batch")


def _saved(result: EditResult, edit: Edit) -> str:
    if not isinstance(result, Saved):
        fail(f"{edit} of a full batch came to {result}")
    return result.record.ref.key


@promise("save")
def check_several_values_are_kept_as_a_set(trial: Trial) -> None:
    """A field of several values takes more of them, fewer of them and none, and keeps each once."""
    for field in trial.of_type(FieldType.TEXTS):
        several = trial.any_value(field)
        if not isinstance(several, tuple) or len(several) < 2:  # noqa: PLR2004 - else it is no set
            raise NotTried(f"{trial.kind.name}.{field.key}: the harness's sample has no two values")
        key = trial.make()
        rounds: tuple[Value, ...] = (several, several[::-1], several[1:], several[:1], (), several)
        for value in rounds:
            saved = trial.saved(Edit({field.key: value}, key))
            trial.settle()
            for record in (saved, trial.read(key)):
                held = record.fields.get(field.key)
                ensure(same(field, value, held), f"{record.ref}: {value} was saved, {held} is told")


@promise("create", "save", hooks=("rolled_back",))
def check_what_is_rolled_back_never_was(trial: Trial) -> None:
    """What is written in a transaction that the host takes back is gone with it, and no feed waits.

    Within the transaction it is told; afterwards everything is as before, and later edits are told.
    """
    kind, values = trial.kind.name, trial.sample()
    key = trial.make(values)
    before, count, cursor = trial.read(key), trial.count_of_keys(), trial.feed().cursor
    theirs = trial.other(values)
    creation = trial.creation(trial.sample())

    with trial.hook("rolled_back")() as shared:
        made, changed = shared.save(kind, [creation, Edit(theirs, key)])
        trial.holds(_record(made), creation.patch, " inside the transaction")
        trial.holds(_record(changed), theirs, " inside the transaction")
        if trial.claims.delete:
            shared.delete(kind, [Removal(key)])
            ensure(shared.get(kind, [key], trial.fields)[0] is None, f"{key} is told inside")

    trial.settle()
    trial.holds(trial.read(key), before.fields, " after a transaction was rolled back")
    trial.counts(count, "after a transaction was rolled back")
    trial.change(key, theirs)
    trial.has_all([key], trial.feed(cursor).records, "after a transaction was rolled back")


def _record(result: EditResult) -> Record:
    if not isinstance(result, Saved):
        fail(f"an edit inside the transaction came to {result}")
    return result.record


CRM_CHECKS: Final[tuple[Check, ...]] = (
    check_a_crm_can_be_linked,
    check_a_full_batch_is_answered_in_order,
    check_several_values_are_kept_as_a_set,
    check_what_is_rolled_back_never_was,
)
"""All that is promised of a CRM alone."""
