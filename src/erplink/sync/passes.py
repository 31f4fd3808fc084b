"""Pass: one cycle of detect, reconcile and apply for one connection and kind.

First everything is decided and nothing is written; then the guard rails look at the whole; only
then the first write leaves. The cursors move last, over what was dealt with: a pass that dies is
done again from where the last one ended, and what it had settled costs a comparison.
"""

import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from attrs import evolve, frozen
from attrs import field as attr

from erplink.connectors import Event
from erplink.domain.plan import Create, Plan, RecordResult, Report, StepResult
from erplink.domain.records import CRM, Ref
from erplink.errors import PluginError, SessionError
from erplink.sync.aliases import follow, to_be_followed
from erplink.sync.apply import Applier
from erplink.sync.detect import Delivery, Detector
from erplink.sync.drawer import Drawer, stored_batches
from erplink.sync.effort import Effort
from erplink.sync.fingerprint import OUTDATED
from erplink.sync.holding import Holding
from erplink.sync.journal import Journal
from erplink.sync.news import Fact, Finding, News, is_calm
from erplink.sync.plain_plan import AnyPlan, PlainPlan
from erplink.sync.rails import Tally, Trip
from erplink.sync.recheck import rechecked
from erplink.sync.reconcile import Reconciler, View
from erplink.sync.record_plan import RecordPlan
from erplink.sync.recover import recovered
from erplink.sync.retry import Behaviour, Failure, is_still_parked
from erplink.sync.settled import Settled
from erplink.sync.signals import Signals, add_signals
from erplink.sync.state import GONE, Feed, Intent, Pending, Run, RunMode, RunState, Side
from erplink.sync.store import Transaction
from erplink.sync.unlinked import Unlinked
from erplink.sync.workbench import Workbench

__all__ = ["Pass", "PassResult", "Preview", "Records", "Trouble"]

Trouble: TypeAlias = SessionError | PluginError
"""What ends a pass before its time."""

Records: TypeAlias = Iterable[tuple[Side, Sequence[str]]]
"""The records that a pass is about, some keys of a side at a time."""

_SIDES = (Side.ERP, Side.CRM)


def _settled(settled: Iterable[Settled]) -> tuple[Settled, ...]:
    return tuple(settled)


@frozen(kw_only=True)
class PassResult:
    """How a pass ended."""

    run: Run
    report: Report
    #: What stopped it, if anything did.
    trouble: Trouble | None = None
    #: Of which system.
    system: str = ""
    #: What it cost.
    effort: Effort = attr(factory=Effort)
    #: What became of each plan that a person made, where the run was about those.
    settled: tuple[Settled, ...] = attr(default=(), converter=_settled)


@frozen(kw_only=True)
class Preview:
    """What a pass would do, and how it would be judged; it is the plan itself."""

    connection: str
    actor_kind: str
    #: The version of the mapping it was made with.
    version: int
    plans: tuple[RecordPlan, ...]
    #: What was looked at; the planned records are counted as skipped.
    report: Report
    #: The guard rails that the whole would trip.
    trips: tuple[Trip, ...] = ()

    @property
    def plan(self) -> Plan:
        """All of it as one plan, to be shown."""
        return Plan.joined(each.plan for each in self.plans)

    def only(self, records: Iterable[str]) -> "Preview":
        """The same for some of the records, by name."""
        chosen = frozenset(records)
        return evolve(self, plans=tuple(each for each in self.plans if each.record in chosen))


class Pass:
    """One pass; made for it, and used once."""

    def __init__(
        self, bench: Workbench, run: Run, holding: Holding, *, view: View | None = None
    ) -> None:
        """Work with ``bench`` for ``run``, under the lease in ``holding``."""
        self._bench, self._run, self._holding = bench, run, holding
        self._journal = Journal(bench, run, holding)
        #: The creations of which it is not known whether they were carried out.
        self._doubts: list[Create] = []
        self._reconciler = Reconciler(bench, Unlinked(bench, self._doubts), view=view)
        options = bench.options
        self._drawer = Drawer(bench.store, run.id, in_memory_max=options.plans_in_memory_max)
        keep = partial(holding.keep, bench.store)
        self._applier = Applier(bench.systems, keep, concurrency=options.concurrency)
        self._results: Counter[RecordResult] = Counter()
        self._reasons: Counter[str] = Counter()
        self._changes: Counter[str] = Counter()
        #: The records that are to be decided again, by side and key.
        self._again: dict[tuple[Side, str], str] = {}
        self._questions = 0
        #: How far the feeds were read.
        self._feeds: dict[Side, Feed] = {}
        self._trouble: Trouble | None = None
        self._system = ""
        self._dry = False
        #: How many records there are to look at, where somebody wants to know.
        self._total: int | None = None
        #: How many changes were signalled before they were found, and how many were not.
        self._signals: Counter[tuple[Side, bool]] = Counter()
        #: The records whose links only a pass that writes moves to them, by side and key.
        self._renamed: set[tuple[Side, str]] = set()

    def run(self, records: Records | None = None) -> PassResult:
        """Do the pass; with ``records``, for these only."""
        self._recover()
        self._detect(records)
        if self._is_held():
            return self._end(RunState.HELD)
        for plans in self._drawer.batches(self._bench.options.batch):
            self._send(plans)
        self._decide_again()
        if records is None:
            self._move_cursors()
        self._count_signals()
        return self._ended()

    def preview(self, records: Records | None = None) -> Preview:
        """What the pass would do; nothing is written, neither to a system nor to the store."""
        self._dry = True
        self._drawer = Drawer(self._bench.store, self._run.id, in_memory_max=sys.maxsize)
        self._doubt(RecordPlan.from_json(each.document) for each in self._orphans())
        self._detect(records)
        if self._trouble is not None:
            raise self._trouble
        decided = [plan.whole() for batch in self._drawer.batches(1000) for plan in batch]
        plans = [each for each in decided if (each.feed.side, each.key) not in self._renamed]
        for _ in range(len(decided) - len(plans)):
            self._count(RecordResult.SKIPPED, "it has another key now, and a pass follows it first")
        for _ in range(len(plans) + len(self._again)):
            self._count(RecordResult.SKIPPED, "it is only planned")
        return Preview(
            connection=self._run.connection,
            actor_kind=self._run.actor_kind,
            version=self._bench.pairing.mapping.version,
            plans=tuple(plans),
            report=self._report(),
            trips=self._trips(sum((Tally.of(each.plan) for each in plans), Tally())),
        )

    def carry_out(self, run: str) -> PassResult:
        """Carry out the plans that are stored for a held run, but for what went stale since.

        Where they cannot be compared with the records, those that are left go on waiting.
        """
        self._recover()
        for plans in stored_batches(self._bench.store, run, self._bench.options.batch):
            try:
                fresh, stale = rechecked(plans, self._bench.systems)
            except (SessionError, PluginError) as error:
                self._trouble = error
                return self._end(RunState.HELD, str(error))
            for _ in stale:
                self._count(RecordResult.SKIPPED, "it moved since it was shown")
            self._put_off_stale(stale)
            self._send(fresh)
        self._decide_again()
        return self._ended()

    def commit(self, plans: Sequence[RecordPlan]) -> PassResult:
        """Carry out what a person decided, but for what went stale since; each is told of."""
        self._recover()
        settled: list[Settled] = []
        for start in range(0, len(plans), self._bench.options.batch):
            part = plans[start : start + self._bench.options.batch]
            fresh, stale = rechecked(part, self._bench.systems)
            reason = "it moved since it was shown"
            settled += [Settled(plan, RecordResult.SKIPPED, reason) for plan in stale]
            settled += self._write(fresh)
        for each in settled:
            self._changes.update(each.changes)
            self._count(each.result, each.reason)
        return evolve(self._ended(), settled=settled)

    def work_off(self, batches: Iterable[Sequence[RecordPlan]]) -> PassResult:
        """Carry out plans as they are made, a batch at a time."""
        self._recover()
        for plans in batches:
            for each in self._write(plans):
                self._changes.update(each.changes)
                self._count(each.result, each.reason)
            self._tell_progress(0)
            if self._trouble is not None or self._bench.cancelled():
                break
        return self._ended()

    def _put_off_stale(self, plans: Sequence[RecordPlan]) -> None:
        """Have the records looked at again whose plans went stale."""
        failure = Failure(Behaviour.DECIDE_AGAIN, "it moved since it was shown")
        with self._bench.store.begin() as state:
            for plan in plans:
                before = state.pending.of(plan.feed, [plan.key]).get(plan.key)
                self._journal.put_off(
                    state, plan.feed, plan.key, failure, before=before, evidence=plan.evidence
                )

    # recover --------------------------------------------------------------------------------------

    def _recover(self) -> None:
        """Find out what became of writes that were left open, before anything is decided."""
        bench, orphans = self._bench, self._orphans()
        if not orphans:
            return
        taken: list[RecordPlan] = []
        with bench.store.begin() as state:
            self._holding.prove(state)
            for intent in orphans:
                plan = self._journal.take_over(state, intent)
                if plan is not None:
                    taken.append(plan)
        for start in range(0, len(taken), bench.options.batch):
            part = taken[start : start + bench.options.batch]
            found = [self._gone_through_with(self._recovered(plan)) for plan in part]
            self._journal.settle(found)
            self._doubt(found)

    def _recovered(self, plan: RecordPlan) -> RecordPlan:
        bench = self._bench
        return recovered(plan, bench.systems, bench.answers, is_linked=self._is_linked)

    def _is_linked(self, ref: Ref) -> bool:
        with self._bench.store.look() as state:
            ask = state.links.by_entity if ref.system == CRM else state.links.by_actor
            return ref.key in ask(self._run.connection, ref.kind, [ref.key])

    def _orphans(self) -> list[Intent]:
        with self._bench.store.look() as state:
            orphans = state.intents.orphans(self._run.connection, self._bench.clock.now())
        return [each for each in orphans if each.actor_kind == self._run.actor_kind]

    def _doubt(self, plans: Iterable[AnyPlan]) -> None:
        """Take no record for a new one that may be what an earlier creation made."""
        self._doubts += [
            step for plan in plans for step in plan.open_writes if isinstance(step, Create)
        ]

    def _gone_through_with(self, plan: RecordPlan) -> RecordPlan:
        """What a person decided, done to its end: they would not know that it was not."""
        rest = plan.resumed()
        if rest is None:
            return plan
        fresh, _ = rechecked([rest], self._bench.systems)
        if not fresh:
            reason = "a part of it was not written, because the record moved meanwhile"
            self._bench.observe(Event("link given up", {"record": plan.record, "reason": reason}))
            return plan
        done = self._applier.apply(fresh)[0].whole()
        # What is not done even now stays open, and is looked at in the next pass.
        return done.resumed() or done

    # detect and reconcile -------------------------------------------------------------------------

    def _detect(self, records: Records | None) -> None:
        if records is None:
            self._expect()
            for side in _SIDES:
                self._guarded(side, self._read)
            return
        for side, keys in records:
            self._guarded(side, partial(self._look_at, keys=keys))

    def _expect(self) -> None:
        """Estimate how many records there are, by how many there were."""
        if self._run.mode is RunMode.FULL and self._bench.progress is not None:
            with self._bench.store.look() as state:
                pairing = self._bench.pairing
                known = [state.fingerprints.count(pairing.feed(side)) for side in _SIDES]
            self._total = sum(known) or None

    def _guarded(self, side: Side, work: Callable[[Side], None]) -> None:
        """Do ``work`` for a side; what goes wrong ends the reading, not what was read."""
        if self._trouble is not None or self._bench.cancelled():
            return
        try:
            work(side)
        except (SessionError, PluginError) as error:
            self._trouble, self._system = error, self._bench.pairing.system(side)

    def _read(self, side: Side) -> None:
        name = self._bench.pairing.feed(side)
        with self._bench.store.look() as state:
            feed = state.feeds.get(name)
        detector, salt = Detector(self._bench, side), self._bench.fingerprinter.salt
        full = self._run.mode is not RunMode.CHANGES or not detector.tells_changes
        if feed.salt != salt:
            feed, full = evolve(feed, salt=salt, cursor=None), True
            self._begin_anew(feed)
        for delivery in detector.everything() if full else detector.changes(feed):
            self._follow(side, delivery.aliases)
            self._deal_with(side, delivery)
            if delivery.cursor is not None:
                feed = self._feeds[side] = evolve(feed, cursor=delivery.cursor)
            if self._bench.cancelled():
                return
        now = self._bench.clock.now()
        listed = now if full else feed.listed_at
        self._feeds[side] = evolve(feed, read_at=now, listed_at=listed)
        self._look_at_due(side, detector)

    def _follow(self, side: Side, aliases: Mapping[str, str]) -> None:
        if self._dry:
            new = to_be_followed(self._bench, side, aliases)
            self._renamed.update((side, key) for key in new)
        else:
            follow(self._bench, side, aliases)

    def _begin_anew(self, feed: Feed) -> None:
        """What a record looked like under another mapping says nothing any more."""
        if self._dry:
            return
        with self._bench.store.begin() as state:
            self._holding.prove(state)
            # That there was a record is still known: one that is gone by now will be missed.
            state.fingerprints.put_all(feed.name, OUTDATED)
            state.feeds.put(feed)

    def _look_at_due(self, side: Side, detector: Detector) -> None:
        """Look at the records that are pending and due."""
        name, now = self._bench.pairing.feed(side), self._bench.clock.now()
        with self._bench.store.look() as state:
            due = {each.key: each for each in state.pending.due(name, now)}
        if due:
            self._deal_with(side, detector.asked(list(due), due))

    def _look_at(self, side: Side, keys: Sequence[str]) -> None:
        if not keys:
            return
        with self._bench.store.look() as state:
            pending = state.pending.of(self._bench.pairing.feed(side), keys)
        self._deal_with(side, Detector(self._bench, side).asked(keys, pending))

    def _deal_with(self, side: Side, delivery: Delivery) -> None:
        open_news = [each for each in delivery.news if not self._stays_parked(each)]
        findings = self._reconciler.decide(side, open_news, mark=delivery.mark)
        self._results[RecordResult.UNCHANGED] += delivery.unchanged
        for finding in findings:
            if finding.plan is not None:
                self._drawer.add(finding.plan)
                self._questions += len(finding.plan.issues)
                self._signals[side, finding.news.is_signalled] += finding.news.tells
        quiet = [each for each in findings if each.plan is None]
        self._keep_quiet(side, quiet, delivery.mark)
        for each in quiet:
            if each.moved:
                self._again[side, each.news.key] = each.reason
            else:
                self._count(each.result, each.reason)
        if not self._dry:
            self._holding.keep(self._bench.store)
        self._tell_progress(len(self._drawer))

    def _stays_parked(self, news: News) -> bool:
        pending, evidence = news.pending, news.evidence
        if pending is None or not evidence or not is_still_parked(pending, evidence):
            return False
        self._count(RecordResult.PARKED, pending.reason)
        return True

    def _keep_quiet(self, side: Side, findings: Sequence[Finding], mark: str | None) -> None:
        """Remember the records about which there is nothing to do.

        What they look like is remembered only where their links surely are as they were then.
        """
        if self._dry or not findings:
            return
        name, now = self._bench.pairing.feed(side), self._bench.clock.now()
        settled = [each for each in findings if not (each.waits or each.covered or each.moved)]
        moved = [each for each in findings if each.moved]
        rows = [(each.news.key, each.news.fingerprint) for each in settled]
        with self._bench.store.begin() as state:
            self._holding.prove(state)
            calm = is_calm(state, mark)
            known = ((key, made if calm else OUTDATED) for key, made in rows if made)
            state.fingerprints.put(name, known)
            state.fingerprints.remove(name, [key for key, made in rows if not made])
            seen = {each.news.key: each.news.marked for each in settled if each.news.pending}
            state.pending.settle(name, seen)
            self._put_off(state, [each for each in findings if each.waits])
            state.pending.mark(
                Pending(feed=name, key=each.news.key, due=now, since=now, reason=each.reason)
                for each in moved
            )

    def _put_off(self, state: Transaction, findings: Iterable[Finding]) -> None:
        for each in findings:
            failure = Failure(Behaviour.RETRY_LATER, each.reason)
            news = each.news
            evidence = GONE if news.fact is Fact.GONE else ""
            self._journal.put_off(
                state, news.feed, news.key, failure, before=news.pending, evidence=evidence
            )

    # guard rails ----------------------------------------------------------------------------------

    def _is_held(self) -> bool:
        trips = self._trips(self._drawer.tally)
        if not trips:
            return False
        self._drawer.store()
        reason = " ".join(map(str, trips))
        self._run = evolve(self._run, reason=reason)
        self._bench.observe(Event("run held", {"run": self._run.id, "reason": reason}))
        for _ in range(len(self._drawer) + len(self._again)):
            self._count(RecordResult.SKIPPED, "the plan waits for approval")
        return True

    def _trips(self, tally: Tally) -> tuple[Trip, ...]:
        with self._bench.store.look() as state:
            linked = state.links.count(self._run.connection, self._run.actor_kind)
        return self._bench.options.rails.check(tally, linked)

    # apply ----------------------------------------------------------------------------------------

    def _send(self, plans: Sequence[AnyPlan]) -> None:
        self._note(self._write(plans))
        self._tell_progress(0)

    def _write(self, plans: Sequence[AnyPlan]) -> list[Settled]:
        claimed, again = self._journal.claim(plans)
        done = [self._read_back(plan) for plan in self._applier.apply(claimed)]
        for system, error in self._applier.troubles.items():
            self._trouble, self._system = error, system
        settled = self._journal.settle(done)
        self._doubt(done)
        return [*again, *settled]

    def _read_back(self, plan: AnyPlan) -> AnyPlan:
        """The plan with what became of the writes of which no answer came."""
        if isinstance(plan, PlainPlan) or not plan.open_writes:
            return plan
        found = self._recovered(plan)
        results = {each.result for each in found.outcomes.values()}
        if StepResult.UNAVAILABLE in results:
            return found
        rest = found.resumed()
        return found if rest is None else self._applier.apply([rest])[0]

    def _note(self, settled: Iterable[Settled]) -> None:
        for each in settled:
            self._changes.update(each.changes)
            if each.again:
                self._again[each.plan.feed.side, each.plan.key] = each.reason
            else:
                self._count(each.result, each.reason)

    def _decide_again(self) -> None:
        """Decide again about records that moved while they were decided about."""
        for _ in range(self._bench.options.rounds_max):
            if not self._again or self._trouble is not None:
                break
            again, self._again = self._again, {}
            self._reconciler.forget()
            for side in _SIDES:
                keys = [key for each, key in again if each is side]
                self._guarded(side, partial(self._look_at, keys=keys))
            for plans in self._drawer.batches(self._bench.options.batch):
                self._send(plans)
        for reason in self._again.values():
            self._count(RecordResult.FAILED, reason)

    # the end --------------------------------------------------------------------------------------

    def _move_cursors(self) -> None:
        with self._bench.store.begin() as state:
            self._holding.prove(state)
            for feed in self._feeds.values():
                state.feeds.put(feed)

    def _count_signals(self) -> None:
        if self._dry or not any(self._signals.values()):
            return
        with self._bench.store.begin() as state:
            for side in _SIDES:
                heard, missed = self._signals[side, True], self._signals[side, False]
                add_signals(state, self._bench.pairing.feed(side), Signals(heard, missed))

    def _tell_progress(self, planned: int) -> None:
        if self._bench.progress is not None:
            done = sum(self._results.values()) + planned
            total = None if self._total is None else max(self._total, done)
            self._bench.progress(done, total)

    def _count(self, result: RecordResult, reason: str) -> None:
        self._results[result] += 1
        if result.needs_reason:
            self._reasons[reason] += 1

    def _report(self) -> Report:
        read = sum(self._results.values())
        return Report(read, self._results, self._reasons, self._questions, self._changes)

    def _ended(self) -> PassResult:
        if self._bench.cancelled():
            return self._end(RunState.CANCELLED, "it was cancelled")
        if self._trouble is not None:
            return self._end(RunState.FAILED, str(self._trouble))
        return self._end(RunState.DONE)

    def _end(self, state: RunState, reason: str = "") -> PassResult:
        run = evolve(
            self._run,
            state=state,
            finished=self._bench.clock.now(),
            reason=reason or self._run.reason,
        )
        return PassResult(
            run=run, report=self._report(), trouble=self._trouble, system=self._system
        )
