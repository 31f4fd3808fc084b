"""Activate: refused, with a reason per problem, while a mapping is wrong."""

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest

from erplink.domain.fields import Access, Field, FieldType, Sort
from erplink.domain.kinds import STANDARD_PAIRS
from erplink.domain.mapping import (
    DefaultValue,
    FieldRule,
    ListMap,
    ListPair,
    Lists,
    Mapping,
    Problem,
    ProblemCode,
    Severity,
    problems,
)
from erplink.domain.policy import Policy, Verdict
from erplink.domain.transforms import (
    Laws,
    Transform,
    constant,
    custom,
    flip,
    join_lines,
    join_words,
    lookup,
    money,
    parse_number,
    round_to,
    template,
    trim,
)
from erplink.errors import BadValue

NAME = Field("name", label="Name")
COMPANY = Field("company", label="Company name")


def mapped(*rules, lists=(), defaults=(), actor="customer", entity="company"):
    return Mapping("acme", actor, entity, rules=rules, lists=lists, defaults=defaults)


def found(mapping, erp=(NAME,), crm=(COMPANY,), **known):
    """The codes of the problems with their keys."""
    return [(each.code, each.key) for each in mapping.problems(erp, crm, **known)]


def between(erp, crm, direction="<>", **rule):
    """The codes of the problems of one rule between two fields."""
    mapping = mapped(FieldRule(erp.key, crm.key, direction, **rule))
    return [each.code for each in problems(mapping, [erp], [crm])]


def test_a_mapping_of_like_fields_has_no_problem():
    """Two texts may be mapped to each other, both ways."""
    assert () == mapped(FieldRule("name", "company")).problems([NAME], [COMPANY])


def test_a_problem_says_where_what_and_what_to_do():
    """A problem is a value: a code, the rule's key, a reason that names labels, and an advice."""
    (problem,) = mapped(FieldRule("name", "compani")).problems([NAME], [COMPANY])

    assert (
        Problem(
            ProblemCode.UNKNOWN_FIELD,
            "name",
            "The CRM has no field 'compani'; did you mean 'company'?",
            "Correct the name, or remove the rule if the field is gone.",
        )
        == problem
    )
    assert str(problem) == f"name: {problem.reason} {problem.advice}"


def test_every_problem_is_told_at_once():
    """One wrong rule does not hide the next."""
    mapping = mapped(FieldRule("nam", "company"), FieldRule("name", "nobody", rule="sum"))

    assert [
        (ProblemCode.UNKNOWN_FIELD, "nam"),
        (ProblemCode.UNKNOWN_FIELD, "name"),
        (ProblemCode.UNKNOWN_MERGE_RULE, "name"),
    ] == found(mapping)


def test_an_error_refuses_and_a_warning_does_not():
    """What may be lost or wait is a warning; what is wrong is an error."""
    warnings = {code for code in ProblemCode if code.severity is Severity.WARNING}

    assert {
        ProblemCode.WRITE_ONCE_TARGET,
        ProblemCode.MANDATORY_NEVER_WRITTEN,
        ProblemCode.TEXT_TOO_LONG,
        ProblemCode.DIGITS_LOST,
        ProblemCode.UNMAPPED_ITEMS,
        ProblemCode.DEFAULT_WITHOUT_VALUE,
    } == warnings
    assert Problem(ProblemCode.UNKNOWN_LIST, "a - b", "", "").is_error
    assert not Problem(ProblemCode.DIGITS_LOST, "", "", "").is_error


def test_a_problem_of_the_whole_mapping_has_no_key():
    """Then its text is the reason and the advice alone."""
    assert str(Problem(ProblemCode.KINDS_NOT_LINKABLE, "", "It is so.", "Do that.")) == (
        "It is so. Do that."
    )


class TestFields:
    """Unknown field, read-only target, two ERP fields into one CRM field."""

    @pytest.mark.parametrize("direction", ["<>", ">", "<", "-"])
    def test_an_unknown_field_is_refused_in_any_direction(self, direction):
        """A field that vanished is reported, even where it is not synced."""
        mapping = mapped(FieldRule("nmae", "company", direction))

        assert [(ProblemCode.UNKNOWN_FIELD, "nmae")] == found(mapping)

    def test_each_unknown_part_of_a_compound_field_is_named(self):
        """A compound field is checked part by part, on both sides."""
        mapping = mapped(FieldRule(("first", "last"), ("given", "family")))

        assert [(ProblemCode.UNKNOWN_FIELD, "first+last")] * 4 == found(mapping)

    def test_a_part_is_not_repeated(self):
        """A compound field does not have the same part twice."""
        mapping = mapped(FieldRule(("name", "name"), "company", ">", transform=join_words()))

        assert [(ProblemCode.REPEATED_PART, "name+name")] == found(mapping)

    @pytest.mark.parametrize(("direction", "refused"), [(">", 0), ("<", 1), ("<>", 1), ("-", 0)])
    def test_an_id_is_no_target(self, direction, refused):
        """Ids cannot be a target; the reason is shown."""
        number = Field("no", label="Number", is_key=True)
        mapping = mapped(FieldRule("no", "company", direction))

        assert [(ProblemCode.KEY_AS_TARGET, "no")] * refused == found(mapping, [number])

    @pytest.mark.parametrize(("direction", "refused"), [(">", 1), ("<", 0), ("<>", 1), ("-", 0)])
    def test_a_read_only_field_is_no_target(self, direction, refused):
        """Read-only fields cannot be a target; the reason is shown."""
        company = Field("company", access=Access.READ_ONLY)
        mapping = mapped(FieldRule("name", "company", direction))

        assert [(ProblemCode.READ_ONLY_TARGET, "name")] * refused == found(mapping, crm=[company])

    def test_the_reason_names_the_label_and_the_direction_left(self):
        """A person reads the field's label, why it is closed, and which way is open."""
        city = Field("city", label="Town", access=Access.READ_ONLY)
        (problem,) = mapped(FieldRule("city", "company")).problems([city], [COMPANY])

        assert "ERP field 'Town' (city) cannot be written: it is read-only." == problem.reason
        assert "Choose the direction > (ERP to CRM), or none." == problem.advice

    def test_a_field_written_once_is_a_warning(self):
        """The first value gets there, and later ones do not."""
        vat = Field("vat", access=Access.WRITE_ONCE)

        assert [ProblemCode.WRITE_ONCE_TARGET] == between(vat, COMPANY)
        assert [] == between(vat, COMPANY, ">")

    @pytest.mark.parametrize("kind", [FieldType.PASSWORD, FieldType.LABEL])
    def test_passwords_and_labels_are_not_synced(self, kind):
        """They are for configuration forms, whichever the direction."""
        secret = Field("secret", kind)

        assert ProblemCode.FORM_FIELD in between(secret, COMPANY, ">")
        assert [] == between(secret, COMPANY, "-")

    def test_two_erp_fields_into_one_crm_field_are_refused(self):
        """The CRM's field would change with every pass."""
        alias = Field("alias")
        mapping = mapped(FieldRule("name", "company"), FieldRule("alias", "company", ">"))
        (problem,) = mapping.problems([NAME, alias], [COMPANY])

        assert (ProblemCode.TWO_INTO_ONE, "alias") == (problem.code, problem.key)
        assert (
            "CRM field 'Company name' (company) is written by 2 rules:"
            " 'name <> company' and 'alias > company'." == problem.reason
        )

    def test_two_crm_fields_into_one_erp_field_are_refused(self):
        """The parts of a compound field overlap with a field of another rule."""
        fields = [Field("first"), Field("last")]
        mapping = mapped(
            FieldRule(("first", "last"), "company", "<", transform=join_words()),
            FieldRule("last", "contact", "<"),
        )

        assert [(ProblemCode.TWO_INTO_ONE, "last")] == found(
            mapping, fields, [COMPANY, Field("contact")]
        )

    def test_one_field_may_be_written_by_one_rule_and_read_by_others(self):
        """Through the CRM's field, one ERP field reaches another."""
        alias = Field("alias")
        mapping = mapped(FieldRule("name", "company", ">"), FieldRule("alias", "company", "<"))

        assert [] == found(mapping, [NAME, alias])


class TestMandatoryFields:
    """Activate: refused while a mandatory field has no sync direction."""

    MUST = Field("name", label="Name", access=Access.MANDATORY)

    @pytest.mark.parametrize(
        "rules", [(), (FieldRule("name"),), (FieldRule("name", "company", "-"),)]
    )
    def test_a_mandatory_field_without_direction_is_refused(self, rules):
        """No rule, a rule to nothing and a rule without direction are all the same."""
        problem = (ProblemCode.MANDATORY_WITHOUT_DIRECTION, "name")

        assert [problem] == found(mapped(*rules), [self.MUST])

    @pytest.mark.parametrize("direction", ["<", "<>"])
    def test_a_direction_to_the_erp_fills_it(self, direction):
        """Whatever is created gets the CRM's value."""
        assert [] == found(mapped(FieldRule("name", "company", direction)), [self.MUST])

    @pytest.mark.parametrize(
        "default",
        [
            DefaultValue("name", value="ACME"),
            DefaultValue("name", "ask", mandatory=True),
            DefaultValue("name", "both", "ACME", mandatory=True),
        ],
    )
    def test_a_default_fills_it(self, default):
        """A value that is set, or that the user must give, is enough."""
        assert [] == found(mapped(defaults=[default]), [self.MUST])

    def test_a_default_of_the_erp_itself_fills_it(self):
        """What the ERP fills by itself needs no mapping."""
        field = Field("terms", access=Access.MANDATORY, default="30")

        assert [] == found(mapped(), [field])

    def test_nothing_is_missing_where_actors_are_not_created(self):
        """An actor that exists has its mandatory values."""
        assert [] == found(mapped(), [self.MUST], creates=False)

    def test_a_mandatory_field_that_is_only_read_is_a_warning(self):
        """It has a direction; who creates an actor must fill it in by hand."""
        mapping = mapped(FieldRule("name", "company", ">"))

        assert [(ProblemCode.MANDATORY_NEVER_WRITTEN, "name")] == found(mapping, [self.MUST])

    def test_a_mandatory_field_of_the_crm_that_nothing_writes_is_a_warning(self):
        """Records that are imported would be without it."""
        company = Field("company", access=Access.MANDATORY)

        assert [(ProblemCode.MANDATORY_NEVER_WRITTEN, "company")] == found(mapped(), crm=[company])
        assert [] == found(mapped(FieldRule("name", "company", ">")), crm=[company])

    def test_an_id_is_given_by_its_own_system(self):
        """A mandatory id needs no value from anybody."""
        number = Field("no", access=Access.MANDATORY, is_key=True)

        assert [] == found(mapped(), [number], [number])

    @pytest.mark.parametrize(
        "rule", [FieldRule("name", mandatory=True), FieldRule("name", "company", "-", mandatory=1)]
    )
    def test_a_mandatory_rule_must_sync(self, rule):
        """A value that must be given must be taken somewhere."""
        assert [(ProblemCode.MANDATORY_RULE_SYNCS_NOTHING, "name")] == found(mapped(rule))


TYPES = {kind: Field(kind.value, kind) for kind in (
    FieldType.TEXT, FieldType.INTEGER, FieldType.DECIMAL, FieldType.CHECKBOX, FieldType.DATE,
    FieldType.DATETIME,
)}  # fmt: skip
ITEMS = Field("item", FieldType.LIST, list_name="items")
PHONES = Field("phones", FieldType.TEXTS, sort=Sort.PHONE)


class TestTypes:
    """A type that cannot convert is refused before the first value is sent."""

    @pytest.mark.parametrize("erp", TYPES)
    @pytest.mark.parametrize("crm", TYPES)
    def test_only_numbers_convert_without_a_transform(self, erp, crm):
        """Equal types and the two types of numbers fit; every other pair needs a transform."""
        numbers = {FieldType.INTEGER, FieldType.DECIMAL}
        fits = erp is crm or {erp, crm} == numbers
        codes = between(TYPES[erp], TYPES[crm])

        assert fits is (ProblemCode.CANNOT_CONVERT not in codes)

    def test_a_transform_converts(self):
        """What a transform gives is what must fit."""
        text, number = TYPES[FieldType.TEXT], TYPES[FieldType.DECIMAL]

        assert [] == between(text, number, transform=parse_number("sv"))
        assert [ProblemCode.CANNOT_CONVERT] == between(text, number, transform=trim())

    def test_a_list_fills_a_text_but_no_text_a_list(self):
        """The key of an item is a text, and not every text is the key of an item."""
        assert [] == between(ITEMS, COMPANY, ">")
        assert [ProblemCode.CANNOT_CONVERT] == between(ITEMS, COMPANY, "<>")
        assert [ProblemCode.CANNOT_CONVERT] == between(NAME, ITEMS, ">")

    def test_many_values_and_a_single_one_need_a_transform(self):
        """Of several phones, somebody must say which one it is."""
        assert [ProblemCode.MANY_AND_SINGLE] == between(PHONES, COMPANY)
        assert [ProblemCode.MANY_AND_SINGLE] == between(NAME, PHONES, ">")
        assert [] == between(PHONES, COMPANY, transform=join_lines())

    def test_the_reason_names_both_fields_and_their_types(self):
        """A person sees which two things do not go together."""
        day = Field("day", FieldType.DATE, label="Day")
        (problem,) = mapped(FieldRule("day", "company", ">")).problems([day], [COMPANY])

        assert (
            "ERP field 'Day' (day) is of the type date and CRM field 'Company name' (company) is of"
            " the type text, which do not convert in the direction >." == problem.reason
        )

    def test_a_transform_whose_type_map_fails_converts_nothing(self):
        """A fault in a host's own type map is a problem and no exception."""
        broken = Transform("own", str, str, Laws.LOSSLESS, gives=lambda _: 1 / 0)

        assert ProblemCode.CANNOT_CONVERT in between(NAME, COMPANY, transform=broken)


FIRST, LAST = Field("first"), Field("last")


class TestCompoundFields:
    """Several fields on one side that are one on the other."""

    def codes(self, rule, erp=(FIRST, LAST), crm=(COMPANY,)):
        return [each.code for each in mapped(rule).problems(erp, crm)]

    def test_a_compound_field_needs_a_transform_that_takes_parts(self):
        """Two names become one text by a transform, and by nothing else."""
        rule = FieldRule(("first", "last"), "company")
        trimmed = FieldRule(("first", "last"), "company", transform=trim())

        assert [ProblemCode.COMPOUND_WITHOUT_TRANSFORM] == self.codes(rule)
        assert [ProblemCode.COMPOUND_WITHOUT_TRANSFORM] == self.codes(trimmed)

    def test_join_words_takes_parts(self):
        """On the ERP's side as it is, and on the CRM's side flipped."""
        joined = FieldRule(("first", "last"), "company", transform=join_words())
        split = FieldRule("name", ("first", "last"), transform=flip(join_words()))

        assert [] == self.codes(joined)
        assert [] == self.codes(split, [NAME], [FIRST, LAST])

    @pytest.mark.parametrize("transform", [join_words(parts=3), template("{0} {1} {2}")])
    def test_a_transform_takes_as_many_parts_as_there_are(self, transform):
        """Else every value would be refused, record by record."""
        rule = FieldRule(("first", "last"), "company", ">", transform=transform)

        assert [ProblemCode.WRONG_NUMBER_OF_PARTS] == self.codes(rule)

    def test_the_number_of_parts_counts_on_the_crms_side_too(self):
        """A flipped transform gives its parts to the CRM."""
        rule = FieldRule("name", ("first", "last"), transform=flip(join_words(parts=3)))
        (problem,) = mapped(rule).problems([NAME], [FIRST, LAST])

        assert "CRM fields 'first' + 'last' are 2 parts, and flip takes 3." == problem.reason

    def test_a_transform_that_takes_nothing_we_know_is_not_judged_by_its_parts(self):
        """Where no number of empty parts is taken, nothing is known."""

        def picky(_):
            raise BadValue("not today", value="…")

        own = custom(
            "own", to_crm=picky, laws=Laws.TO_CRM_ONLY, gives=lambda _: frozenset({FieldType.TEXT})
        )
        rule = FieldRule(("first", "last"), "company", ">", transform=own)

        assert [] == self.codes(rule)

    def test_parts_of_a_kind_go_over_one_by_one(self):
        """Two compound fields of as many parts need no transform where the parts fit."""
        rule = FieldRule(("first", "last"), ("given", "family"))
        given, family = Field("given"), Field("family", FieldType.DATE)

        assert [] == self.codes(rule, crm=[given, Field("family")])
        assert [ProblemCode.CANNOT_CONVERT] == self.codes(rule, crm=[given, family])

    def test_a_part_has_a_single_value(self):
        """A part with many values gets a rule of its own."""
        rule = FieldRule(("first", "phones"), ("given", "phones"))
        codes = self.codes(rule, [FIRST, PHONES], [Field("given"), PHONES])

        assert [ProblemCode.MANY_AND_SINGLE] * 2 == codes

    def test_an_amount_with_its_currency_is_an_amount(self):
        """Parts need not be texts."""
        parts = [Field("amount", FieldType.DECIMAL), Field("currency")]
        rule = FieldRule(("amount", "currency"), "limit", transform=money("EUR"))

        assert [] == self.codes(rule, parts, [Field("limit", FieldType.DECIMAL)])


class TestTransforms:
    """A transform goes the ways of its rule, and keeps its laws."""

    @pytest.mark.parametrize(("direction", "refused"), [(">", False), ("<", True), ("<>", True)])
    def test_a_one_way_transform_serves_its_own_direction_only(self, direction, refused):
        """A template has no way back to the ERP."""
        codes = between(NAME, COMPANY, direction, transform=template("{0}"))

        assert refused is (ProblemCode.ONE_WAY_TRANSFORM in codes)

    @pytest.mark.parametrize(("direction", "refused"), [(">", True), ("<", False), ("<>", True)])
    def test_a_transform_to_the_erp_only_serves_the_other(self, direction, refused):
        """A constant for the ERP has no way on to the CRM."""
        codes = between(NAME, COMPANY, direction, transform=constant("x", "erp"))

        assert refused is (ProblemCode.ONE_WAY_TRANSFORM in codes)

    CUTS = custom(
        "cuts", to_crm=lambda text: text[:3], to_erp=lambda text: text + "x", laws=Laws.LOSSLESS
    )

    def test_a_transform_that_breaks_its_laws_is_refused(self):
        """It would change values with every pass; the reason shows one that it changed."""
        (problem,) = mapped(FieldRule("name", "company", transform=self.CUTS)).problems(
            [NAME], [COMPANY]
        )

        assert ProblemCode.BROKEN_TRANSFORM is problem.code
        assert "The transform breaks its laws: cuts, to CRM: '' became '' and came back as 'x'" in (
            problem.reason
        )

    @pytest.mark.parametrize("direction", [">", "<"])
    def test_a_bad_way_back_does_no_harm_to_a_rule_of_one_direction(self, direction):
        """Only the ways that the rule goes are tried."""
        assert [] == between(NAME, COMPANY, direction, transform=self.CUTS)

    def test_a_single_breach_is_told_without_a_count(self):
        """Where there is one only, nothing is said of more."""
        own = custom(
            "own",
            to_crm=lambda text: 1 / 0 if text == "SE" else text,
            laws=Laws.TO_CRM_ONLY,
        )
        (problem,) = mapped(FieldRule("name", "company", ">", transform=own)).problems(
            [NAME], [COMPANY]
        )

        assert problem.reason == (
            "The transform breaks its laws: own, to CRM: 'SE' raised ZeroDivisionError instead of"
            " BadValue."
        )

    def test_numbers_too_long_to_be_shown_are_no_reason_to_fail(self):
        """Python refuses to print a number of 5000 digits; the transform is tried all the same."""
        huge = lookup({10**5000: "much"})

        assert [] == between(TYPES[FieldType.INTEGER], COMPANY, transform=huge)


class TestMergeRules:
    """Who wins is decided by a rule that there is."""

    def test_an_unknown_merge_rule_is_refused_with_the_likely_spelling(self):
        """A misspelt rule is found before the first conflict."""
        (problem,) = mapped(FieldRule("name", "company", rule="newst")).problems([NAME], [COMPANY])

        assert "There is no merge rule 'newst'; did you mean 'newest'?" == problem.reason

    def test_a_rule_of_the_hosts_own_is_known_by_its_policy(self):
        """A policy adds names."""
        policy = Policy(custom={"longest": lambda _: Verdict.ask("why not")})
        mapping = mapped(FieldRule("name", "company", rule="longest"))

        assert [] == found(mapping, policy=policy)
        assert [(ProblemCode.UNKNOWN_MERGE_RULE, "name")] == found(mapping)

    def test_only_many_values_can_be_united(self):
        """A union of two single values would be a question each time."""
        assert [ProblemCode.UNION_OF_SINGLE_VALUES] == between(NAME, COMPANY, rule="union")
        assert [] == between(PHONES, PHONES, rule="union")


class TestLosses:
    """What is right but may lose something is a warning."""

    SHORT = Field("company", max_length=40)

    def test_a_longer_text_than_the_target_stores_is_a_warning(self):
        """Only towards the shorter field."""
        assert [ProblemCode.TEXT_TOO_LONG] == between(NAME, self.SHORT)
        assert [] == between(NAME, self.SHORT, "<")
        assert [ProblemCode.TEXT_TOO_LONG] == between(Field("name", max_length=41), self.SHORT)
        assert [] == between(Field("name", max_length=40), self.SHORT)

    @pytest.mark.parametrize(("cuts", "fate"), [(True, "is cut."), (False, "is refused.")])
    def test_the_reason_says_what_becomes_of_the_text(self, cuts, fate):
        """A target cuts or refuses, and a person should know which."""
        short = Field("company", max_length=40, cuts=cuts)
        (problem,) = mapped(FieldRule("name", "company", ">")).problems([NAME], [short])

        assert problem.reason.endswith(fate)

    def test_a_transform_that_shortens_is_enough(self):
        """What counts is what arrives."""
        short = custom("head", to_crm=lambda text: text[:9], laws=Laws.TO_CRM_ONLY)

        assert [] == between(NAME, self.SHORT, ">", transform=short)

    def test_one_of_many_texts_may_be_too_long(self):
        """Each phone must fit."""
        phones = Field("phones", FieldType.TEXTS, max_length=20)

        assert [ProblemCode.TEXT_TOO_LONG] == between(PHONES, phones, ">")

    def test_very_large_limits_are_left_alone(self):
        """Nobody is warned of a text of a million characters."""
        assert [] == between(NAME, Field("company", max_length=10**9), ">")

    def test_digits_that_the_target_does_not_store_are_a_warning(self):
        """Only towards the field with fewer digits."""
        fine, coarse = (
            Field("fine", FieldType.DECIMAL),
            Field("coarse", FieldType.DECIMAL, decimals=2),
        )

        assert [ProblemCode.DIGITS_LOST] == between(fine, coarse)
        assert [] == between(coarse, fine, ">")
        assert [ProblemCode.DIGITS_LOST] == between(coarse, fine, "<")
        assert [] == between(fine, coarse, ">", transform=round_to(2))

    def test_a_decimal_number_is_not_always_a_whole_one(self):
        """A whole number becomes a decimal one; the reverse is refused value by value."""
        whole, number = Field("whole", FieldType.INTEGER), Field("number", FieldType.DECIMAL)
        (problem,) = mapped(FieldRule("number", "whole", ">")).problems([number], [whole])

        assert [] == between(whole, number, ">")
        assert ProblemCode.DIGITS_LOST is problem.code
        assert (
            "CRM field 'whole' stores 0 digits after the point: a value of ERP field 'number'"
            in (problem.reason)
        )
        assert [] == between(Field("number", FieldType.DECIMAL, decimals=0), whole, ">")

    def test_fractions_of_seconds_can_be_lost(self):
        """A moment has digits, too."""
        exact, coarse = (
            Field("exact", FieldType.DATETIME),
            Field("coarse", FieldType.DATETIME, decimals=0),
        )

        assert [ProblemCode.DIGITS_LOST] == between(exact, coarse, ">")
        assert [] == between(coarse, exact, ">")

    def test_a_transform_that_refuses_loses_nothing(self):
        """What does not arrive is not lost on the way."""

        def whole_only(number):
            if number != int(number):
                raise BadValue("whole numbers only", value=str(number))
            return number

        own = custom("own", to_crm=whole_only, laws=Laws.TO_CRM_ONLY)
        fine = Field("fine", FieldType.DECIMAL)

        assert [] == between(fine, Field("whole", FieldType.INTEGER), ">", transform=own)

    def test_a_field_with_more_digits_than_anybody_counts_loses_none(self):
        """A description beyond all reason does not make the checks fail."""
        absurd = Field("absurd", FieldType.DECIMAL, decimals=10**12)
        fine = Field("fine", FieldType.DECIMAL)

        assert [] == between(fine, absurd, ">")


ERP_LAND = Field("land", FieldType.LIST, list_name="länder")
CRM_LAND = Field("country", FieldType.LIST, list_name="countries")
LAND_RULE = FieldRule("land", "country")


class TestLists:
    """List mapping: ERP item to CRM item, one to one; an item may stay unmapped."""

    def found(self, *lists, rule=LAND_RULE, **known):
        return found(mapped(rule, lists=lists), [ERP_LAND], [CRM_LAND], **known)

    KEY = "länder - countries"
    ITEMS = Lists(
        erp={"länder": {"S": "Sverige", "N": "Norge"}}, crm={"countries": ["SE", "NO", "DK"]}
    )

    def test_a_list_field_without_list_mapping_is_refused(self):
        """Nothing says which item is which."""
        assert [(ProblemCode.LIST_WITHOUT_MAP, "land")] == self.found()

    def test_a_list_map_maps_it(self):
        """The map between the two lists is enough, whatever is in it."""
        assert [] == self.found(ListMap("länder", "countries", {"S": "SE"}))

    def test_a_table_of_the_rules_own_maps_it(self):
        """A transform may do what a list map does."""
        rule = FieldRule("land", "country", transform=lookup({"S": "SE"}))

        assert [] == self.found(rule=rule)

    def test_a_list_that_is_not_synced_needs_no_map(self):
        """A rule without direction asks for nothing."""
        assert [] == self.found(rule=FieldRule("land", "country", "-"))

    def test_the_lists_of_parts_are_not_mapped(self):
        """A list field that is part of a compound one gets a rule of its own."""
        rule = FieldRule(("name", "land"), ("company", "country"))
        (problem,) = mapped(rule).problems([NAME, ERP_LAND], [COMPANY, CRM_LAND])

        assert ProblemCode.LIST_WITHOUT_MAP is problem.code
        assert "Give the two fields a rule of their own." == problem.advice

    def test_a_list_map_is_of_no_use_to_other_types(self):
        """Items are looked up by text; a number is none."""
        number = Field("land", FieldType.INTEGER, list_name="länder")
        mapping = mapped(LAND_RULE, lists=[ListMap("länder", "countries", {"S": "SE"})])

        assert [(ProblemCode.CANNOT_CONVERT, "land")] == found(mapping, [number], [CRM_LAND])

    def test_an_unknown_list_is_named_with_the_likely_spelling(self):
        """A list map for a list that no field and no side has is wrong."""
        wrong = ListMap("lander", "countries", {"S": "SE"})
        (problem,) = mapped(lists=[wrong]).problems([ERP_LAND], [CRM_LAND])

        assert (ProblemCode.UNKNOWN_LIST, "lander - countries") == (problem.code, problem.key)
        assert "The ERP has no list 'lander'; did you mean 'länder'?" == problem.reason

    def test_a_list_may_be_known_by_its_items(self):
        """A list without a field of its own is still a list."""
        terms = ListMap("terms", "countries", {"30": "SE"})
        lists = Lists(erp={"terms": ["30"]})

        assert [] == found(mapped(lists=[terms]), [], [CRM_LAND], lists=lists)

    def test_an_unknown_item_is_named_with_the_likely_spelling(self):
        """A map that names what the list does not have is out of date."""
        list_map = ListMap("länder", "countries", {"S": "SEE", "N": "NO"})
        items = Lists(crm={"countries": ["SE", "NO"]})
        mapping = mapped(LAND_RULE, lists=[list_map])
        problem, _ = mapping.problems([ERP_LAND], [CRM_LAND], lists=items)

        assert (ProblemCode.UNKNOWN_LIST_ITEM, self.KEY) == (problem.code, problem.key)
        assert "The CRM's list 'countries' has no item 'SEE'; did you mean 'SE'?" == problem.reason

    @pytest.mark.parametrize("count", [20, 2_000])
    def test_a_name_like_no_other_is_told_without_a_hint(self, count):
        """Nobody reads a list of all names, and a very long one is not even searched."""
        items = Lists(crm={"countries": [f"C{number}" for number in range(count)]})
        mapping = mapped(LAND_RULE, lists=[ListMap("länder", "countries", {"S": "SE"})])
        problem, _ = mapping.problems([ERP_LAND], [CRM_LAND], lists=items)

        assert "The CRM's list 'countries' has no item 'SE'." == problem.reason

    def test_a_double_mapping_is_an_error(self):
        """One ERP item is one CRM item."""
        pairs = [ListPair("S", "SE"), ListPair("S", "NO")]
        problem = (ProblemCode.DOUBLE_MAPPED_ITEM, self.KEY)

        assert [problem] == self.found(ListMap("länder", "countries", pairs))

    def test_a_preferred_pair_settles_a_double_mapping(self):
        """Several items may share a counterpart if one of the pairs counts on the way back."""
        pairs = [ListPair("S", "SE", preferred=True), ListPair("X", "SE")]

        assert [] == self.found(ListMap("länder", "countries", pairs))

    def test_unmapped_items_are_a_warning_that_lists_them(self):
        """An item may stay unmapped; it is never guessed."""
        mapping = mapped(LAND_RULE, lists=[ListMap("länder", "countries", {"S": "SE"})])
        erp, crm = mapping.problems([ERP_LAND], [CRM_LAND], lists=self.ITEMS)

        assert ProblemCode.UNMAPPED_ITEMS is erp.code is crm.code
        assert "1 of 2 items of the ERP's list 'länder' have no counterpart: 'N'." == erp.reason
        assert crm.reason.endswith("'countries' have no counterpart: 'NO', 'DK'.")

    def test_of_many_unmapped_items_some_are_shown(self):
        """A long list does not fill the screen."""
        mapping = mapped(LAND_RULE, lists=[ListMap("länder", "countries", {"S": "SE"})])
        items = Lists(erp={"länder": ["S", *"abcdefgh"]})
        (problem,) = mapping.problems([ERP_LAND], [CRM_LAND], lists=items)

        assert problem.reason.endswith(": 'a', 'b', 'c', 'd', 'e' and 3 more.")


class TestDefaults:
    """Per ERP field: set this value, ask the user, or both."""

    def found(self, default, erp=(NAME,), **known):
        return [code for code, _ in found(mapped(defaults=[default]), erp, **known)]

    MUST = Field("name", access=Access.MANDATORY)

    @pytest.mark.parametrize(
        "default",
        [
            DefaultValue("name", "set", "ACME"),
            DefaultValue("name", "ask"),
            DefaultValue("name", "ask", mandatory=True),
            DefaultValue("name", "both", "ACME", mandatory=True),
        ],
    )
    def test_a_default_is_set_or_asked_for_or_both(self, default):
        """Each way of giving a default is right by itself."""
        assert [] == self.found(default)

    def test_a_default_of_an_unknown_field_is_refused(self):
        """The likely spelling is named."""
        (problem,) = mapped(defaults=[DefaultValue("nane", value="ACME")]).problems([NAME], [])

        assert ProblemCode.DEFAULT_OF_UNKNOWN_FIELD is problem.code
        assert "The ERP has no field 'nane'; did you mean 'name'?" == problem.reason

    @pytest.mark.parametrize(
        "field",
        [
            Field("name", is_key=True),
            Field("name", access=Access.READ_ONLY),
            Field("name", FieldType.LABEL),
        ],
    )
    def test_a_default_of_a_field_that_nothing_writes_is_refused(self, field):
        """Ids, read-only fields and labels take no value."""
        default = DefaultValue("name", value="ACME")

        assert [ProblemCode.DEFAULT_OF_READ_ONLY_FIELD] == self.found(default, [field])

    @pytest.mark.parametrize(
        ("kind", "value"),
        [
            (FieldType.INTEGER, "three"),
            (FieldType.DATE, datetime(2026, 1, 31, tzinfo=UTC)),
            (FieldType.TEXTS, "one"),
            (FieldType.DECIMAL, Decimal("1E+999")),
            pytest.param(FieldType.TEXT, 10**5000, id="a number too long to be shown"),
            (FieldType.DATETIME, datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9)))),
            (FieldType.CHECKBOX, date(2026, 1, 31)),
        ],
    )
    def test_a_default_fits_its_field(self, kind, value):
        """What the field could not store is found before a record is created."""
        default = DefaultValue("name", value=value)

        assert [ProblemCode.DEFAULT_DOES_NOT_FIT] == self.found(default, [Field("name", kind)])

    def test_a_default_of_a_list_is_one_of_its_items(self):
        """Where the items are known, with the likely spelling."""
        default, items = DefaultValue("land", value="SE"), Lists(erp={"länder": ["S", "N"]})
        (problem,) = mapped(defaults=[default]).problems([ERP_LAND], [], lists=items)

        assert problem.reason == (
            "The default of ERP field 'land' does not fit: the list 'länder' has no item 'SE';"
            " did you mean 'S'?"
        )
        assert [] == self.found(DefaultValue("land", value="S"), [ERP_LAND], lists=items)
        assert [] == self.found(default, [ERP_LAND])

    @pytest.mark.parametrize("how", ["set", "both"])
    def test_a_default_without_a_value_is_a_warning(self, how):
        """It sets or suggests nothing."""
        assert [ProblemCode.DEFAULT_WITHOUT_VALUE] == self.found(DefaultValue("name", how))

    def test_mandatory_requires_set_or_ask(self):
        """Mandatory: the user must give a value, so it is set or asked for."""
        default = DefaultValue("name", "set", None, mandatory=True)

        assert [ProblemCode.MANDATORY_NEITHER_SET_NOR_ASKED] == self.found(default)

    def test_ask_without_mandatory_is_refused_for_what_the_erp_needs(self):
        """The user could leave empty what the ERP refuses to be without."""
        default = DefaultValue("name", "ask")

        assert [ProblemCode.ASK_WITHOUT_MANDATORY] == self.found(default, [self.MUST])

    def test_a_rule_that_fills_the_field_makes_asking_voluntary(self):
        """The CRM's value is there anyway."""
        mapping = mapped(FieldRule("name", "company"), defaults=[DefaultValue("name", "ask")])

        assert [] == found(mapping, [self.MUST])


class TestKinds:
    """Which actor type may link to which entity type."""

    def test_kinds_that_are_not_linked_are_refused(self):
        """Where the pairs are given; the advice names the kinds that are linked."""
        (problem,) = mapped(actor="person").problems([], [], pairs=STANDARD_PAIRS)

        assert ProblemCode.KINDS_NOT_LINKABLE is problem.code
        assert "Choose one of customer, partner, supplier." == problem.advice

    def test_a_kind_that_is_linked_to_nothing_needs_another(self):
        """There is nothing to choose from."""
        (problem,) = mapped(entity="invoice").problems([], [], pairs=STANDARD_PAIRS)

        assert "Choose another kind than 'invoice'." == problem.advice

    def test_kinds_that_are_linked_are_right(self):
        """So is any kind where nobody says which are linked."""
        assert [] == found(mapped(), [], [], pairs=STANDARD_PAIRS)
        assert [] == found(mapped(actor="moon"), [], [])


def test_every_problem_has_a_check_of_its_name():
    """A newcomer finds a problem by its name."""
    from erplink.domain.mapping.problems import find  # noqa: PLC0415 - the tables are its own

    checks = (*find._OF_THE_WHOLE, *find._OF_A_RULE, *find._OF_A_LIST_MAP, *find._OF_A_DEFAULT)

    assert {code.name.lower() for code in ProblemCode} == {check.__name__ for check in checks}
