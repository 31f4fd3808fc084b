"""Kills processes that work on a store, and looks whether each transaction is whole or not there.

What a transaction does follows from the seed and its number alone. So the number of the last one
that is in the store says all that must be in it, to the last row. Run by ``test_kill.py``; by hand:
``python kill_and_look.py URL SEED KILLS``.
"""

import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

from attrs import define, evolve, field, frozen

from erplink.adapters.stores import open_store
from erplink.domain.history import FieldChange, RecordChange
from erplink.domain.links import Agreed, Link, LinkStatus
from erplink.domain.records import ActorRef, EntityRef
from erplink.errors import AlreadyLinked
from erplink.sync.state import Feed, FeedName, Intent, Pending, Side

TENANTS = ("a", "b")
FEED = FeedName("erp", "customer", Side.ERP)
START = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
RECORDS = 30
LONGEST_LIFE = 0.12


class ChangedItsMindError(Exception):
    pass


@define
class Model:
    """What must be in the store after so many transactions."""

    seed: str
    number: int = 0
    links: dict[str, Link] = field(factory=dict)
    intents: dict[str, int] = field(factory=dict)
    fingerprints: dict[str, bytes] = field(factory=dict)
    pending: dict[str, int] = field(factory=dict)
    #: By transaction, how many records it wrote.
    written: dict[int, int] = field(factory=dict)

    def advance(self) -> "Work":
        """Make up the next transaction, and take it for done."""
        self.number += 1
        work = Work(self.number, Random(f"{self.seed}/{self.number}"))  # noqa: S311 - dice
        work.make_up(self)
        return work


@define
class Work:
    """One transaction: links with their bases, intents, history, cursor and the rest."""

    number: int
    dice: Random
    added: list[Link] = field(factory=list)
    changed: list[tuple[Link, int]] = field(factory=list)
    intended: list[str] = field(factory=list)
    resolved: list[str] = field(factory=list)
    marked: list[str] = field(factory=list)
    settled: dict[str, int] = field(factory=dict)
    prints: dict[str, bytes] = field(factory=dict)
    history: list[RecordChange] = field(factory=list)

    def make_up(self, model: Model) -> None:
        agreed = {"n": Agreed(self.number, self.number)}
        for key in sorted(self.some(4)):
            link = model.links.get(key)
            if link is None:
                entity = EntityRef.of("company", key)
                link = Link(entity, ActorRef("erp", "customer", key), agreed)
                self.added.append(link)
            else:
                news = link.advance(agreed)
                if self.dice.random() < 0.1:
                    news = evolve(news, status=LinkStatus.SUSPENDED, since=START)
                self.changed.append((news, link.version))
                link = news
            model.links[key] = link
        self.resolved = sorted(set(model.intents) & self.some(6))
        for key in self.resolved:
            del model.intents[key]
        self.intended = sorted(self.some(4) - set(model.intents))
        model.intents |= dict.fromkeys(self.intended, self.number)
        self.settled = {key: model.pending.pop(key) for key in sorted(set(model.pending))[:3]}
        self.marked = sorted(self.some(4))
        for key in self.marked:
            model.pending[key] = model.pending.get(key, 0) + 1
        self.prints = dict.fromkeys(self.some(8), b"%d" % self.number)
        model.fingerprints |= self.prints
        self.history = [self.change(key) for key in sorted(self.some(5))]
        model.written[self.number] = len(self.history)

    def some(self, most: int) -> set[str]:
        times = range(self.dice.randrange(most))
        return {f"{self.dice.randrange(RECORDS):02}" for _ in times}

    def change(self, key: str) -> RecordChange:
        field = FieldChange("erp", "n", ("n",), self.number - 1, self.number)
        at = START + self.number * MINUTE
        return RecordChange(
            key, ActorRef("erp", "customer", key), f"{self.number}", "me", at, [field]
        )

    def do(self, transaction) -> None:
        """All of it, in an order of its own."""
        now = START + self.number * MINUTE
        steps = [
            lambda: [transaction.links.add(link) for link in self.added],
            lambda: _all_true(transaction.links.change_all(self.changed)),
            lambda: transaction.fingerprints.put(FEED, self.prints.items()),
            lambda: transaction.history.add(self.history),
            lambda: transaction.feeds.put(Feed(name=FEED, cursor=f"{self.number}")),
            lambda: transaction.settings.put("number", self.number),
        ]
        self.dice.shuffle(steps)
        for step in steps:
            step()
        transaction.pending.settle(FEED, self.settled)
        transaction.pending.mark(Pending(feed=FEED, key=k, due=now, since=now) for k in self.marked)
        transaction.intents.remove(self.resolved, run="run")
        assert not transaction.intents.add([self.intent(key, now) for key in self.intended])

    def intent(self, key: str, now: datetime) -> Intent:
        return Intent(
            record=key,
            run="run",
            connection="erp",
            actor_kind="customer",
            lease="work",
            fence=1,
            document=f"{self.number}",
            at=now,
        )


def _all_true(done) -> None:
    assert all(done)


def replayed(seed: str, number: int) -> Model:
    model = Model(seed)
    while model.number < number:
        model.advance()
    return model


# the child ---------------------------------------------------------------------------------------


def work_until_killed(url: str, tenant: str, seed: str, holder: str, out: int) -> None:
    """Say ``(`` and the number before each transaction, and ``)`` after it."""
    whim = Random(f"{seed}/{holder}")  # noqa: S311 - dice
    with closing(open_store(url, tenant=tenant, wait=30.0)) as store:
        model = None
        while True:
            abandon = whim.random() < 0.1
            try:
                with store.begin() as transaction:
                    fence = taken(transaction, holder, whim)
                    number = transaction.settings.get("number") or 0
                    if model is None or model.number != number:
                        model = replayed(seed, number)
                    os.write(out, b"(%d" % (number + 1))
                    model.advance().do(transaction)
                    fences = transaction.settings.get("fences") or []
                    transaction.settings.put("fences", [*fences[-50:], [holder, fence]])
                    change_its_mind(when=abandon)
                os.write(out, b")")
            except ChangedItsMindError:
                model = None
                os.write(out, b"|")


def change_its_mind(*, when: bool) -> None:
    if when:
        raise ChangedItsMindError


def taken(transaction, holder: str, whim: Random) -> int:
    """The fence of the lease, which whoever had it before has lost or lets expire."""
    now = START + (transaction.settings.get("now") or 0) * MINUTE
    lease = transaction.leases.acquire("work", holder, now, MINUTE)
    if lease is None:
        now += 2 * MINUTE
        lease = transaction.leases.acquire("work", holder, now, MINUTE)
    elif whim.random() < 0.1:
        transaction.leases.release(lease)
    transaction.settings.put("now", (now - START) // MINUTE)
    return lease.fence


# the looker --------------------------------------------------------------------------------------


@frozen
class Seen:
    """What a child said before it was killed."""

    begun: int
    done: int
    inside: bool

    @classmethod
    def of(cls, said: str) -> "Seen":
        begun = done = 0
        for part in said.replace("(", " (").replace(")", " )").replace("|", " |").split():
            if part.startswith("(") and part[1:]:
                begun = int(part[1:])
            elif part == ")":
                done = begun
        return cls(begun, done, bool(said) and said[-1] not in ")|")


def look(url: str, tenant: str, seed: str, seen: Seen) -> int:
    """Compare all there is with all there must be; the number of the last transaction."""
    with closing(open_store(url, tenant=tenant, wait=30.0)) as store:
        with store.look() as transaction:
            number = transaction.settings.get("number") or 0
            model = replayed(seed, number)
            assert not seen.begun or seen.done <= number <= seen.begun, (seen, number)
            links = transaction.links.of("erp", "customer")
            assert [model.links[key] for key in sorted(model.links)] == links
            intents = transaction.intents.of([f"{at:02}" for at in range(RECORDS)])
            assert model.intents == {key: int(each.document) for key, each in intents.items()}
            assert len(model.intents) == transaction.intents.count("erp")
            assert model.fingerprints == dict(transaction.fingerprints.items(FEED))
            marked = transaction.pending.of(FEED, [f"{at:02}" for at in range(RECORDS)])
            assert model.pending == {key: each.marked for key, each in marked.items()}
            assert transaction.feeds.get(FEED).cursor == (f"{number}" if number else None)
            for each in range(1, number + 3):
                written = model.written.get(each, 0)
                assert written == len(transaction.history.of_run(f"{each}")), each
            check_fences(transaction)
        check_uniqueness(store, model)
    return number


def check_fences(transaction) -> None:
    fences = transaction.settings.get("fences") or []
    for (holder, fence), (next_holder, next_fence) in pairwise(fences):
        assert next_fence > fence or (next_fence == fence and next_holder == holder), fences
    assert all(lease.fence >= fences[-1][1] for lease in transaction.leases.all())


def check_uniqueness(store, model: Model) -> None:
    """The indexes still hold: what is linked cannot be linked again."""
    for key in list(model.links)[:2]:
        try:
            with store.begin() as transaction:
                transaction.links.add(evolve(model.links[key], entity=EntityRef.of("x", "x")))
        except AlreadyLinked:
            continue
        raise AssertionError(f"{key} was linked twice")


def rounds(url: str, seed: str, kills: int) -> Iterator[tuple[str, Seen, int]]:
    """Let a process for each tenant work, and kill it after a random time."""
    dice = Random(seed)  # noqa: S311 - dice
    for turn in range(0, kills, len(TENANTS)):
        children = {}
        for tenant in TENANTS:
            out, into = os.pipe()
            child = os.fork()
            if not child:
                os.close(out)
                os.dup2(into, 1)
                work_until_killed(url, tenant, f"{seed}/{tenant}", f"child-{turn}", into)
            os.close(into)
            children[tenant] = child, out
        for child, _ in children.values():
            time.sleep(dice.random() * LONGEST_LIFE)
            os.kill(child, signal.SIGKILL)
        for tenant, (child, out) in children.items():
            _, status = os.waitpid(child, 0)
            with os.fdopen(out, "rb") as pipe:
                said = pipe.read().decode("ascii")
            assert os.WIFSIGNALED(status), f"{tenant} ended by itself: {said}"
            seen = Seen.of(said)
            yield tenant, seen, look(url, tenant, f"{seed}/{tenant}", seen)


def main(url: str, seed: str, kills: int) -> None:
    with closing(open_store(url)):
        pass  # the schema is there before anybody is killed
    inside = between = 0
    numbers: dict[str, int] = {}
    for tenant, seen, number in rounds(url, seed, kills):
        inside += seen.inside
        between += not seen.inside
        assert number >= numbers.get(tenant, 0), "something that was done is gone"
        numbers[tenant] = number
    assert sum(numbers.values()) > kills / 4, f"hardly anything was done: {numbers}"
    print(f"kills: {inside + between}, inside a transaction: {inside}, done: {numbers}")  # noqa: T201 - its answer


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
