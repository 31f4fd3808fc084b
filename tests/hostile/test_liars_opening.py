"""Connectors that lie about what they claim, how they are opened and what went wrong."""

# ruff: noqa: ARG002 - a liar does not look at all that it is given

import itertools
import logging
import sys
from base64 import b64encode

import pytest
from attrs import evolve, field, frozen

from erplink.connectors import Capabilities, Diagnosis, Edit, EditRefused, Page
from erplink.domain.fields import Access, Field
from erplink.errors import Refused, Unauthorised, Unavailable, Unknown
from erplink.testing import FakeConnector, WrappedSession

# --- what went wrong ------------------------------------------------------------------------------


class TakesTheLostForNotDone(WrappedSession):
    caught = (
        "a_lost_answer_is_unknown",
        "a_lost_creation_can_be_resolved",
    )

    def save(self, kind, edits):
        try:
            return super().save(kind, edits)
        except Unknown as error:
            raise Unavailable(str(error)) from None


class TakesTheLostForRefused(WrappedSession):
    caught = (
        "a_lost_answer_is_unknown",
        "a_lost_creation_can_be_resolved",
    )

    def save(self, kind, edits):
        try:
            return super().save(kind, edits)
        except Unknown as error:
            return [EditRefused(str(error))] * len(edits)


class TakesTheLostForDone(WrappedSession):
    """Has not been told no, and so says yes."""

    caught = (
        "a_lost_answer_is_unknown",
        "a_lost_creation_can_be_resolved",
    )

    def save(self, kind, edits):
        whole = [field.key for field in self.kinds()[0].fields]
        before = [edit.key and self.get(kind, [edit.key], whole)[0] for edit in edits]
        try:
            return super().save(kind, edits)
        except Unknown:
            return before


class MakesAgainWhatWasLost(WrappedSession):
    """Repeats what may have been done, as if it had not been."""

    caught = ("a_lost_creation_can_be_resolved",)

    def save(self, kind, edits):
        try:
            return super().save(kind, edits)
        except Unknown:
            return super().save(kind, [evolve(edit, idempotency_key="") for edit in edits])


class KeepsTheSecondsToItself(WrappedSession):
    caught = ("a_throttled_call_says_when_to_come_back",)

    def get(self, kind, keys, fields):
        try:
            return super().get(kind, keys, fields)
        except Unavailable as error:
            raise Unavailable(error.reason) from None


class TakesTheThrottledForRefused(WrappedSession):
    caught = ("a_throttled_call_says_when_to_come_back",)

    def get(self, kind, keys, fields):
        try:
            return super().get(kind, keys, fields)
        except Unavailable as error:
            raise Refused(error.reason) from None


class TakesTheThrottledForMissing(WrappedSession):
    caught = ("a_throttled_call_says_when_to_come_back",)

    def get(self, kind, keys, fields):
        try:
            return super().get(kind, keys, fields)
        except Unavailable:
            return [None] * len(keys)


class TakesAFailureForTheEnd(WrappedSession):
    caught = ("a_broken_reading_can_be_taken_up_again",)

    def changes(self, kind, since, fields):
        try:
            return super().changes(kind, since, fields)
        except Unavailable:
            return Page(cursor=since)


class TakesAFailureForARefusal(WrappedSession):
    caught = ("a_broken_reading_can_be_taken_up_again",)

    def changes(self, kind, since, fields):
        try:
            return super().changes(kind, since, fields)
        except Unavailable as error:
            raise Refused(error.reason) from None


class LosesThePageThatFailed(WrappedSession):
    """Goes on behind what it could not read."""

    caught = ("a_broken_reading_can_be_taken_up_again",)
    failed = False

    def changes(self, kind, since, fields):
        try:
            page = super().changes(kind, since, fields)
        except Unavailable:
            self.failed = True
            raise
        if self.failed:
            self.failed = False
            return evolve(page, records=())
        return page


# --- what is claimed ------------------------------------------------------------------------------


class Claims(WrappedSession):
    """Claims something else than it can do."""

    @property
    def capabilities(self):
        claims = super().capabilities
        kinds = {name: self.claims(each) for name, each in claims.kinds.items()}
        return evolve(claims, kinds=kinds)

    def claims(self, claims):
        return claims


class ClaimsNothing(WrappedSession):
    caught = ("claims_fit_what_there_is",)
    capabilities = Capabilities()


class ClaimsWhatThereIsNot(WrappedSession):
    caught = ("claims_fit_what_there_is",)

    @property
    def capabilities(self):
        claims = super().capabilities
        return evolve(claims, kinds={**claims.kinds, "invoice": claims.of("customer")})


class HasANaturalKeyOfNoField(Claims):
    caught = ("claims_fit_what_there_is",)

    def claims(self, claims):
        return evolve(claims, natural_key=["vat"])


class OnlyReadsAndIsHonest(Claims):
    """To claim less is no lie."""

    caught = ()

    def claims(self, claims):
        no = ("create", "save", "delete", "versions", "idempotent_create", "find_created", "search")
        return evolve(claims, **dict.fromkeys(no, False))


class WritesWhileItReads(Claims):
    """Marks what it has read, in the record itself."""

    at_least = ("what_is_not_claimed_is_refused", "reading_twice_says_the_same")

    def __init__(self, session):
        super().__init__(session)
        self.times = itertools.count()

    def claims(self, claims):
        return evolve(claims, save=False, versions=False)

    def get(self, kind, keys, fields):
        for key in keys:
            self.session.save(kind, [Edit({"note": f"read {next(self.times)} times"}, key)])
        return super().get(kind, keys, fields)


# --- lists ----------------------------------------------------------------------------------------


class TellsTheWholeListAlways(WrappedSession):
    caught = ("items_are_told_by_their_keys",)

    def list_items(self, name, keys=None):
        return super().list_items(name)


class MakesUpItems(WrappedSession):
    caught = ("items_are_told_by_their_keys",)

    def list_items(self, name, keys=None):
        return {**dict.fromkeys(keys or (), ""), **super().list_items(name, keys)}


class TellsTheTextsOfItems(WrappedSession):
    at_least = ("a_list_field_holds_keys_of_its_list", "a_record_is_told_as_it_is")

    def get(self, kind, keys, fields):
        return [self.told(record) for record in super().get(kind, keys, fields)]

    def told(self, record):
        country = record and record.fields.get("country")
        if not country:
            return record
        text = self.list_items("countries")[country]
        return evolve(record, fields={**record.fields, "country": text})


class TellsOneItemAtATime(WrappedSession):
    caught = (
        "a_list_field_holds_keys_of_its_list",
        "items_are_told_by_their_keys",
    )

    def list_items(self, name, keys=None):
        return super().list_items(name, keys if keys is None else keys[:1])


# --- opening --------------------------------------------------------------------------------------


@frozen
class OpensForEverybody(FakeConnector):
    caught = (
        "a_configuration_is_diagnosed",
        "bad_credentials_fail_on_opening",
    )

    def open(self, config, context):
        return self.erp.session(context.connection)


@frozen
class FailsOnTheFirstCall(FakeConnector):
    """Looks at the credentials when it is too late."""

    caught = ("bad_credentials_fail_on_opening",)

    def open(self, config, context):
        try:
            return super().open(config, context)
        except Unauthorised:
            return WrappedSession(None)

    def test(self, config, context):
        return FakeConnector(self.erp).test(config, context)


@frozen
class DoesNotSayThatItIsThePassword(FakeConnector):
    caught = ("bad_credentials_fail_on_opening",)

    def open(self, config, context):
        try:
            return super().open(config, context)
        except Unauthorised as error:
            raise Unavailable(error.reason) from None

    def test(self, config, context):
        return FakeConnector(self.erp).test(config, context)


@frozen
class IsAlwaysWell(FakeConnector):
    caught = ("a_configuration_is_diagnosed",)

    def test(self, config, context):
        return Diagnosis.ok()


@frozen
class SaysNothingOfWhatIsWrong(FakeConnector):
    caught = ("a_configuration_is_diagnosed",)

    def test(self, config, context):
        found = super().test(config, context)
        return found if found.works else Diagnosis.error("", "")


@frozen
class HasNoFieldForItsUser(FakeConnector):
    caught = ("the_form_describes_the_configuration",)

    def config_fields(self):
        return super().config_fields()[1:]


@frozen
class ShowsItsPasswordAsATextField(FakeConnector):
    caught = ("the_form_describes_the_configuration",)

    def config_fields(self):
        return (Field("user"), Field("password", access=Access.MANDATORY))


@frozen
class DemandsWhatItDoesWithout(FakeConnector):
    caught = ("the_form_describes_the_configuration",)

    def config_fields(self):
        return (*super().config_fields(), Field("url", access=Access.MANDATORY))


class ClosesForAll(WrappedSession):
    """Shares one connection, and closes it for everybody."""

    def __init__(self, session, closed):
        super().__init__(session)
        self.closed = closed

    def kinds(self):
        if self.closed:
            raise Unavailable("the connection is closed")
        return super().kinds()

    def close(self):
        self.closed.append(True)


@frozen
class SharesItsSessions(FakeConnector):
    caught = ("sessions_are_apart",)
    closed: list = field(factory=list)

    def open(self, config, context):
        return ClosesForAll(super().open(config, context), self.closed)


# --- secrets --------------------------------------------------------------------------------------


@frozen
class LogsItsConfiguration(FakeConnector):
    caught = ("secrets_stay_secret",)

    def open(self, config, context):
        logging.getLogger("fake.wire").debug("signing in with %s", config["password"].reveal())
        return super().open(config, context)


@frozen
class LogsItsHeaders(FakeConnector):
    caught = ("secrets_stay_secret",)

    def open(self, config, context):
        signed = b64encode(f"{config.get('user')}:{config['password'].reveal()}".encode())
        logging.getLogger("fake.wire").debug("Authorization: Basic %s", signed.decode())
        return super().open(config, context)


@frozen
class PrintsItsConfiguration(FakeConnector):
    caught = ("secrets_stay_secret",)

    def open(self, config, context):
        sys.stdout.write(f"Authorization: {config['password'].reveal()}\n")
        return super().open(config, context)


@frozen
class RaisesItsConfiguration(FakeConnector):
    caught = ("secrets_stay_secret",)

    def open(self, config, context):
        try:
            return super().open(config, context)
        except Unauthorised:
            told = f"nobody is called {config['password'].reveal()}"
            raise Unauthorised(told) from None


class ShowsItsPassword(WrappedSession):
    def __init__(self, session, password):
        super().__init__(session)
        self.password = password

    def __repr__(self):
        return f"ShowsItsPassword({self.password})"


@frozen
class ShowsItsConfiguration(FakeConnector):
    caught = ("secrets_stay_secret",)

    def open(self, config, context):
        return ShowsItsPassword(super().open(config, context), config["password"].reveal())


LIARS = [
    each
    for each in list(globals().values())
    if hasattr(each, "caught") or hasattr(each, "at_least")
]


@pytest.mark.parametrize("liar", LIARS)
def test_a_liar_is_caught_by_the_checks_that_must(liar, assert_caught):
    """Each lie is told by the checks of the promises that it breaks."""
    assert_caught(liar)
