"""Problems: everything that is wrong with a mapping, as values with a reason and an advice."""

from erplink.domain.mapping.problems.case import Items, Lists
from erplink.domain.mapping.problems.find import problems
from erplink.domain.mapping.problems.problem import Problem, ProblemCode, Severity

__all__ = ["Items", "Lists", "Problem", "ProblemCode", "Severity", "problems"]
