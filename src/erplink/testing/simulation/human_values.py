"""Human values: what people wrote, followed change by change until it is overwritten or removed."""

from collections.abc import Iterator

from attrs import frozen

from erplink.domain.records import CRM
from erplink.testing.simulation.chronicle import Author, Entry
from erplink.testing.simulation.evidence import Evidence, Loss, Place
from erplink.testing.simulation.setting import ERPS, FIELDS, canon

__all__ = ["no_lost_update"]


def no_lost_update(evidence: Evidence) -> Iterator[str]:
    """What a person wrote is overwritten or removed only with a reason that is told."""
    follower = _Follower(evidence)
    for entry in evidence.entries:
        yield from follower.read(entry)


@frozen
class _Written:
    """The last value that a person wrote into a field of a record."""

    number: int
    value: object


class _Follower:
    """Knows which values of people stand, and which of them other systems have held."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self._written: dict[tuple[Place, str], _Written] = {}
        #: What every field may have held when the systems last agreed on it, as far as one can
        #: tell who only sees what was changed.
        self._agreed: dict[tuple[Place, str], frozenset[object]] = {}

    def read(self, entry: Entry) -> Iterator[str]:
        """Follow one change; what it takes away without a reason is told."""
        if entry.renamed:
            self._goes_on(entry)
        elif entry.after is None and entry.author is Author.ENGINE:
            yield from self._removed(entry)
        elif entry.after is not None:
            changed = {name: each for name, each in entry.changed.items() if name in FIELDS}
            for name, (old, new) in changed.items():
                if entry.author is Author.PERSON:
                    self._typed(entry, name, old, new)
                else:
                    yield from self._overwritten(entry, name, new)

    def _goes_on(self, entry: Entry) -> None:
        old, new = (entry.system, entry.key), (entry.system, entry.renamed)
        for field in FIELDS:
            known = self._written.pop((old, field), None)
            if known is not None:
                self._written.setdefault((new, field), known)
            if (old, field) in self._agreed:
                self._agreed.setdefault((new, field), self._agreed[old, field])

    def _typed(self, entry: Entry, field: str, old: object, new: object) -> None:
        place, value = (entry.system, entry.key), canon(entry.system, field, new)
        known = self._written.pop((place, field), None)
        # What is new was agreed on with nobody.
        before = frozenset((canon(entry.system, field, old),) if entry.before is not None else ())
        agreed = self._agreed.get((place, field), before)
        if known is not None and self._arrived(place, field, known, entry.number, by=Author.ENGINE):
            agreed = frozenset((known.value,))
        elif known is not None and self._arrived(place, field, known, entry.number):
            agreed |= {known.value}
        self._agreed[place, field] = agreed
        # Who types the old value back before anybody saw another one has changed nothing.
        if entry.before is None or value not in agreed:
            self._written[place, field] = _Written(entry.number, value)

    def _overwritten(self, entry: Entry, field: str, new: object) -> Iterator[str]:
        place, value = (entry.system, entry.key), canon(entry.system, field, new)
        known = self._written.pop((place, field), None)
        self._agreed[place, field] = frozenset((value,))
        if known is None or known.value == value or field == "emails":
            return
        if not self._is_told(entry, field, known):
            yield (
                f"{entry.system}/{entry.key}: {field}={known.value!r}, written by a person"
                f" (change {known.number}), was overwritten with {value!r}"
                f" (change {entry.number}), and nothing tells why"
            )

    def _removed(self, entry: Entry) -> Iterator[str]:
        place = (entry.system, entry.key)
        for field in FIELDS:
            known = self._written.pop((place, field), None)
            if known is not None and not self._arrived(place, field, known, entry.number):
                yield (
                    f"{entry.system}/{entry.key} was removed by erplink, with"
                    f" {field}={known.value!r} that a person wrote (change {known.number}) and no"
                    " other system ever held"
                )

    def _is_told(self, entry: Entry, field: str, known: _Written) -> bool:
        evidence, place = self._evidence, (entry.system, entry.key)
        cluster = evidence.clusters.of(place)
        loss = Loss(entry.system, field, known.value)
        # Who types into the target of a one-way field finds it again as what was written over.
        told = evidence.losses if self._is_source(entry, field) else evidence.old
        lost = (where for where, each in told if each == loss)
        if any(evidence.clusters.of(where) == cluster for where in lost):
            return True
        if self._lost_elsewhere(entry, field, known):
            return True
        if any(begin <= entry.number < end for begin, end in evidence.overruled):
            return True
        later = [
            each
            for each in evidence.entries
            if known.number < each.number
            and each.author is Author.PERSON
            and field in each.changed
            and evidence.clusters.of((each.system, each.key)) == cluster
        ]
        if any(each.number < entry.number for each in later):
            return self._arrived(place, field, known, entry.number)
        # A person wrote over it at once: what became of the write between cannot be told any more.
        return any((each.system, each.key) == place for each in later)

    def _is_source(self, entry: Entry, field: str) -> bool:
        """Whether what is typed there counts; else whoever typed it was bound to lose it."""
        systems = ERPS if entry.system == CRM else (entry.system,)
        ways = {self._evidence.directions(name, field, entry.number) for name in systems}
        return bool(ways & ({"<>", "<"} if entry.system == CRM else {"<>", ">"}))

    def _lost_elsewhere(self, entry: Entry, field: str, known: _Written) -> bool:
        """Whether erplink brought a value to another system, where it lost as the history tells."""
        evidence, place = self._evidence, (entry.system, entry.key)
        cluster, until = evidence.clusters.of(place), entry.number
        return any(
            self._arrived(place, field, known, until, by=Author.ENGINE, there=loss.system)
            for where, loss in evidence.losses
            if loss.field == field
            and evidence.clusters.of(where) == cluster
            and _is_same(loss.value, entry.system, loss.system, field, known.value)
        )

    def _arrived(
        self,
        place: Place,
        field: str,
        known: _Written,
        until: int,
        *,
        by: Author | None = None,
        there: str = "",
    ) -> bool:
        """Whether another system held a value when or after a person wrote it into one.

        With ``by``, only what was written by such an author since counts; with ``there``, only
        that system.
        """
        clusters = self._evidence.clusters
        cluster = clusters.of(place)
        before: dict[Place, Entry] = {}
        later: list[Entry] = []
        for entry in self._evidence.entries[: until + 1]:
            where = (entry.system, entry.key)
            if entry.system == place[0] or clusters.of(where) != cluster:
                continue
            if there and entry.system != there:
                continue
            if by is not None and (entry.author is not by or field not in entry.changed):
                continue
            if entry.number > known.number:
                later.append(entry)
            elif by is None:
                before[where] = entry
        return any(
            _is_same(entry.after.get(field), place[0], entry.system, field, known.value)
            for entry in (*before.values(), *later)
            if entry.after is not None
        )


def _is_same(value: object, here: str, there: str, field: str, known: object) -> bool:
    """Whether two values are one to two systems."""
    for system in (here, there):
        value, known = canon(system, field, value), canon(system, field, known)
    return known == value
