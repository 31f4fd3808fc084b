"""What the simulation has found: the shortest story of each fault, which now ends well."""

from erplink.testing.simulation import Setting, Story, play
from erplink.testing.simulation.people import Remove, Type

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
