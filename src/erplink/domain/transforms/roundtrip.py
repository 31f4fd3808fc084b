"""Round trips: how a pair is held to the law it declares."""

from erplink.domain.transforms.likeness import alike
from erplink.domain.transforms.transform import Laws, OneWay
from erplink.domain.values import Value, shorten
from erplink.errors import BadValue

__all__ = ["guarded"]


def guarded(to_crm: OneWay, to_erp: OneWay, laws: Laws) -> tuple[OneWay, OneWay]:
    """The same pair, refusing every value with which it would break ``laws``.

    The law then holds whatever the pair does, and a value that would change with every pass
    is found where it stands, rather than in a history of rewrites.
    """
    return _guard(to_crm, to_erp, laws), _guard(to_erp, to_crm, laws)


def _guard(there: OneWay, back: OneWay, laws: Laws) -> OneWay:
    def way(value: Value) -> Value:
        arrived = there(value)
        returned = back(arrived)
        rule = f"it would come back as {shorten(returned)}"
        if laws is Laws.LOSSLESS:
            kept = alike(value, returned)
        else:
            kept, rule = alike(arrived, there(returned)), f"{rule}, and change with every trip"
        if not kept:
            raise BadValue(rule, value=shorten(value))
        return arrived

    return way
