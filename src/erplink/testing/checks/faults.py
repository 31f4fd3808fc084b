"""What is promised when something goes wrong on the way: the three kinds of no are told apart."""

from erplink.connectors import Edit, EditResult, EditUnknown, Page, Saved
from erplink.domain.values import Value
from erplink.errors import SessionError, Unavailable, Unknown
from erplink.testing.promises import ensure, promise
from erplink.testing.trial import Trial

__all__ = [
    "check_a_broken_reading_can_be_taken_up_again",
    "check_a_lost_answer_is_unknown",
    "check_a_lost_creation_can_be_resolved",
    "check_a_throttled_call_says_when_to_come_back",
]

_SECONDS = 3600.0


@promise("save", hooks=("lose_answer",))
def check_a_lost_answer_is_unknown(trial: Trial) -> None:
    """A write whose answer was lost is Unknown, for it may have been done."""
    values = trial.sample()
    key = trial.make(values)
    other = trial.other(values)

    trial.hook("lose_answer")()
    answer = _answer_or_unknown(trial, Edit(other, key))

    trial.settle()
    if isinstance(answer, Saved):  # it read back by itself, and so knows
        trial.holds(trial.read(key), other, " after an edit whose answer was lost")


@promise("create", hooks=("lose_answer",))
def check_a_lost_creation_can_be_resolved(trial: Trial) -> None:
    """A creation whose answer was lost is Unknown, and can be resolved into one record."""
    creation = trial.creation(trial.sample())
    before = trial.count_of_keys()

    trial.hook("lose_answer")()
    _answer_or_unknown(trial, creation)
    trial.settle()

    if trial.claims.find_created:
        found = trial.session.find_created(trial.kind.name, creation.idempotency_key, {})
        ensure(len(found) == 1, f"a creation whose answer was lost is found as {list(found)}")
    if trial.claims.idempotent_create:
        trial.saved(creation)
        trial.counts(None if before is None else before + 1, "after a lost creation was sent again")


def _answer_or_unknown(trial: Trial, edit: Edit) -> EditResult:
    try:
        answer = trial.save([edit])[0]
    except Unknown as error:
        return EditUnknown(str(error))
    except SessionError as error:
        came = f"{type(error).__name__}: {error}"
        raise AssertionError(f"a write whose answer was lost is Unknown, not {came}") from error
    ensure(isinstance(answer, Saved | EditUnknown), f"a lost answer came to {answer}")
    return answer


@promise(hooks=("throttle",))
def check_a_throttled_call_says_when_to_come_back(trial: Trial) -> None:
    """A system that asks to be left alone is Unavailable, and the seconds it named are told."""
    key = trial.some(1)[0]

    trial.hook("throttle")(_SECONDS)
    try:
        trial.look(key)
    except Unavailable as error:
        after = error.retry_after
        ensure(after == _SECONDS, f"the system asks for {_SECONDS} seconds, and told is {after}")
    except SessionError as error:
        came = f"{type(error).__name__}: {error}"
        raise AssertionError(f"a throttled call is Unavailable, not {came}") from error
    else:
        raise AssertionError("a throttled call says nothing of it")


@promise("changes", hooks=("break_down",))
def check_a_broken_reading_can_be_taken_up_again(trial: Trial) -> None:
    """A reading that fails in the middle says so, and goes on from its cursor losing nothing."""
    keys = trial.some(trial.claims.page_max + 2)
    first = trial.page(None)

    trial.hook("break_down")()
    try:
        came: Page = trial.page(first.cursor)
    except (Unavailable, Unknown):
        pass
    except SessionError as error:
        raise AssertionError(f"a broken reading is Unavailable, not {error!r}") from error
    else:
        raise AssertionError(f"a broken reading says nothing of it, and tells {came}")

    told: dict[str, Value] = dict.fromkeys(record.ref.key for record in first)
    told |= dict.fromkeys(trial.feed(first.cursor).records)
    trial.has_all(keys, told, "where a reading broke and was taken up again")
