"""What is promised of connections, mappings, settings, runs, held plans, issues and history."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from attrs import evolve

from erplink.domain.connections import Configured, Connection
from erplink.domain.history import FieldChange, LostValue, RecordChange
from erplink.domain.merge import SideView
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET
from erplink.errors import BadDocument, BadValue
from erplink.sync.state import HeldPlan, IssueKind, Lane, RunMode, RunState
from erplink.sync.store import Store
from erplink.testing.stores.place import StorePlace, must_equal
from erplink.testing.stores.samples import (
    DAY,
    HOUR,
    NOW,
    a_change,
    a_connection,
    a_mapping,
    a_run,
    an_issue,
)

__all__ = ["KeepingPromises"]


class KeepingPromises(StorePlace):
    """Whatever is put is there, in order, and to the letter."""

    # connections -----------------------------------------------------------------------------

    def test_a_connection_comes_back_with_its_secret(self, store: Store) -> None:
        """A connection is given back as it was put, its secrets and numbers too."""
        configuration: dict[str, Configured] = {
            "limit": Decimal("1.50"),
            "since": NOW,
            "names": ("a", None),
        }
        full = a_connection(active=True, description="half \ud800 \0").configured(**configuration)
        with store.begin() as transaction:
            transaction.connections.put(full)

        with store.look() as transaction:
            must_equal(full, transaction.connections.get("erp"))

    def test_a_connection_that_is_put_again_has_its_new_state(self, store: Store) -> None:
        """There is one connection of an id, in the state it was put last."""
        with store.begin() as transaction:
            transaction.connections.put(a_connection())
            transaction.connections.put(a_connection(active=True))

        with store.look() as transaction:
            must_equal([a_connection(active=True)], list(transaction.connections.all()))

    def test_connections_are_in_the_order_of_their_ids(self, store: Store) -> None:
        """Upper case comes before lower case, on every machine."""
        with store.begin() as transaction:
            for each in ("b", "a", "B", "ä"):
                transaction.connections.put(Connection(each, each, "acme"))

        with store.look() as transaction:
            ids = [connection.id for connection in transaction.connections.all()]
        must_equal(["B", "a", "b", "ä"], ids)

    def test_a_deleted_connection_can_be_restored(self, store: Store) -> None:
        """It is out of sight and among the deleted ones, until it is put again."""
        with store.begin() as transaction:
            transaction.connections.put(a_connection())
            transaction.connections.delete("erp", NOW)
            transaction.connections.delete("unknown", NOW)
            must_equal(None, transaction.connections.get("erp"))
            must_equal([], list(transaction.connections.all()))
            must_equal([a_connection()], list(transaction.connections.all(deleted=True)))

            transaction.connections.put(a_connection())

            must_equal(a_connection(), transaction.connections.get("erp"))
            must_equal([], list(transaction.connections.all(deleted=True)))

    # mappings, settings ----------------------------------------------------------------------

    def test_a_mapping_is_kept_in_place_of_its_namesake(self, store: Store) -> None:
        """There is one mapping for a connection and a kind of actor, in the order of kinds."""
        first, second = a_mapping(actor_kind="person"), a_mapping()
        changed = evolve(second, version=2, enabled=False)
        with store.begin() as transaction:
            for mapping in (first, second, changed, a_mapping("other")):
                transaction.mappings.put(mapping)

        with store.look() as transaction:
            must_equal(changed, transaction.mappings.get("erp", "customer"))
            must_equal([changed, first], list(transaction.mappings.of("erp")))

    def test_a_mapping_is_forgotten(self, store: Store) -> None:
        """A mapping that was deleted is not there, and its neighbours are."""
        with store.begin() as transaction:
            transaction.mappings.put(a_mapping())
            transaction.mappings.put(a_mapping(actor_kind="person"))
            transaction.mappings.delete("erp", "customer")

            must_equal(None, transaction.mappings.get("erp", "customer"))
            must_equal([a_mapping(actor_kind="person")], list(transaction.mappings.of("erp")))

    def test_a_setting_is_plain_data(self, store: Store) -> None:
        """What was put comes back; None is nothing, and forgets what was there."""
        data = {"order": ["crm", "erp"], "on": True, "text": "half \ud800 \0", "none": None}
        with store.begin() as transaction:
            must_equal(None, transaction.settings.get("ranking"))
            transaction.settings.put("ranking", [1])
            transaction.settings.put("ranking", data)
            must_equal(data, transaction.settings.get("ranking"))

            transaction.settings.put("ranking", None)
            must_equal(None, transaction.settings.get("ranking"))

    def test_settings_are_found_by_how_their_names_begin(self, store: Store) -> None:
        """Nothing in a name stands for anything else; in the order of the names."""
        with store.begin() as transaction:
            settings = transaction.settings
            for name in ("a/2", "a/1", "a", "ab/1", "a%1", "A/1", "b/1"):
                settings.put(name, name)

            must_equal({"a/1": "a/1", "a/2": "a/2"}, settings.under("a/"))
            must_equal(["a/1", "a/2"], list(settings.under("a/")))
            must_equal({}, settings.under("c/"))

    @pytest.mark.parametrize("data", [{"x"}, NOW, float("nan")])
    def test_what_is_no_plain_data_is_refused(self, store: Store, data: object) -> None:
        """A setting that could not be given back is not taken."""
        with store.begin() as transaction, pytest.raises(BadDocument):
            transaction.settings.put("setting", data)

    # issues ----------------------------------------------------------------------------------

    def test_a_question_keeps_the_moment_it_was_first_asked(self, store: Store) -> None:
        """Asked again, it has its new text and its old moment."""
        again = an_issue(text="Which?", options={}, asked_at=NOW + DAY, kind=IssueKind.MATCH)
        with store.begin() as transaction:
            transaction.issues.put([an_issue()])
            must_equal(an_issue(), transaction.issues.get("issue-1"))
            transaction.issues.put([again])

            must_equal(evolve(again, asked_at=NOW), transaction.issues.get("issue-1"))
            must_equal(1, transaction.issues.count("erp"))
            must_equal(None, transaction.issues.get("issue-2"))

    def test_questions_about_a_record_are_withdrawn(self, store: Store) -> None:
        """All but the named ones, and nobody else's."""
        issues = [an_issue("i-1"), an_issue("i-2"), an_issue("i-3", record="B")]
        with store.begin() as transaction:
            transaction.issues.put(issues)
            transaction.issues.withdraw(["A"], but=["i-2", "i-9"])
            must_equal(issues[1:], list(transaction.issues.of("erp")))

            transaction.issues.withdraw(["A"])
            must_equal(issues[2:], list(transaction.issues.of("erp")))

    def test_questions_are_paged_by_id(self, store: Store) -> None:
        """A page begins after the last one, and no question is missed."""
        issues = [an_issue(f"i-{at}") for at in range(5)]
        with store.begin() as transaction:
            transaction.issues.put(reversed(issues))

            must_equal(issues[:2], list(transaction.issues.of("erp", most=2)))
            must_equal(issues[2:4], list(transaction.issues.of("erp", after="i-1", most=2)))
            must_equal(issues[4:], list(transaction.issues.of("erp", after="i-3", most=2)))
            must_equal([], list(transaction.issues.of("other")))

    # runs and held plans -----------------------------------------------------------------------

    def test_a_run_is_kept_in_its_new_state(self, store: Store) -> None:
        """There is one run of an id, with all that came of it."""
        done = evolve(
            a_run(mode=RunMode.UNDO, lane=Lane.BULK),
            state=RunState.FAILED,
            finished=NOW + HOUR,
            reason="half \ud800 \0",
            report='{"read": 1, "half": "\ud800"}',
        )
        with store.begin() as transaction:
            transaction.runs.put(a_run())
            must_equal(a_run(), transaction.runs.get("run-1"))
            transaction.runs.put(done)

            must_equal(done, transaction.runs.get("run-1"))
            must_equal(None, transaction.runs.get("run-2"))

    def test_the_newest_runs_come_first(self, store: Store) -> None:
        """The runs of a connection, and no more of them than were asked for."""
        runs = [a_run(f"run-{at}", started=NOW + at * HOUR) for at in range(4)]
        with store.begin() as transaction:
            for run in (*runs, a_run("other", connection="other")):
                transaction.runs.put(run)

            must_equal(runs[:1:-1], list(transaction.runs.of("erp", most=2)))
            must_equal(runs[::-1], list(transaction.runs.of("erp")))

    def test_held_plans_stay_in_order(self, store: Store) -> None:
        """Plans are told in the order they were put, with positions that only grow."""
        plans = [HeldPlan(record=f"{9 - at}", document=f"half \ud800 {at}") for at in range(5)]
        with store.begin() as transaction:
            transaction.held.put("run-1", plans[:3])
            transaction.held.put("run-2", plans[:1])
            transaction.held.put("run-1", plans[3:])

            first = transaction.held.of("run-1", most=2)
            rest = transaction.held.of("run-1", after=first[-1][0])

        positions = [position for position, _ in (*first, *rest)]
        must_equal(plans, [plan for _, plan in (*first, *rest)])
        must_equal(sorted(set(positions)), positions)

    def test_held_plans_are_removed_up_to_a_position(self, store: Store) -> None:
        """What was carried out is forgotten, and a position is never given twice."""
        plans = [HeldPlan(record=f"{at}", document="{}") for at in range(3)]
        with store.begin() as transaction:
            transaction.held.put("run-1", plans)
            transaction.held.put("run-2", plans)
            second, last = (position for position, _ in transaction.held.of("run-1")[1:])

            transaction.held.remove("run-1", upto=second)
            must_equal([(last, plans[2])], list(transaction.held.of("run-1")))
            transaction.held.remove("run-1")
            must_equal([], list(transaction.held.of("run-1")))
            must_equal(plans, [plan for _, plan in transaction.held.of("run-2")])

            transaction.held.remove("run-2")
            transaction.held.put("run-1", plans[:1])
            must_equal(plans[:1], [plan for _, plan in transaction.held.of("run-1", after=last)])

    # history ---------------------------------------------------------------------------------

    def test_a_change_is_kept_with_all_that_was_known(self, store: Store) -> None:
        """Values of every type, both sides, the value that lost, who and when."""
        sides = (
            SideView("crm", "Ann", UNSET, moved=True, mark=datetime(2026, 1, 1, tzinfo=UTC)),
            SideView("erp", None, ("a", UNSET, None), moved=False, mark=7),
            SideView("two", 1, base=True, moved=False, mark="w/3"),
        )
        lost = (LostValue("erp", Decimal("1.50")), LostValue("two", NOW.date()))
        field = FieldChange(
            "crm",
            "a+b",
            ("a", "b"),
            (1, None),
            ("x", NOW),
            sides=sides,
            rule="rank",
            reason="why",
            winner="crm",
            lost=lost,
        )
        unknown = FieldChange("crm", "c", ("c",), UNSET, None, winner=None)
        at = NOW.astimezone(timezone(timedelta(hours=2)))
        change = RecordChange(
            "link", EntityRef.of("company", "E"), "r", "half \ud800 \0", at, [field, unknown]
        )
        with store.begin() as transaction:
            transaction.history.add([change])

        with store.look() as transaction:
            must_equal([change], list(transaction.history.of_link("link")))

    def test_the_newest_change_comes_first(self, store: Store) -> None:
        """Of a link and of a record; of one moment, what was written last is the newest."""
        early, late, last = a_change(at=NOW - DAY), a_change(), a_change(run="run-2")
        other = a_change("B", link="other")
        with store.begin() as transaction:
            transaction.history.add([late, other, early])
            transaction.history.add([last])

            of_record = transaction.history.of_record(ActorRef("erp", "customer", "A"))
            must_equal([last, late, early], list(of_record))
            must_equal([last, late], list(transaction.history.of_link("link", most=2)))
            must_equal([], list(transaction.history.of_record(ActorRef("erp", "person", "A"))))

    def test_what_a_run_wrote_is_told_in_order(self, store: Store) -> None:
        """A page begins after a position, and no change is missed."""
        changes = [a_change(f"{9 - at}", at=NOW - at * HOUR) for at in range(5)]
        with store.begin() as transaction:
            transaction.history.add([*changes, a_change(run="run-2")])

            first = transaction.history.of_run("run-1", most=3)
            rest = transaction.history.of_run("run-1", after=first[-1][0], most=3)
        must_equal(changes, [change for _, change in (*first, *rest)])

    # moments ---------------------------------------------------------------------------------

    def test_moments_are_kept_to_the_microsecond(self, store: Store) -> None:
        """A moment of any zone comes back as the same moment, in UTC."""
        zoned = NOW.astimezone(timezone(-timedelta(hours=9, minutes=30)))
        with store.begin() as transaction:
            transaction.runs.put(a_run(started=zoned, finished=datetime(1969, 7, 20, tzinfo=UTC)))
            run = transaction.runs.get("run-1")

        must_equal((NOW, UTC), run and (run.started, run.started.tzinfo))
        must_equal(datetime(1969, 7, 20, tzinfo=UTC), run and run.finished)

    def test_a_moment_without_a_zone_is_refused(self, store: Store) -> None:
        """It would be another moment on another machine."""
        with store.begin() as transaction, pytest.raises(BadValue, match="aware"):
            transaction.runs.put(a_run(started=NOW.replace(tzinfo=None)))
