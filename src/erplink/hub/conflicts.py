"""Conflicts: what waits for a person's decision."""

from collections.abc import Iterator, Sequence

from attrs import evolve

from erplink.domain.plan import Question
from erplink.domain.records import EntityRef
from erplink.domain.values import Value
from erplink.errors import BadName, BadValue, NotNow
from erplink.hub.bulk import Bulk
from erplink.hub.mappings import Mappings
from erplink.hub.operations import Group, command, query
from erplink.hub.questions import OpenQuestion, answer_by, asked_now, field_of, questions_of
from erplink.sync import Issue, IssueKind, PassResult, Pending, RunState

__all__ = ["Conflicts"]

_PAGE = 1000


class Conflicts(Group):
    """The open questions and parked records of the connections that the user sees."""

    # questions ------------------------------------------------------------------------------------

    @query
    def open(
        self, connection: str | None = None, *, field: str = "", most: int = 100
    ) -> Sequence[OpenQuestion]:
        """The open questions about one connection or all, the oldest first.

        With what every side holds now, what it last agreed on, and when it moved. Where a system
        cannot be asked, the question says so, and the others have their values.
        """
        issues = self._issues(connection, field)[:most]
        asked = asked_now(self._desk.wiring.engine, issues)
        return questions_of(issues, asked, self._desk.sight.mask)

    @query
    def count(self, connection: str | None = None) -> int:
        """How many questions are open."""
        names = self._desk.sight.connections() if connection is None else [connection]
        with self._desk.wiring.store.look() as state:
            return sum(state.issues.count(name) for name in names)

    @query
    def look(self, question: str) -> OpenQuestion:
        """One open question, with what is there now."""
        issue = self._desk.sight.question(question)
        asked = asked_now(self._desk.wiring.engine, [issue])
        return questions_of([issue], asked, self._desk.sight.mask)[0]

    @command
    def settle(self, question: str, answer: Value) -> PassResult:
        """Answer a question; what follows is done now.

        Args:
            question: The id of the question.
            answer: The name of one of its options; or, for a field, the right value in the CRM's
                words; or the key of a record, where it is asked which one it is.
        """
        issue = self._desk.sight.question(question)
        self._check_answer(issue, answer)
        (result,) = self._answered({issue.id: answer})
        return result

    @command
    def settle_all(self, rule: str, connection: str | None = None, *, field: str = "") -> Bulk:
        """Answer all open questions about fields, or about one field, by a rule.

        By one that comes with erplink, such as ``crm``, ``erp``, ``rank`` or ``newest``, or by one
        of the host's own. Where the rule gives no answer, the question stays open and is told.
        """
        issues = [e for e in self._issues(connection, field) if e.kind is IssueKind.FIELD]
        mask, asked = self._desk.sight.mask, asked_now(self._desk.wiring.engine, issues)
        policy = self._desk.wiring.engine.policy()
        policy.check(rule)
        answers: dict[str, Value] = {}
        failed: list[tuple[str, str]] = []
        for issue in issues:
            found = asked.get(issue.id, "it would not be asked any more")
            if isinstance(found, Question):
                answer, why = answer_by(rule, found, policy, mask)
            else:
                answer, why = None, mask.text(found)
            if why:
                failed.append((issue.id, why))
            else:
                answers[issue.id] = answer
        results = self._answered(answers) if answers else []
        return Bulk(" ".join(each.run.id for each in results), len(answers), failed)

    @command
    def always(self, question: str, rule: str) -> PassResult:
        """Settle a question by a rule, from now on and for all records.

        It becomes the rule of the field in the mapping of every connection that takes part in the
        question; other open questions about the field are settled by it in the next pass.
        """
        issue = self._desk.sight.question(question)
        field = field_of(issue)
        if not field:
            raise BadValue("only a question about a field has a rule", value=repr(question))
        self._desk.wiring.engine.policy().check(rule)
        _, kind, key = issue.record.split("/", 2)
        entity = EntityRef.of(kind, key)
        mappings = Mappings(self._desk)
        with self._desk.wiring.store.look() as state:
            found = state.links.of_entities(kind, [entity.key]).get(entity.key, ())
        for link in self._desk.sight.links(found):
            mapping = mappings.get(link.connection, link.actor.kind)
            for each in mapping.rules:
                if each.syncs and each.crm_key == field:
                    changed = evolve(each, rule=rule)
                    mappings.set_rule(link.connection, link.actor.kind, changed)
        engine = self._desk.wiring.engine
        (result,) = engine.sync_record(entity, principal=self._desk.user)
        return self._done(result)

    # parked records -------------------------------------------------------------------------------

    @query
    def parked(self, connection: str | None = None) -> Sequence[Pending]:
        """The records that were refused and wait for a person, each with what can be done."""
        names = self._desk.sight.connections() if connection is None else [connection]
        mask = self._desk.sight.mask
        return [
            evolve(each, reason=mask.text(each.reason), advice=mask.text(each.advice))
            for name in names
            for each in self._parked(name)
        ]

    @command
    def replay(self, connection: str, parked: Sequence[Pending] | None = None) -> int:
        """Try parked records again in the next pass, all of a connection or some; how many."""
        if parked is not None and any(each.feed.connection != connection for each in parked):
            raise BadValue("the records are of another connection", value=repr(connection))
        return self._desk.wiring.engine.replay(connection, parked)

    # helpers --------------------------------------------------------------------------------------

    def _issues(self, connection: str | None, field: str) -> list[Issue]:
        names = self._desk.sight.connections() if connection is None else [connection]
        found = [issue for name in names for issue in self._of(name)]
        if field:
            found = [issue for issue in found if field_of(issue) == field]
        return sorted(found, key=lambda issue: (issue.asked_at, issue.id))

    def _of(self, connection: str) -> Iterator[Issue]:
        after = ""
        while True:
            with self._desk.wiring.store.look() as state:
                page = state.issues.of(connection, after=after, most=_PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].id

    def _parked(self, connection: str) -> Iterator[Pending]:
        after = ("", "", "")
        while True:
            with self._desk.wiring.store.look() as state:
                page = state.pending.parked(connection, after=after, most=_PAGE)
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1]
            after = (last.feed.actor_kind, last.feed.side.value, last.key)

    def _check_answer(self, issue: Issue, answer: Value) -> None:
        """Refuse what names a system out of sight, and what is none of the options."""
        options = self._desk.sight.mask.issue(issue).options
        if answer in options:
            return
        if isinstance(answer, str) and answer in self._desk.sight.mask.hidden:
            raise BadName.among("answer", answer, options)
        if issue.kind is IssueKind.MATCH:
            raise BadName.among("answer", str(answer), options)

    def _answered(self, answers: dict[str, Value]) -> list[PassResult]:
        results = self._desk.wiring.engine.answer_all(answers, principal=self._desk.user)
        return [self._done(each) for each in results]

    def _done(self, result: PassResult) -> PassResult:
        told = self._desk.sight.mask.result(result)
        if told.trouble is not None:
            raise told.trouble
        if told.run.state is RunState.FAILED:
            raise NotNow(told.run.reason)
        return told
