"""What is promised of reading records."""

from concurrent.futures import ThreadPoolExecutor

from erplink.connectors import Query, Record
from erplink.domain.values import is_empty
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_cleared_field_is_told_as_none",
    "check_a_deleted_record_is_gone",
    "check_a_missing_record_is_none",
    "check_a_record_is_told_as_it_is",
    "check_a_version_moves_with_its_record",
    "check_only_asked_fields_are_told",
    "check_page_max_keys_can_be_read_at_once",
    "check_reading_twice_says_the_same",
    "check_the_parent_of_a_record_is_told",
    "check_threads_read_side_by_side",
]

_MISSING = "erplink-has-no-such-key"
_READERS = 4


@promise(hooks=("seed",))
def check_a_record_is_told_as_it_is(trial: Trial) -> None:
    """A record is told with the values that it was given in its own system."""
    values = trial.sample()

    trial.holds(trial.read(trial.make(values)), values)


@promise("read")
def check_a_missing_record_is_none(trial: Trial) -> None:
    """A reading by keys answers each in its place, and one that is not there with None."""
    keys = trial.some(2)
    asked = [*reversed(keys), _MISSING][: trial.claims.page_max]
    if _MISSING not in asked:
        asked[-1] = _MISSING

    told = trial.session.get(trial.kind.name, asked, trial.fields)

    expected = [None if key == _MISSING else key for key in asked]
    came = [None if record is None else record.ref.key for record in told]
    ensure(expected == came, f"no record was found for some of {asked}, or one too many: {came}")


@promise("read")
def check_page_max_keys_can_be_read_at_once(trial: Trial) -> None:
    """As many keys as a page holds can be read at once."""
    keys = trial.some(trial.claims.page_max)

    told = trial.session.get(trial.kind.name, keys, trial.fields)

    trial.has_all(keys, [record.ref.key for record in told if record], "in one reading by keys")


@promise()
def check_only_asked_fields_are_told(trial: Trial) -> None:
    """The fields that were asked for are told, and no others."""
    if not (trial.claims.read or trial.claims.changes or trial.claims.search):
        raise NotTried(f"{trial.kind.name}: claims no way of reading")
    key = trial.some(1)[0]
    for field in trial.tried:
        for record in _told_in_every_way(trial, key, field.key):
            came = sorted(record.fields)
            ensure([field.key] == came, f"{record.ref}: asked for {field.key!r}, came {came}")


def _told_in_every_way(trial: Trial, key: str, field: str) -> list[Record]:
    kind, fields, told = trial.kind.name, [field], list[Record | None]()
    if trial.claims.read:
        told += trial.session.get(kind, [key], fields)
    if trial.claims.changes:
        told += trial.session.changes(kind, None, fields)
    if trial.claims.search:
        told += trial.session.search(kind, Query(), fields)
    records = [record for record in told if record is not None]
    ensure(records, f"no record was found in any way of reading {kind}")
    return records


@promise()
def check_reading_twice_says_the_same(trial: Trial) -> None:
    """Reading what nobody changed says the same again, versions and marks included."""
    for key in trial.some():
        first, second = trial.read(key), trial.read(key)
        ensure(first == second, f"{first.ref} is told in two ways: {_all(first)}; {_all(second)}")


def _all(record: Record) -> str:
    return f"version {record.version}, modified {record.modified}, {dict(record.fields)}"


@promise("versions")
def check_a_version_moves_with_its_record(trial: Trial) -> None:
    """A record that changed has another version than before."""
    values = trial.sample()
    key = trial.make(values)
    before = trial.read(key)

    trial.change(key, trial.one_of(trial.other(values)))

    after = trial.read(key)
    ensure(before.version != after.version, f"{after.ref} changed, and its version did not")


@promise(hooks=("seed", "edit"))
def check_a_cleared_field_is_told_as_none(trial: Trial) -> None:
    """A field that was cleared is told as None, which is not the same as not being told."""
    values = trial.sample()
    filled = [field for field in trial.changeable if not is_empty(values[field.key])]
    cleared = {field.key: None for field in filled if not field.mandatory}
    if not cleared:
        raise NotTried(f"{trial.kind.name}: no field can be cleared")
    key = trial.make(values)
    trial.read(key)  # whoever keeps what was told before is told apart

    trial.edit(key, cleared)

    trial.holds(trial.read(key), cleared, " after it was cleared")


@promise(hooks=("seed", "remove"))
def check_a_deleted_record_is_gone(trial: Trial) -> None:
    """A record that was deleted is told in no way of reading any more."""
    kept, key = trial.make(), trial.make()
    trial.read(key)  # whoever keeps what was told before is told apart

    trial.remove(key)

    trial.read(kept)
    ensure(trial.look(key) is None, f"{trial.kind.name} {key!r} was deleted and can still be read")
    if trial.claims.changes:
        ensure(key not in trial.feed().records, f"{key!r} was deleted, and is in a full reading")
    if trial.claims.search:
        ensure(key not in trial.found(Query()).records, f"{key!r} was deleted, and is found")


@promise(hooks=("seed",))
def check_the_parent_of_a_record_is_told(trial: Trial) -> None:
    """A record under another one tells which one that is."""
    parent = trial.make_parent()
    key = trial.make(parent=parent)

    told = trial.read(key).parent

    expected = trial.parent_of(parent)
    ensure(expected == told, f"{trial.kind.name} {key!r} is under {expected}, and tells {told}")


@promise("threads")
def check_threads_read_side_by_side(trial: Trial) -> None:
    """Several threads may read over one session, and each is told what one alone would be."""
    keys = trial.some()
    alone = [trial.read(key) for key in keys]

    def read(_: int) -> list[Record]:
        return [trial.read(key) for key in keys]

    with ThreadPoolExecutor(_READERS) as readers:
        for together in readers.map(read, range(2 * _READERS)):
            ensure(alone == together, f"one alone is told {alone}, several {together}")
