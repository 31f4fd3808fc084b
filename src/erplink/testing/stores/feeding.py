"""What is promised of feeds and fingerprints."""

from attrs import evolve

from erplink.sync.state import Feed, FeedName, Side
from erplink.sync.store import Store
from erplink.testing.stores.place import StorePlace, must_equal
from erplink.testing.stores.samples import CUSTOMERS, HOUR, NOW, OTHERS, a_pending

__all__ = ["FeedingPromises"]

_MANY = 25_000


class FeedingPromises(StorePlace):
    """How far a feed was read, and what its records looked like."""

    def test_a_feed_that_was_never_read_begins_at_the_beginning(self, store: Store) -> None:
        """It is nothing but its name, and stands in no list, also where something is due in it."""
        with store.begin() as transaction:
            transaction.pending.mark([a_pending()])
            transaction.fingerprints.put(CUSTOMERS, [("A", b"1")])

            must_equal(Feed(name=CUSTOMERS), transaction.feeds.get(CUSTOMERS))
            must_equal([], list(transaction.feeds.of("erp")))

    def test_a_feed_comes_back_as_it_was_put(self, store: Store) -> None:
        """With its cursor to the letter, its salt, its schema and its moments."""
        feed = Feed(
            name=CUSTOMERS,
            cursor="half \ud800 \0",
            salt="s",
            schema="x",
            suspended="why",
            read_at=NOW,
            listed_at=NOW - HOUR,
        )
        with store.begin() as transaction:
            transaction.feeds.put(Feed(name=CUSTOMERS, cursor=""))
            transaction.feeds.put(feed)
            must_equal(feed, transaction.feeds.get(CUSTOMERS))
            transaction.feeds.put(evolve(feed, cursor=None))

            must_equal(evolve(feed, cursor=None), transaction.feeds.get(CUSTOMERS))

    def test_the_feeds_of_a_connection_are_listed(self, store: Store) -> None:
        """Those of all its kinds and sides, and of no other connection."""
        names = [
            FeedName("erp", kind, side)
            for kind in ("customer", "person")
            for side in (Side.CRM, Side.ERP)
        ]
        with store.begin() as transaction:
            for name in (*names, FeedName("other", "customer", Side.ERP)):
                transaction.feeds.put(Feed(name=name))

            must_equal(names, [feed.name for feed in transaction.feeds.of("erp")])

    def test_fingerprints_are_kept_by_feed_and_key(self, store: Store) -> None:
        """The last one put counts, also within one page; feeds do not see each other's."""
        with store.begin() as transaction:
            prints = transaction.fingerprints
            prints.put(CUSTOMERS, [("B", b"2"), ("A", b"0"), ("A", b"1\0\xff")])
            prints.put(CUSTOMERS, iter([("B", b"3")]))
            prints.put(CUSTOMERS, [])
            prints.put(OTHERS, [("A", b"9")])

            must_equal({"A": b"1\0\xff", "B": b"3"}, prints.of(CUSTOMERS, ["B", "A", "C"]))
            must_equal({"A": b"1\0\xff", "B": b"3"}, dict(prints.items(CUSTOMERS)))
            must_equal((2, 1), (prints.count(CUSTOMERS), prints.count(OTHERS)))
            must_equal({}, prints.of(CUSTOMERS, []))

    def test_a_feed_nobody_knows_has_no_fingerprints(self, store: Store) -> None:
        """It is empty, also in a transaction that only reads."""
        with store.look() as transaction:
            prints = transaction.fingerprints
            must_equal([], list(prints.items(CUSTOMERS)))
            must_equal(({}, 0), (prints.of(CUSTOMERS, ["A"]), prints.count(CUSTOMERS)))

    def test_fingerprints_are_forgotten(self, store: Store) -> None:
        """By key, or what all of a feed looked like; the other feed's stay."""
        with store.begin() as transaction:
            prints = transaction.fingerprints
            for feed in (CUSTOMERS, OTHERS):
                prints.put(feed, [("A", b"1"), ("B", b"2")])
            prints.remove(CUSTOMERS, {"A", "X"})
            prints.remove(CUSTOMERS, [])
            must_equal({"B": b"2"}, dict(prints.items(CUSTOMERS)))

            prints.put_all(CUSTOMERS, b"0")
            must_equal({"B": b"0"}, dict(prints.items(CUSTOMERS)))
            must_equal({"A": b"1", "B": b"2"}, dict(prints.items(OTHERS)))

    def test_fingerprints_are_packed_in_the_order_of_their_keys(self, store: Store) -> None:
        """End to end, some at a time, with the key after which they go on."""
        rows = {key: key.encode() * 16 for key in ("B", "A", "a", "1", "9")}
        with store.begin() as transaction:
            transaction.fingerprints.put(CUSTOMERS, rows.items())
            transaction.fingerprints.put(OTHERS, [("C", b"c" * 16)])
        with store.look() as transaction:
            packed = transaction.fingerprints.packed
            must_equal((rows["1"] + rows["9"] + rows["A"], "A"), packed(CUSTOMERS, most=3))
            must_equal((rows["B"] + rows["a"], "a"), packed(CUSTOMERS, after="A"))
            must_equal((b"", None), packed(CUSTOMERS, after="a"))
            must_equal((b"", None), packed(FeedName("erp", "nobody", Side.ERP)))

    def test_many_fingerprints_are_read_in_portions(self, store: Store) -> None:
        """All of them come, whatever else is asked meanwhile; and one may stop half-way."""
        rows = {f"{at:05}": at.to_bytes(8, "big") for at in range(_MANY)}
        with store.begin() as transaction:
            transaction.fingerprints.put(CUSTOMERS, rows.items())
        with store.look() as transaction:
            seen: dict[str, bytes] = {}
            for key, fingerprint in transaction.fingerprints.items(CUSTOMERS):
                if len(seen) % 5_000 == 0:
                    transaction.fingerprints.of(CUSTOMERS, [key])
                seen[key] = fingerprint
            next(transaction.fingerprints.items(CUSTOMERS))
        must_equal(rows, seen)

        with store.begin() as transaction:
            next(transaction.fingerprints.items(CUSTOMERS))
            nobodys = FeedName("erp", "unheard of", Side.ERP)
            transaction.fingerprints.put_all(CUSTOMERS, b"the same")
            transaction.fingerprints.put_all(nobodys, b"of nothing")
        with store.look() as transaction:
            same = dict.fromkeys(rows, b"the same")
            must_equal(same, dict(transaction.fingerprints.items(CUSTOMERS)))
            must_equal(0, transaction.fingerprints.count(nobodys))
