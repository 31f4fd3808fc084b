"""CRMs that break what is promised of a CRM alone, and the checks that must tell."""

from contextlib import contextmanager

import pytest
from attrs import evolve

from erplink.adapters.crm.memory import MemoryCrm
from erplink.connectors import GuardedSession, Kind
from erplink.domain.fields import Field, FieldType
from erplink.domain.records import CRM
from erplink.testing import Harness, Verdict, WrappedSession, examine
from erplink.testing.checks import CRM_CHECKS

COMPANY = Kind("company", [Field("name"), Field("phones", FieldType.TEXTS)], ("name",))


class Honest(WrappedSession):
    """Lies in nothing."""

    caught = ()


class CannotBeSearched(WrappedSession):
    """Does not find records for a person to link."""

    caught = ("a_crm_can_be_linked",)

    @property
    def capabilities(self):
        claims = super().capabilities
        return evolve(
            claims, kinds={name: evolve(each, search=False) for name, each in claims.kinds.items()}
        )


class AnswersInItsOwnOrder(WrappedSession):
    """Answers creations as its database gave the rows back."""

    caught = ("a_full_batch_is_answered_in_order",)

    def save(self, kind, edits):
        done = super().save(kind, edits)
        return done[::-1] if edits[0].creates and len(edits) > 2 else done


class KeepsOneOfSeveral(WrappedSession):
    """Has one place for a phone number."""

    caught = (
        "a_full_batch_is_answered_in_order",
        "several_values_are_kept_as_a_set",
        "what_is_rolled_back_never_was",
    )

    def save(self, kind, edits):
        first = [evolve(e, patch={**e.patch, "phones": e.patch["phones"][:1]}) for e in edits]
        return super().save(kind, first)


class AddsToSeveral(WrappedSession):
    """Adds the numbers that are new, and takes none away."""

    caught = ("several_values_are_kept_as_a_set", "what_is_rolled_back_never_was")

    def save(self, kind, edits):
        return super().save(kind, [self.added(kind, edit) for edit in edits])

    def added(self, kind, edit):
        if edit.creates:
            return edit
        held = self.get(kind, [edit.key], ["phones"])[0].fields["phones"] or ()
        every = dict.fromkeys((*held, *edit.patch.get("phones", ())))
        return evolve(edit, patch={**edit.patch, "phones": tuple(every)})


class CommitsByItself(WrappedSession):
    """Writes beside the host's transaction and not within it."""

    caught = ("what_is_rolled_back_never_was",)
    rolls_back = False


LIARS = (
    Honest,
    CannotBeSearched,
    AnswersInItsOwnOrder,
    KeepsOneOfSeveral,
    AddsToSeveral,
    CommitsByItself,
)


class LyingCrm:
    """A CRM whose sessions lie, and which a host's transaction can be taken back in."""

    def __init__(self, liar):
        self.liar, self.world = liar, MemoryCrm([COMPANY])

    def __call__(self):
        return self.liar(self.world())

    @contextmanager
    def rolled_back(self):
        rows, log = dict(self.world.rows("company")), list(self.world._log["company"])
        yield GuardedSession(self(), plugin="liar", system=CRM)
        if getattr(self.liar, "rolls_back", True):
            self.world.rows("company").clear()
            self.world.rows("company").update(rows)
            self.world._log["company"] = log


@pytest.mark.parametrize("liar", LIARS)
def test_a_crm_that_lies_is_caught(liar):
    """Each lie is told by the checks that it breaks, and by no other."""
    crm = LyingCrm(liar)
    harness = Harness.of_crm(crm, rolled_back=crm.rolled_back, edit=crm.world.put, records_max=9)
    broken = {f.check for f in examine(harness, CRM_CHECKS) if f.verdict is Verdict.BROKEN}

    assert set(liar.caught) == broken


def test_every_promise_of_a_crm_has_a_liar_who_breaks_it():
    """A promise without a liar is not tested."""
    assert {check.promise.name for check in CRM_CHECKS} == {
        n for liar in LIARS for n in liar.caught
    }
