"""Standing: a linked ERP's part in the merge of one field, with what follows from it alone."""

from attrs import frozen

from erplink.domain.links import Agreed, Pin
from erplink.domain.merge.decision import SideView
from erplink.domain.merge.pair import FieldPair
from erplink.domain.policy import Contender
from erplink.domain.records import Mark
from erplink.domain.values import UNSET, Maybe, Value, is_empty
from erplink.errors import BadValue

__all__ = ["LinkedField", "Standing", "said"]


@frozen
class LinkedField:
    """One linked ERP's part in the merge of a field."""

    system: str
    pair: FieldPair
    #: What the ERP holds, in its own words.
    value: Maybe
    #: What the link last agreed on; None where it never did.
    agreed: Agreed | None = None
    mark: Mark = None
    pin: Pin | None = None


class Standing:
    """A linked ERP's part, with what follows from it alone."""

    __slots__ = ("crm_moved", "moved", "problem", "reading", "side")

    def __init__(self, crm: Maybe, side: LinkedField) -> None:
        pair, agreed = side.pair, side.agreed
        self.side = side
        if agreed is None:
            self.moved = side.value is not UNSET and not is_empty(side.value)
            self.crm_moved = crm is not UNSET and not is_empty(crm)
        else:
            self.moved = side.value is not UNSET and not pair.erp.same(side.value, agreed.erp)
            self.crm_moved = crm is not UNSET and not pair.crm.same(crm, agreed.crm)
        #: The ERP's value in the CRM's words; UNSET where it has no such writing.
        self.reading: Maybe = UNSET
        self.problem = ""
        if side.value is not UNSET:
            self._read(side.value)

    def _read(self, value: Value) -> None:
        try:
            self.reading = self.side.pair.to_crm(value)
        except BadValue as error:
            if self.moved and self.side.pair.may_to_crm:
                self.problem = f"{self.side.system}: {error.at(field=self.side.pair.key)}"

    @property
    def contends(self) -> bool:
        """Whether the ERP has a claim on the field."""
        if self.problem or not self.moved or self.reading is UNSET or self.side.pin is Pin.CRM:
            return False
        return self.side.pair.may_to_crm or self.crm_moved

    @property
    def has_news(self) -> bool:
        """Whether either side moved, or there is nothing to have moved from."""
        return self.moved or self.crm_moved or self.side.agreed is None

    @property
    def unheard(self) -> bool:
        """Whether it moved where nobody listens, so that nothing may be written over it yet."""
        heard = self.side.pair.may_to_crm or self.crm_moved or self.side.pin is Pin.CRM
        return self.moved and not heard

    def holds(self, value: Maybe) -> bool:
        """Whether ``value``, in the CRM's words, is what the ERP has."""
        return self.side.pair.agree(value, self.side.value)

    def strays(self, value: Value) -> bool:
        """Whether the ERP holds something else although the field is pinned to the CRM."""
        return self.side.pin is Pin.CRM and not self.holds(value)

    def had_agreed_to(self, value: Value) -> bool:
        """Whether ``value``, in the CRM's words, is what the link agreed on."""
        agreed = self.side.agreed
        return agreed is not None and self.side.pair.crm.same(value, agreed.crm)

    def own_words(self, value: Value) -> Value:
        """The ERP's writing of ``value``; BadValue where it has none."""
        pair, agreed = self.side.pair, self.side.agreed
        # What the ERP itself called this value is nearer than any conversion of it.
        if agreed is not None and self.had_agreed_to(value) and pair.reads(agreed.erp, value):
            return pair.erp.canonical(agreed.erp)
        return pair.to_erp(value)

    def crm_words(self) -> Value:
        """The CRM's writing of what the ERP holds, once it is known to have one."""
        pair, agreed = self.side.pair, self.side.agreed
        if agreed is not None and not self.moved and pair.writes(agreed.crm, self.side.value):
            return pair.crm.canonical(agreed.crm)
        return said(self.reading)

    def contender(self) -> Contender:
        """The claim, as a policy judges it."""
        side = self.side
        return Contender(side.system, said(self.reading), side.mark, may_speak=side.pair.may_to_crm)

    def view(self) -> SideView:
        """What the ERP held, for the record."""
        side = self.side
        base: Maybe = UNSET if side.agreed is None else side.agreed.erp
        return SideView(side.system, side.value, base, self.moved, side.mark)


def said(value: Maybe) -> Value:
    """The value, where silence is as good as emptiness."""
    return None if value is UNSET else value
