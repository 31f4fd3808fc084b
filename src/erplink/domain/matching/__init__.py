"""Matching: which candidate is the counterpart of a record, why, and how sure that is.

Rules are tried by priority, and the first priority that finds anybody decides. Who was found is
then judged by all rules: each agreement takes away doubt, and an identifier that contradicts lowers
the score or vetoes. A vetoed candidate is never a match, however much else agrees: two companies of
one name are found every day, and records that were merged by mistake are hard to take apart. It is
not forgotten either: the result sets it aside, and says that it does.

What cannot be told is a question and never a guess: several candidates of which none leads clearly,
a free one beside one that is linked already, a key that too many share. A match says how certain it
is; one that is merely possible is for a person to confirm.

Names are equal or they are not. Comparing them by likeness, or without their legal forms, takes a
rule that says so, and a function that measures likeness, such as the one of
``erplink.adapters.matching.similarity``.
"""

from erplink.domain.matching.evidence import Candidate, Certainty, Evidence, Finding, Thresholds
from erplink.domain.matching.index import CANDIDATES_MAX, COMPARED_MAX, Index
from erplink.domain.matching.key_index import KeyIndex
from erplink.domain.matching.matcher import Matcher
from erplink.domain.matching.normalisers import STANDARD_NORMALISERS, Normalisers
from erplink.domain.matching.parts import LIKENESS_LENGTH_MAX
from erplink.domain.matching.quality import LabelledPair, Quality, assess, score_for
from erplink.domain.matching.reading import VALUES_MAX
from erplink.domain.matching.result import (
    Attempt,
    MatchOutcome,
    MatchReason,
    MatchResult,
    Tried,
)
from erplink.domain.matching.rules import (
    Contradiction,
    KeyPart,
    Likeness,
    MatchRule,
    Similarity,
)
from erplink.domain.matching.standard import (
    COMPANY_KEYS,
    COMPANY_RULES,
    CONTACT_KEYS,
    CONTACT_RULES,
    SIMILAR_COMPANY_RULES,
)

__all__ = [
    "CANDIDATES_MAX",
    "COMPANY_KEYS",
    "COMPANY_RULES",
    "COMPARED_MAX",
    "CONTACT_KEYS",
    "CONTACT_RULES",
    "LIKENESS_LENGTH_MAX",
    "SIMILAR_COMPANY_RULES",
    "STANDARD_NORMALISERS",
    "VALUES_MAX",
    "Attempt",
    "Candidate",
    "Certainty",
    "Contradiction",
    "Evidence",
    "Finding",
    "Index",
    "KeyIndex",
    "KeyPart",
    "LabelledPair",
    "Likeness",
    "MatchOutcome",
    "MatchReason",
    "MatchResult",
    "MatchRule",
    "Matcher",
    "Normalisers",
    "Quality",
    "Similarity",
    "Thresholds",
    "Tried",
    "assess",
    "score_for",
]
