"""What is promised of making records and of removing them."""

from erplink.connectors import Deleted, EditRefused, EditStale, Removal, Saved
from erplink.errors import Refused
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_child_is_created_under_its_parent",
    "check_a_created_record_holds_what_was_sent",
    "check_a_creation_is_found_by_its_key",
    "check_a_creation_is_found_by_its_natural_key",
    "check_a_creation_twice_in_one_batch_makes_one_record",
    "check_a_missing_mandatory_field_is_refused_by_name",
    "check_a_removed_record_is_gone",
    "check_a_stale_removal_is_refused",
    "check_every_creation_gets_a_key_of_its_own",
    "check_removing_what_is_gone_is_harmless",
    "check_the_same_creation_again_makes_no_second_record",
]


@promise("create")
def check_a_created_record_holds_what_was_sent(trial: Trial) -> None:
    """A new record holds what it was made with, in the answer and in every later reading."""
    values = trial.sample()

    answer = trial.saved(trial.creation(values))

    trial.settle()
    trial.holds(answer, values, " in the answer to its creation")
    trial.holds(trial.read(answer.ref.key), values, " after it was created")


@promise("create")
def check_every_creation_gets_a_key_of_its_own(trial: Trial) -> None:
    """Every new record has a key that no other record has."""
    before = trial.count_of_keys()

    keys = {trial.saved(trial.creation(trial.sample())).ref.key for _ in range(3)}

    trial.settle()
    ensure(len(keys) == 3, f"three records were created, with the keys {sorted(keys)}")  # noqa: PLR2004
    trial.counts(None if before is None else before + 3, "after three were created")


@promise("create")
def check_a_child_is_created_under_its_parent(trial: Trial) -> None:
    """A record that is created under another one is under that one."""
    parent = trial.parent_of(trial.make_parent())

    answer = trial.saved(trial.creation(trial.sample(), parent=parent))

    trial.settle()
    ensure(parent == answer.parent, f"created under {parent}, and answered under {answer.parent}")
    told = trial.read(answer.ref.key).parent
    ensure(parent == told, f"created under {parent}, and told under {told}")


@promise("create")
def check_a_missing_mandatory_field_is_refused_by_name(trial: Trial) -> None:
    """A creation without a mandatory field is refused, names the field, and makes no record."""
    fields = [field for field in trial.tried if field.mandatory]
    if not fields:
        raise NotTried(f"{trial.kind.name}: no field is mandatory")
    before = trial.count_of_keys()

    for field in fields:
        values = {key: value for key, value in trial.sample().items() if key != field.key}
        refused = trial.refused(trial.creation(values), f"to leave out {field.key!r}")
        named = refused.field
        ensure(named == field.key, f"{field.key!r} is missing, and the refusal names {named!r}")

    trial.settle()
    trial.counts(before, "after creations were refused")


@promise("create", "idempotent_create")
def check_the_same_creation_again_makes_no_second_record(trial: Trial) -> None:
    """A creation that is sent again under the same key gives the record of the first time."""
    creation = trial.creation(trial.sample())
    before = trial.count_of_keys()

    first, second = trial.saved(creation), trial.saved(creation)

    trial.settle()
    trial.counts(None if before is None else before + 1, "after one was created twice over")
    ensure(first.ref == second.ref, f"one creation made {first.ref} and {second.ref}")


@promise("create", "idempotent_create")
def check_a_creation_twice_in_one_batch_makes_one_record(trial: Trial) -> None:
    """A creation that stands twice in one batch makes one record."""
    if trial.claims.batch_max == 1:
        raise NotTried(f"{trial.kind.name}: takes one edit at a time")
    creation = trial.creation(trial.sample())
    before = trial.count_of_keys()

    try:
        results = trial.save([creation, creation])
    except Refused as error:
        raise AssertionError(f"a batch with a creation twice is refused: {error}") from error

    trial.settle()
    trial.counts(None if before is None else before + 1, "after one was created twice in a batch")
    refs = {result.record.ref for result in results if isinstance(result, Saved)}
    ensure(len(refs) == 1, f"one creation, twice in a batch, came to {list(results)}")


@promise("create", "find_created")
def check_a_creation_is_found_by_its_key(trial: Trial) -> None:
    """What a creation made is found by its idempotency key, and nothing by an unknown one."""
    creation = trial.creation(trial.sample())
    made = trial.saved(creation)
    trial.saved(trial.creation(trial.sample()))
    trial.settle()

    for key, expected in ((creation.idempotency_key, [made.ref]), (trial.word(), [])):
        found = trial.session.find_created(trial.kind.name, key, {})
        came = [record.ref for record in found]
        ensure(expected == came, f"expected {expected} by the key {key!r}, came {came}")


@promise("find_created", "natural_key")
def check_a_creation_is_found_by_its_natural_key(trial: Trial) -> None:
    """A record is found by its natural key where no idempotency key leads to it."""
    names, values = trial.claims.natural_key, trial.sample()
    if not set(names) <= values.keys():
        raise NotTried(f"{trial.kind.name}: the natural key is not among the tried fields")
    key = trial.make(values)
    trial.make()

    for natural, expected in ((values, [key]), (trial.sample(), [])):
        by = {name: natural[name] for name in names}
        found = trial.session.find_created(trial.kind.name, trial.word(), by)
        came = [record.ref.key for record in found]
        ensure(expected == came, f"expected {expected} by {by}, came {came}")


@promise("delete")
def check_a_removed_record_is_gone(trial: Trial) -> None:
    """A record that was removed is gone, and the others are not."""
    kept, key = trial.make(), trial.make()
    trial.read(key)  # whoever keeps what was told before is told apart

    result = trial.delete_one(Removal(key))

    trial.settle()
    ensure(isinstance(result, Deleted), f"a removal came to {result}")
    ensure(trial.look(key) is None, f"{trial.kind.name} {key!r} was removed and is still told")
    trial.read(kept)


@promise("delete", "versions")
def check_a_stale_removal_is_refused(trial: Trial) -> None:
    """A removal that expects a version of before is refused, and not done."""
    values = trial.sample()
    key = trial.make(values)
    before = trial.read(key)
    theirs = trial.other(values)
    trial.change(key, theirs)

    result = trial.delete_one(Removal(key, before.version))

    trial.settle()
    ensure(isinstance(result, EditStale), f"a removal of a version of before came to {result}")
    trial.holds(trial.read(key), theirs, " after a stale removal")


@promise("delete")
def check_removing_what_is_gone_is_harmless(trial: Trial) -> None:
    """To remove a record that is gone removes nothing else, and is an answer, not a failure."""
    kept, key = trial.make(), trial.make()

    first, second = trial.delete_one(Removal(key)), trial.delete_one(Removal(key))

    trial.settle()
    ensure(isinstance(first, Deleted), f"a removal came to {first}")
    ensure(isinstance(second, Deleted | EditStale | EditRefused), f"once more came to {second}")
    trial.read(kept)
