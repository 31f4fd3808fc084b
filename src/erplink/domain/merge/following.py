"""Following: what must be written and remembered once it is known which value stands."""

from typing import TypeAlias

from erplink.domain.links import Agreed
from erplink.domain.merge.decision import Agreement, FieldWrite
from erplink.domain.merge.standing import Standing
from erplink.domain.policy import Rule
from erplink.domain.records import CRM
from erplink.domain.values import UNSET, Maybe, Value
from erplink.errors import BadValue

__all__ = ["Following", "Source"]

Source: TypeAlias = Standing | str | None
"""Whose value stands: an ERP's, the CRM's (by its name), or one that no side held alone."""


class Following:
    """The writes, the agreements that rest on them, and what stood in the way."""

    __slots__ = ("agreements", "blocked", "crm", "problems", "rule", "source", "value", "writes")

    def __init__(
        self, value: Value, source: Source, rule: str, crm: Maybe, standings: list[Standing]
    ) -> None:
        """Work out what follows for the CRM, then for each ERP."""
        self.value, self.source, self.rule = value, source, rule
        self.writes: list[FieldWrite] = []
        self.agreements: list[Agreement] = []
        self.problems: list[str] = []
        #: Why the value cannot stand at all; empty where it can.
        self.blocked = ""
        self.crm = crm
        self._tell_crm(standings)
        if not self.blocked:
            for each in standings:
                self._tell_erp(each)

    def _tell_crm(self, standings: list[Standing]) -> None:
        pair = standings[0].side.pair
        if self.source == CRM or pair.crm.same(self.value, self.crm):
            return
        if isinstance(self.source, Standing):
            if self.source.holds(self.crm):
                return
            listens = self.source.side.pair.may_to_crm
        else:
            listens = any(each.side.pair.may_to_crm for each in standings)
        if listens and not pair.crm.frozen_by(self.crm):
            patch = pair.crm.patch(self.value)
            self.writes.append(FieldWrite(CRM, pair.crm_key, patch, self.crm, self.value))
            self.crm = self.value
        elif listens:
            self.blocked = "the CRM's field is written once only"
        elif self.rule != Rule.UNION:  # a union may gather on the other side alone
            self.blocked = "the direction leads elsewhere"

    def _tell_erp(self, each: Standing) -> None:
        if self._is_settled(each):
            self._remember(each, each.side.value)
        elif each.side.pair.may_to_erp and not each.unheard:
            self._write(each)
        elif self.rule == Rule.UNION:
            self._remember(each, each.side.value)

    def _is_settled(self, each: Standing) -> bool:
        if each.holds(self.value):
            return True
        # A pin is the only thing that reopens a field on which the sides agreed to differ.
        return not each.moved and each.had_agreed_to(self.value) and not each.strays(self.value)

    def _write(self, each: Standing) -> None:
        side, pair = each.side, each.side.pair
        try:
            erp = each.own_words(self.value)
        except BadValue as error:
            self.problems.append(f"{side.system}: {error.at(field=pair.key)}")
            return
        if pair.erp.frozen_by(side.value):
            self.problems.append(f"{side.system}: {pair.key}: the field is written once only")
            return
        patch = pair.erp.patch(erp)
        self.writes.append(FieldWrite(side.system, pair.key, patch, side.value, erp))
        self._remember(each, erp, and_after=side.system)

    def _remember(self, each: Standing, erp: Maybe, *, and_after: str = "") -> None:
        if self.crm is UNSET or erp is UNSET:
            return
        side, pair = each.side, each.side.pair
        agreed = Agreed(self.crm, erp)
        if agreed == side.agreed:
            return
        written = {write.system for write in self.writes}
        needs = frozenset(written & {CRM, and_after})
        keys = (pair.crm.keys, pair.erp.keys)
        self.agreements.append(Agreement(side.system, pair.key, agreed, *keys, needs))
