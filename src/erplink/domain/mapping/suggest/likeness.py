"""Likeness: how alike two fields are called, from 0 to 1, and how that is told."""

from difflib import SequenceMatcher
from typing import Final

from erplink.domain.fields import Field, FieldType
from erplink.domain.mapping.suggest.words import meaning, words

__all__ = ["Named", "likeness"]

_ALIKE_SCORE: Final = 0.75
_SAME_LIST_SCORE: Final = 0.65
_SPELT_ALIKE_MIN: Final = 0.85
_NOTHING: Final = (0.0, "")


class Named:
    """A field with the words it is called by; made once, and compared with many."""

    __slots__ = ("field", "key", "label", "meaning", "meanings", "spelling", "words")

    def __init__(self, field: Field, noise: frozenset[str]) -> None:
        """Take the field's key and label apart; ``noise`` says nothing in either."""
        self.field = field
        self.key = words(field.key, without=noise)
        self.label = words(field.label, without=noise)
        self.spelling = "".join(self.key)
        self.meaning = meaning(self.key)
        #: What key and label mean, each as a whole.
        self.meanings = {meaning(each) for each in (self.key, self.label) if each}
        #: What each word of them means, by itself.
        self.words = frozenset(meaning((word,)) for word in (*self.key, *self.label))


def likeness(erp: Named, crm: Named) -> tuple[float, str]:
    """How alike two fields are called, and how that is told."""
    exact = _same_key(erp, crm) or _same_meaning(erp, crm)
    return exact or max(_same_list(erp, crm), _shared_words(erp, crm), _spelt_alike(erp, crm))


def _same_key(erp: Named, crm: Named) -> tuple[float, str] | None:
    if erp.field.key == crm.field.key:
        return 1.0, "The keys are the same."
    same_words = erp.key and erp.key == crm.key
    return (0.95, "The keys are of the same words.") if same_words else None


def _same_meaning(erp: Named, crm: Named) -> tuple[float, str] | None:
    if erp.meaning and erp.meaning == crm.meaning:
        return 0.9, f"The keys mean the same: {erp.meaning}."
    if erp.label and erp.label == crm.label:
        return 0.85, "The labels are the same."
    shared = sorted(erp.meanings & crm.meanings)
    return (0.8, f"Key and label mean the same: {shared[0]}.") if shared else None


def _same_list(erp: Named, crm: Named) -> tuple[float, str]:
    same_name = erp.field.list_name == crm.field.list_name
    if same_name and erp.field.type is crm.field.type is FieldType.LIST:
        return _SAME_LIST_SCORE, f"Both take their items from a list {erp.field.list_name!r}."
    return _NOTHING


def _shared_words(erp: Named, crm: Named) -> tuple[float, str]:
    shared = erp.words & crm.words
    if not shared:
        return _NOTHING
    share = 2 * len(shared) / (len(erp.words) + len(crm.words))
    return _ALIKE_SCORE * share, f"Words of them mean the same: {', '.join(sorted(shared))}."


def _spelt_alike(erp: Named, crm: Named) -> tuple[float, str]:
    compared = SequenceMatcher(None, erp.spelling, crm.spelling, autojunk=False)
    # The cheap upper bounds first, for most pairs of fields have nothing in common.
    bounds = (compared.real_quick_ratio, compared.quick_ratio, compared.ratio)
    if not erp.spelling or any(bound() < _SPELT_ALIKE_MIN for bound in bounds):
        return _NOTHING
    return _ALIKE_SCORE * compared.ratio(), "The keys are spelt alike."
