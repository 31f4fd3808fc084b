"""Similarity of names by rapidfuzz; needs the ``[match]`` extra."""

try:
    from rapidfuzz import fuzz
except ImportError as error:
    raise ImportError("comparing by likeness needs: pip install 'erplink[match]'") from error

__all__ = ["similarity"]


def similarity(one: str, other: str) -> float:
    """How alike two normalised names are, whatever the order of their words; from 0 to 1.

    Hand it to a :class:`~erplink.domain.matching.Matcher`. Every letter counts: a name that is
    merely a part of another is not taken for it.
    """
    return fuzz.token_sort_ratio(one, other) / 100
