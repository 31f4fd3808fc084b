"""Connectors that search for something else than they were asked for, and who must tell."""

import pytest
from attrs import evolve

from erplink.connectors import AllOf, AnyOf, Condition, Operator, Page, Query
from erplink.errors import Unsupported
from erplink.testing import WrappedSession


class Searches(WrappedSession):
    """Asks for another query than it was asked for."""

    def search(self, kind, query, fields, cursor=None):
        return super().search(kind, self.asked(query), fields, cursor)

    def count(self, kind, query):
        return super().count(kind, self.asked(query))

    def asked(self, query):
        return query


class Conditioned(Searches):
    """Asks for another condition than it was asked for."""

    def asked(self, query):
        criteria = query.criteria
        return evolve(query, criteria=criteria and self.criterion(criteria))

    def criterion(self, criterion):
        if isinstance(criterion, Condition):
            return self.condition(criterion)
        return evolve(criterion, criteria=map(self.criterion, criterion.criteria))

    def condition(self, condition):
        return condition


class DeclinesWhatItCannot(Searches):
    """To say that something cannot be searched for is no lie."""

    caught = ()

    def asked(self, query):
        if query.criteria is not None:
            raise Unsupported("this system knows no criteria")
        return query


class IgnoresTheText(Searches):
    caught = (
        "a_text_is_found_wherever_it_stands",
        "criteria_combine",
    )

    def asked(self, query):
        return evolve(query, text="")


class IgnoresTheCriteria(Searches):
    caught = (
        "criteria_combine",
        "every_operator_means_what_it_says",
    )

    def asked(self, query):
        return evolve(query, criteria=None)


class IgnoresTheParent(Searches):
    kinds_tried = ("person",)
    caught = ("children_are_found_under_their_parent",)

    def asked(self, query):
        return evolve(query, parent=None)


class TakesAnyForAll(Conditioned):
    caught = ("criteria_combine",)

    def criterion(self, criterion):
        if isinstance(criterion, AllOf):
            return AnyOf(map(self.criterion, criterion.criteria))
        return super().criterion(criterion)


class TakesNestingForALine(Conditioned):
    """Knows one level of criteria, and strings the others up."""

    caught = ("criteria_combine",)

    def asked(self, query):
        return evolve(query, criteria=query.criteria and AllOf(self.flat(query.criteria)))

    def flat(self, criterion):
        if isinstance(criterion, Condition):
            return [criterion]
        return [each for below in criterion.criteria for each in self.flat(below)]


class TakesAPatternForAText(Conditioned):
    """Hands a text on as a pattern that stands at the beginning."""

    caught = ("every_operator_means_what_it_says",)

    def condition(self, condition):
        contains = condition.operator in (Operator.CONTAINS, Operator.ENDS_WITH)
        return evolve(condition, operator=Operator.STARTS_WITH) if contains else condition


class LeavesTheEndsOut(Conditioned):
    caught = ("every_operator_means_what_it_says",)

    def condition(self, condition):
        if condition.operator is not Operator.BETWEEN:
            return condition
        low, high = condition.values
        above = Condition(condition.field, Operator.GREATER, (low,))
        return AllOf([above, Condition(condition.field, Operator.LESS, (high,))])


class ComparesAsDatabasesDo(Conditioned):
    """What is not there is not unequal to anything."""

    caught = ("every_operator_means_what_it_says",)

    def condition(self, condition):
        filled = Condition(condition.field, Operator.NOT_EMPTY)
        return (
            AllOf([condition, filled]) if condition.operator is Operator.NOT_EQUALS else condition
        )


class MindsUpperAndLowerCase(WrappedSession):
    caught = ("a_text_is_found_wherever_it_stands",)

    def search(self, kind, query, fields, cursor=None):
        page = super().search(kind, query, [field.key for field in self.kinds()[0].fields], cursor)
        records = [each for each in page if query.text.strip() in str(dict(each.fields))]
        told = [evolve(each, fields={key: each.fields[key] for key in fields}) for each in records]
        return evolve(page, records=told)


class FindsNothingWhereAskedForNothing(WrappedSession):
    caught = ("a_blank_search_finds_every_record",)

    def search(self, kind, query, fields, cursor=None):
        return Page() if query == Query("  ") else super().search(kind, query, fields, cursor)


class FindsOnePageOnly(WrappedSession):
    caught = (
        "a_blank_search_finds_every_record",
        "a_count_is_the_number_found",
        "every_operator_means_what_it_says",
    )

    def search(self, kind, query, fields, cursor=None):
        return evolve(super().search(kind, query, fields, cursor), more=False)


class CountsWhatIsOnAPage(WrappedSession):
    caught = ("a_count_is_the_number_found",)

    def count(self, kind, query):
        return len(self.search(kind, query, []))


LIARS = [
    each
    for each in list(globals().values())
    if hasattr(each, "caught") or hasattr(each, "at_least")
]


@pytest.mark.parametrize("liar", LIARS)
def test_a_liar_is_caught_by_the_checks_that_must(liar, assert_caught):
    """Each lie is told by the checks of the promises that it breaks."""
    assert_caught(liar)
