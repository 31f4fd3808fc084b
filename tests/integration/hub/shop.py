"""A shop: an office with customers and companies that nobody has linked yet."""

from erplink import EntityRef, FieldRule, Mapping
from erplink.domain.connections import Scope
from erplink.domain.mapping import DefaultValue, How, OnUnlinked
from erplink.domain.records import ActorRef

from .conftest import Office, mapping_of

BOATS = EntityRef.of("company", "1")
INN = EntityRef.of("company", "2")
ANN = EntityRef.of("contact", "1")

RULES = (
    FieldRule("name", "name", show_in_search=True, show_in_tab=True, rank=2),
    FieldRule("city", "city", show_in_tab=True, rank=1),
    FieldRule("country", "land", show_in_tab=True, rank=3),
    FieldRule("credit", "limit", rule="ask"),
    FieldRule("note", "note", "<"),
)


class Shop(Office):
    """An office with two companies in the CRM, and customers in both ERPs."""

    def __init__(self, **tuning):
        super().__init__(**tuning)
        self.open("north")
        self.open("south", Scope(groups={"sales"}))
        self.crm.put("company", "1", {"name": "Fjord Boats", "city": "Oslo", "land": "no"})
        self.crm.put("company", "2", {"name": "Harbour Inn", "city": "Bergen", "limit": 5})
        self.crm.put("contact", "1", {"name": "Ann", "phone": "1"}, parent=BOATS)
        self.north.put("customer", "A", {"name": "Fjord Boats AS", "city": "Oslo"})
        self.north.put("customer", "B", {"name": "Boat Hire", "city": "Bergen", "country": "SE"})
        self.south.put("customer", "S", {"name": "Fjord Boats", "city": "Oslo"})

    def open(self, name, *scope, **more):
        """A connection with a mapping of companies and one of contacts."""
        self.connect(name, *scope)
        self.map(name, **more)
        rules = [FieldRule("name", "name", show_in_search=True), FieldRule("phone", "phone")]
        self.keep(Mapping(name, "person", "contact", rules=rules))

    def map(self, name, **more):
        """The mapping of customers, with something changed."""
        self.keep(mapping_of(name, **{"rules": RULES, "on_unlinked": OnUnlinked(), **more}))

    def actor(self, key="A", connection="north", kind="customer"):
        return ActorRef(connection, kind, key)

    def link(self, entity=BOATS, key="A", connection="north", **choices):
        """Compare and commit."""
        compared = self.hub.links.compare(entity, self.actor(key, connection), choices=choices)
        return self.hub.links.commit(compared)

    def company(self, key="1"):
        return dict(self.crm.rows("company")[key].values)

    def customer(self, key="A", erp=None):
        return dict((erp or self.north).rows("customer")[key].values)

    def stamps(self):
        """What each world has seen so far: another number after any write."""
        worlds = {"crm": self.crm, "north": self.north, "south": self.south}
        return {
            name: max(row.stamp for kind in erp.kinds for row in erp.rows(kind.name).values())
            for name, erp in worlds.items()
        }

    def links(self, connection="north", kind="customer"):
        with self.store.look() as state:
            return {(each.entity.key, each.actor.key) for each in state.links.of(connection, kind)}

    def pass_over(self, connection="north"):
        """Let time pass, and do a pass."""
        self.clock.sleep(120)
        return self.hub.sync.now(connection)


DEFAULTS = (
    DefaultValue("terms", How.SET, 30),
    DefaultValue("note", How.BOTH, "by erplink"),
    DefaultValue("number", How.ASK, mandatory=True),
)
