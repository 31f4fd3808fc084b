"""What the simulation has found: the shortest story of each fault, which now ends well."""

from erplink.domain.mapping import OnUnlinked
from erplink.testing.faults import Faults
from erplink.testing.simulation import Setting, Story, play
from erplink.testing.simulation.operators import Answer, Suspend, Weather
from erplink.testing.simulation.passes import Mishap, Preview, Sync, SyncRecord
from erplink.testing.simulation.people import Hire, Remove, Type

LINKED = Setting(seed=0, linked=1)


def breaches(setting, *actions):
    """What is wrong at the end of a story."""
    return [str(each) for each in play(Story(setting, actions)).violations]


def test_a_deletion_counts_although_the_record_across_was_met_before():
    """A record that waits for its counterpart does not hide the news that this one is gone."""
    assert [] == breaches(LINKED, Remove("crm", 0))


def test_a_link_that_goes_takes_no_question_of_another_link_along():
    """A question about a record stays open when the record in a third system is removed."""
    assert [] == breaches(LINKED, Type("north", 0, "phone", "b"), Remove("south", 0))


def test_an_echo_on_one_side_hides_no_edit_on_the_other():
    """A value that is typed back into one system counts, though our write across is met first."""
    story = (
        Sync(),
        Type("north", 0, "phone", None),
        SyncRecord(slot=0),
        Type("crm", 0, "phone", "a"),
    )

    assert [] == breaches(LINKED, *story)


def test_a_deletion_that_had_to_wait_is_still_a_deletion():
    """A record that is removed while its link is suspended is known to be gone afterwards."""
    story = (Suspend(0, resume=False), Remove("north", 0), Sync(), Suspend(0, resume=True))

    assert [] == breaches(LINKED, *story)


def test_a_record_that_was_made_and_removed_is_not_asked_for_at_every_pass():
    """Where a creation cannot be done a second time, its record is parked with the reason."""
    setting = Setting(seed=0, linked=0, on_unlinked=OnUnlinked("create", "create"))
    story = (Hire("crm", 0, "a"), Sync(), Remove("north", 0), Sync(), Type("crm", 0, "city", "a"))

    assert [] == breaches(setting, *story)


def test_what_is_typed_back_after_erplink_wrote_over_it_is_an_edit():
    """A record that looks as it did is passed over only if its link is as it was, too."""
    story = (Sync(), Type("crm", 0, "name", "b"), Sync(), Type("north", 0, "name", "a"))

    assert [] == breaches(LINKED, *story)


def test_a_plan_that_cannot_be_compared_goes_on_waiting():
    """Where a system is down, applying what was shown tells so, and the plan may be approved."""
    down = Weather("south", Faults(lost_before=1.0))
    shown = Preview(connection="south", apply=True, between=(down,))

    assert [] == breaches(LINKED, Sync(), Type("crm", 0, "name", "b"), shown)


def test_what_another_run_wrote_meanwhile_is_no_edit():
    """A page that was read before a record was synced elsewhere is not merged with its new link."""
    setting = Setting(seed=0, linked=1, ranking=("south", "crm", "north"))
    meanwhile = Mishap(meanwhile=((5, SyncRecord(slot=0, elsewhere=True)),))
    story = (Type("crm", 0, "city", "b"), Sync(connection="north", full=True, mishap=meanwhile))

    assert [] == breaches(setting, *story)


def test_an_erp_hears_of_another_one_once_the_crm_did():
    """What was written to one ERP only, because the CRM was down, does not come back as an edit."""
    story = (
        Sync(),
        Type("north", 0, "name", "b"),
        Weather("crm", Faults(broken=0.3, seed=2)),
        Sync(),
        Type("north", 0, "name", "a"),
    )

    assert [] == breaches(LINKED, *story)


def test_an_answer_of_ones_own_settles_a_question_about_several_erps():
    """A person may answer with a value that no system holds, however many systems were asked."""
    story = (
        Type("north", 0, "phone", "b"),
        Type("south", 0, "phone", None),
        Sync(),
        Answer(0, 4, "a"),
    )

    assert [] == breaches(LINKED, *story)


def test_who_types_back_what_erplink_wrote_unheard_is_heard():
    """A write whose answer was lost, and whose value is gone again, may have been there."""
    story = (
        Type("north", 0, "name", "b"),
        Sync(),
        Type("crm", 0, "name", "c"),
        Sync(),
        Type("north", 0, "name", "b"),
        Weather("crm", Faults(seed=6, lost_after=0.5)),
        Sync(connection="north"),
        Type("crm", 0, "name", "c"),
    )

    assert [] == breaches(LINKED, *story)


def test_a_value_that_reached_another_system_may_lose_there():
    """Its loss is told of where it lost, also for the system that it came from."""
    setting = Setting(seed=0, linked=1, ranking=("north", "south", "crm"))
    story = (
        Type("south", 0, "city", "b"),
        Weather("south", Faults(lost_before=1.0)),
        Type("north", 0, "city", None),
        Sync(),
    )

    assert [] == breaches(setting, *story)
