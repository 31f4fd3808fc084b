"""What is promised of links: each record has one, and nobody changes one that moved on."""

from datetime import date
from decimal import Decimal

import pytest
from attrs import evolve

from erplink.domain.links import Agreed, Link, LinkStatus, Pin
from erplink.domain.records import ActorRef, EntityRef
from erplink.domain.values import UNSET
from erplink.errors import AlreadyLinked, BadValue
from erplink.sync.store import Store
from erplink.testing.stores.place import StorePlace, must_equal, must_hold, must_not_hold
from erplink.testing.stores.samples import NOW, a_link

__all__ = ["LinkingPromises"]


class LinkingPromises(StorePlace):
    """An actor and an entity of a connection have one living link each."""

    def test_a_link_comes_back_as_it_was_made(self, store: Store) -> None:
        """With its base on both sides, its pins, its reason and its version."""
        base = {
            "text": Agreed("half \ud800 \0", "æ"),
            "number": Agreed(Decimal("1.50"), Decimal("1.5")),
            "yes": Agreed(crm=True, erp=1),
            "many": Agreed((True, "a", UNSET, None), (1, "a", UNSET, None)),
            "day": Agreed(date(2026, 1, 31), NOW),
            "empty": Agreed(None, ""),
            "": Agreed(10**40, 10**40),
        }
        link = a_link(
            base=base,
            pins={"text": Pin.CRM},
            status=LinkStatus.SUSPENDED,
            reason="half \ud800 \0",
            since=NOW,
            created="erp",
            version=7,
        )
        with store.begin() as transaction:
            transaction.links.add(link)

        with store.look() as transaction:
            (found,) = transaction.links.by_actor("erp", "customer", ["A"]).values()
        must_equal(link, found)
        must_equal(repr(dict(link.base)), repr(dict(found.base)))

    def test_links_are_found_from_both_sides(self, store: Store) -> None:
        """By actor and by entity of a connection, and by entity of all connections."""
        mine, other = a_link(), a_link("A", "E", "other")
        second = a_link("B", "F", status=LinkStatus.SUSPENDED)
        with store.begin() as transaction:
            for link in (mine, other, second):
                transaction.links.add(link)
            links = transaction.links

            must_equal({"A": mine, "B": second}, links.by_actor("erp", "customer", ["A", "B", "C"]))
            must_equal({"E": mine, "F": second}, links.by_entity("erp", "company", ["F", "E"]))
            must_equal({}, links.by_actor("erp", "person", ["A"]))
            must_equal({}, links.by_entity("erp", "person", ["E"]))
            must_equal({}, links.by_actor("erp", "customer", []))
            found = links.of_entities("company", ["E", "F", "G"])
            versions = {link.key: link.version for each in found.values() for link in each}
            must_equal(versions, links.versions("company", ["E", "F", "G"]))
            others = links.of_entities("company", ["E", "F"], but="erp")
            must_equal({"E": [other]}, {key: list(each) for key, each in others.items()})
            must_equal({"E": [mine, other], "F": [second]}, {k: list(v) for k, v in found.items()})

    @pytest.mark.parametrize("status", [LinkStatus.ACTIVE, LinkStatus.SUSPENDED])
    def test_an_actor_has_one_link(self, store: Store, status: LinkStatus) -> None:
        """A second link of an actor is refused, and the first is named."""
        with store.begin() as transaction:
            transaction.links.add(a_link(status=status))
            with pytest.raises(AlreadyLinked, match=r"crm/company/E=erp/customer/A"):
                transaction.links.add(a_link("A", "F"))

            must_equal(1, transaction.links.count("erp", "customer"))

    def test_an_entity_has_one_link_for_each_connection(self, store: Store) -> None:
        """A second link of an entity through a connection is refused, and the first is named."""
        with store.begin() as transaction:
            transaction.links.add(a_link())
            transaction.links.add(a_link("A", "E", "other"))
            with pytest.raises(AlreadyLinked, match=r"crm/company/E=erp/customer/A"):
                transaction.links.add(a_link("B", "E"))

            must_equal(1, transaction.links.count("erp", "customer"))

    def test_the_transaction_goes_on_after_a_refusal(self, store: Store) -> None:
        """A link that is in the way undoes nothing else."""
        with store.begin() as transaction:
            transaction.links.add(a_link())
            with pytest.raises(AlreadyLinked):
                transaction.links.add(a_link("A", "F"))
            transaction.links.add(a_link("B", "F"))

        with store.look() as transaction:
            must_equal(2, transaction.links.count("erp", "customer"))

    def test_a_dead_link_is_in_nobodys_way(self, store: Store) -> None:
        """It is kept, not found among the living, and its records can be linked anew."""
        dead = a_link(status=LinkStatus.DEAD, reason="gone", since=NOW)
        with store.begin() as transaction:
            links = transaction.links
            links.add(dead)
            must_equal({}, links.by_actor("erp", "customer", ["A"]))
            must_equal({}, links.by_entity("erp", "company", ["E"]))
            must_equal({}, links.of_entities("company", ["E"]))
            must_equal(0, links.count("erp", "customer"))

            links.add(a_link("A", "F"))
            links.add(a_link("B", "E"))
            links.add(evolve(dead, reason="again"))
            must_equal(["gone", "again"], [each.reason for each in links.of("erp", "customer")
                                           if each.status is LinkStatus.DEAD])  # fmt: skip

    def test_a_change_needs_the_version_that_was_seen(self, store: Store) -> None:
        """A link that moved on is left as it is."""
        first = a_link()
        mine = first.pinned("name", Pin.ERP)
        yours = first.suspended("later", NOW)
        with store.begin() as transaction:
            links = transaction.links
            links.add(first)
            must_hold(links.change(mine, expects=1))
            must_not_hold(links.change(yours, expects=1))
            must_not_hold(links.change(a_link("X", "Y"), expects=1))

            must_equal({"A": mine}, links.by_actor("erp", "customer", ["A"]))

    def test_a_link_moves_to_another_actor(self, store: Store) -> None:
        """It is found by its entity, keeps what was agreed, and frees the actor it had."""
        moved = a_link().moved_to(ActorRef("erp", "customer", "B"))
        with store.begin() as transaction:
            links = transaction.links
            links.add(a_link())
            must_hold(links.change(moved, expects=1))
            must_equal({"B": moved}, links.by_actor("erp", "customer", ["A", "B"]))
            links.add(a_link("A", "F"))

    def test_a_link_does_not_move_to_an_actor_that_has_one(self, store: Store) -> None:
        """The other link is named, and nothing is done."""
        moved = a_link().moved_to(ActorRef("erp", "customer", "B"))
        with store.begin() as transaction:
            links = transaction.links
            links.add(a_link())
            links.add(a_link("B", "F"))
            with pytest.raises(AlreadyLinked, match=r"crm/company/F=erp/customer/B"):
                links.change(moved, expects=1)

            must_equal([a_link(), a_link("B", "F")], list(links.of("erp", "customer")))

    def test_a_link_dies_and_comes_back(self, store: Store) -> None:
        """A dead link is found by both of its records, also where there are newer dead ones."""
        dead = a_link().dead("gone", NOW)
        back = dead.resumed(NOW)
        with store.begin() as transaction:
            links = transaction.links
            links.add(a_link())
            must_hold(links.change(dead, expects=1))
            must_equal([dead], list(links.of("erp", "customer")))
            must_hold(links.change(back, expects=2))
            must_equal({"A": back}, links.by_actor("erp", "customer", ["A"]))

    def test_a_dead_link_does_not_come_back_in_the_way_of_a_living_one(self, store: Store) -> None:
        """The living link of its entity is named and stays as it is."""
        dead = a_link("A", "E", version=2, status=LinkStatus.DEAD, since=NOW)
        living = a_link("B", "E", version=2)
        with store.begin() as transaction:
            links = transaction.links
            links.add(dead)
            links.add(living)
            with pytest.raises(AlreadyLinked, match=r"crm/company/E=erp/customer/B"):
                links.change(dead.resumed(NOW), expects=2)

            must_equal([dead, living], list(links.of("erp", "customer")))

    def test_a_link_moves_back_to_an_actor_it_once_died_with(self, store: Store) -> None:
        """The dead link of the same two records stays dead."""
        dead = a_link("A", "E", version=2, status=LinkStatus.DEAD, since=NOW)
        living = a_link("B", "E", version=2)
        moved = living.moved_to(ActorRef("erp", "customer", "A"))
        with store.begin() as transaction:
            links = transaction.links
            links.add(dead)
            links.add(living)
            must_hold(links.change(moved, expects=2))

            must_equal({"A": moved}, links.by_actor("erp", "customer", ["A", "B"]))
            must_equal(2, len(links.of("erp", "customer")))

    def test_many_links_change_at_once(self, store: Store) -> None:
        """Each says for itself whether it was at its version, in the order they were given."""
        links = [a_link(f"{at}", f"{at}") for at in range(6)]
        news = [link.advance({"name": Agreed("x", link.actor.key)}) for link in links]
        with store.begin() as transaction:
            for link in links:
                transaction.links.add(link)
            must_equal([True] * 3, list(transaction.links.change_all([(n, 1) for n in news[:3]])))
            # One is stale, one changes its status too, and one is not there.
            mixed = [
                (news[5], 1),
                (news[0], 1),
                (news[4].dead("gone", NOW), 1),
                (news[3], 1),
                (a_link("X", "Y"), 1),
            ]
            must_equal([True, False, True, True, False], list(transaction.links.change_all(mixed)))
            must_equal([], list(transaction.links.change_all([])))

            expected = [*news[:4], news[4].dead("gone", NOW), news[5]]
            must_equal(expected, list(transaction.links.of("erp", "customer")))

    def test_a_link_is_removed(self, store: Store) -> None:
        """At its version, if one is given; whoever is not there is not removed."""
        with store.begin() as transaction:
            links = transaction.links
            links.add(a_link(version=3))
            links.add(a_link("B", "F"))
            must_not_hold(links.remove(a_link(), expects=2))
            must_hold(links.remove(a_link(), expects=3))
            must_not_hold(links.remove(a_link()))
            must_hold(links.remove(a_link("B", "F")))

            must_equal([], list(links.of("erp", "customer")))

    def test_a_dead_link_is_removed_without_the_living_one(self, store: Store) -> None:
        """Which of the two is meant, its status says."""
        dead = a_link(status=LinkStatus.DEAD, since=NOW)
        with store.begin() as transaction:
            links = transaction.links
            links.add(dead)
            links.add(a_link())
            must_hold(links.remove(dead))

            must_equal([a_link()], list(links.of("erp", "customer")))

    def test_links_are_paged_by_actor(self, store: Store) -> None:
        """No link is missed or told twice, though an actor may have several dead ones."""
        living = [a_link(key, key) for key in ("a", "B", "c", "e")]
        dead = [
            a_link(key, entity, status=LinkStatus.DEAD, since=NOW)
            for key, entity in [("a", "x"), ("b", "x"), ("b", "y"), ("b", "z"), ("d", "x")]
        ]
        with store.begin() as transaction:
            for link in (*living, *dead, a_link("o", "o", "other")):
                transaction.links.add(link)

            for most in range(1, 10):
                told: list[Link] = []
                after = ""
                while page := transaction.links.of("erp", "customer", after=after, most=most):
                    told += page
                    after = page[-1].actor.key
                keys = [link.actor.key for link in told]
                must_equal(["B", "a", "a", "b", "b", "b", "c", "d", "e"], keys)
                must_equal(9, len({(link.key, link.status) for link in told}))

    def test_dead_links_are_paged_by_actor(self, store: Store) -> None:
        """The living ones are left out, and those of one actor are never torn apart."""
        dead = [
            a_link(key, entity, status=LinkStatus.DEAD, since=NOW)
            for key, entity in [("a", "x"), ("b", "x"), ("b", "y"), ("d", "x")]
        ]
        with store.begin() as transaction:
            for link in (*dead, a_link("a", "a"), a_link("c", "c")):
                transaction.links.add(link)

            for most in range(1, 6):
                told: list[Link] = []
                after = ""
                while page := transaction.links.dead("erp", "customer", after=after, most=most):
                    told += page
                    after = page[-1].actor.key
                must_equal(dead, told)

    def test_keys_are_told_apart_to_the_letter(self, store: Store) -> None:
        """Case, accents, blanks and quotes matter in keys."""
        keys = ["k", "K", "é", "e\u0301", " k", "k ", "'k", '"k', "%", "😀", "K" * 254]
        with store.begin() as transaction:
            for key in keys:
                transaction.links.add(a_link(key, key))
            found = transaction.links.by_actor("erp", "customer", [*keys, "E"])

        must_equal(sorted(keys), sorted(found))

    @pytest.mark.parametrize("key", ["nul \0", "half \ud800"])
    def test_a_key_that_no_database_takes_is_refused(self, store: Store, key: str) -> None:
        """It is a bad value and not a broken store; what was written before is there."""
        with pytest.raises(BadValue), store.begin() as transaction:
            transaction.links.add(a_link(key))
        with store.begin() as transaction:
            transaction.links.add(a_link())
        with store.look() as transaction:
            must_equal(1, transaction.links.count("erp", "customer"))

    def test_entities_of_two_kinds_are_apart(self, store: Store) -> None:
        """A key belongs to its kind."""
        person = evolve(a_link("B"), entity=EntityRef.of("person", "E"))
        with store.begin() as transaction:
            transaction.links.add(a_link())
            transaction.links.add(person)

            must_equal({"E": person}, transaction.links.by_entity("erp", "person", ["E"]))
