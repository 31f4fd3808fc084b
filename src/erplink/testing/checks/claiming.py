"""What is promised of claims: they are the whole truth, in both directions."""

from collections.abc import Callable, Iterator

from attrs import fields

from erplink.connectors import Edit, KindCapabilities, Query, Removal
from erplink.errors import Unsupported
from erplink.testing.promises import NotTried, ensure, promise
from erplink.testing.trial import Trial

__all__ = ["check_claims_fit_what_there_is", "check_what_is_not_claimed_is_refused"]

_KEY = "erplink-has-no-such-key"


@promise(once=True)
def check_claims_fit_what_there_is(trial: Trial) -> None:
    """Something is claimed of some kind, and nothing of kinds and fields that there are not."""
    kinds = {kind.name: kind for kind in trial.session.kinds()}
    claimed = trial.session.capabilities.kinds
    unknown = sorted(claimed.keys() - kinds.keys())
    ensure(not unknown, f"claims something of kinds that there are not: {unknown}")
    ensure(any(map(_claims_something, claimed.values())), "claims nothing of any kind")
    for name, claims in claimed.items():
        known = {field.key for field in kinds[name].fields}
        strange = sorted(set(claims.natural_key) - known)
        ensure(not strange, f"{name}: a natural key of fields that there are not: {strange}")
    for name, sample in {**trial.harness.sample, **trial.harness.other}.items():
        ensure(name in kinds, f"the harness has a sample of {name!r}, which is no kind")
        strange = sorted(sample.keys() - {field.key for field in kinds[name].fields})
        ensure(
            not strange, f"the harness's sample of {name!r} has fields that it has not: {strange}"
        )


def _claims_something(claims: KindCapabilities) -> bool:
    return any(getattr(claims, each.name) is True for each in fields(KindCapabilities))


@promise()
def check_what_is_not_claimed_is_refused(trial: Trial) -> None:
    """What is not claimed is refused as unsupported, and nothing is changed by asking for it."""
    unclaimed = list(_unclaimed(trial))
    if not unclaimed:
        raise NotTried(f"{trial.kind.name}: everything is claimed")
    readable = trial.claims.read or trial.claims.changes or trial.claims.search
    before = [trial.read(key) for key in trial.some(2)] if readable else []

    for claim, ask in unclaimed:
        try:
            ask()
        except Unsupported:
            continue
        raise AssertionError(f"{trial.kind.name}: {claim} is not claimed, and not refused")

    for record in before:
        trial.holds(trial.read(record.ref.key), record.fields, " after what was not claimed")


def _unclaimed(trial: Trial) -> Iterator[tuple[str, Callable[[], object]]]:
    session, kind, claims = trial.session, trial.kind.name, trial.claims
    patch = {field.key: trial.any_value(field) for field in trial.tried[:1]}
    known = trial.some(1)[0] if claims.read or claims.changes or claims.search else _KEY
    asked: dict[str, Callable[[], object]] = {
        "read": lambda: session.get(kind, [known], trial.fields),
        "search": lambda: session.search(kind, Query(), trial.fields),
        "count": lambda: session.count(kind, Query()),
        "changes": lambda: session.changes(kind, None, trial.fields),
        "create": lambda: session.save(kind, [Edit(patch)]),
        "save": lambda: session.save(kind, [Edit(patch, known)]),
        "delete": lambda: session.delete(kind, [Removal(known)]),
        "find_created": lambda: session.find_created(kind, _KEY, {}),
    }
    for claim, ask in asked.items():
        if not getattr(claims, claim):
            yield claim, ask
    if claims.save and not claims.versions:
        yield "versions", lambda: session.save(kind, [Edit(patch, known, expects="1")])
    if claims.delete and not claims.versions:
        yield "versions", lambda: session.delete(kind, [Removal(known, "1")])
    names = sorted(trial.kind.lists)
    if names and not session.capabilities.lists:
        yield "lists", lambda: session.list_items(names[0])
