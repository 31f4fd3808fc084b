"""What is promised of lists."""

from erplink.domain.fields import FieldType
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_list_field_holds_keys_of_its_list",
    "check_items_are_told_by_their_keys",
]

_NO_ITEM = "erplink-has-no-such-item"


@promise("lists", once=True)
def check_items_are_told_by_their_keys(trial: Trial) -> None:
    """Items are told by their keys as in the whole list, and a key that is not there not at all."""
    names = sorted({name for kind in trial.session.kinds() for name in kind.lists})
    if not names:
        raise NotTried("no field has a list")
    told = {name: dict(trial.session.list_items(name)) for name in names}
    ensure(any(told.values()), f"no item was found in any list: {', '.join(names)}")
    for name, items in told.items():
        some = dict(list(items.items())[-2:])
        by_key = dict(trial.session.list_items(name, [*some, _NO_ITEM]))
        ensure(some == by_key, f"list {name!r}: expected {some}, came {by_key}")
        none = dict(trial.session.list_items(name, [_NO_ITEM]))
        ensure(not none, f"list {name!r}: asked for an item that is not there, came {none}")


@promise("lists")
def check_a_list_field_holds_keys_of_its_list(trial: Trial) -> None:
    """What a list field holds is the key of an item of its list."""
    fields = [field for field in trial.tried if field.type is FieldType.LIST]
    if not fields:
        raise NotTried(f"{trial.kind.name}: no field has a list")
    records = [trial.read_whole(key) for key in trial.some()]
    for field in fields:
        held = {str(record.fields[field.key]) for record in records if record.fields[field.key]}
        known = trial.session.list_items(field.list_name, sorted(held))
        unknown = held - known.keys()
        ensure(not unknown, f"{field.key!r} holds {sorted(unknown)}, not in {field.list_name!r}")
