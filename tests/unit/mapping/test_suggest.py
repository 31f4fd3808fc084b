"""Mapping suggestions by field key, label and type on first set-up, each with its reasons."""

import pytest

from erplink.domain.fields import Access, Field, FieldType, Sort
from erplink.domain.mapping import (
    Direction,
    FieldRule,
    ListMap,
    ListPair,
    Lists,
    Mapping,
    Suggestion,
    suggest,
    suggest_list_map,
    suggested_mapping,
)
from erplink.domain.mapping.suggest.words import _SYNONYMS, meaning, words
from erplink.domain.transforms import template


def suggested(erp, crm, **known):
    """The suggestions between the fields of a customer and of a company."""
    return suggest("acme", "customer", erp, "company", crm, **known)


def best(erp, crm):
    """The only suggestion between two fields, or None."""
    found = suggested([erp], [crm])
    return found[0] if found else None


def keys(erp, crm):
    """The score of two texts with these keys, or 0."""
    found = best(Field(erp), Field(crm))
    return found.score if found else 0


class TestNames:
    """Fields are compared by what they are called."""

    def test_the_same_key_scores_highest(self):
        """Nothing is nearer than the same key."""
        assert Suggestion(FieldRule("name", "name"), 1.0, ("The keys are the same.",)) == best(
            Field("name"), Field("name")
        )

    @pytest.mark.parametrize("key", ["postal_code", "PostalCode", "postal-code", "Postal Code"])
    def test_the_writing_of_a_key_does_not_matter(self, key):
        """Camel case, snake case, dashes and blanks put the same words together."""
        assert keys("postalCode", key) >= 0.95

    @pytest.mark.parametrize(
        ("erp", "crm"),
        [
            ("orgnr", "organisation_number"),
            ("UstId", "vat_number"),
            ("momsnr", "VAT"),
            ("plz", "postal_code"),
            ("postnr", "zip"),
            ("telefon", "phones"),
            ("tel", "telephone"),
            ("e_mail", "email"),
            ("straße", "street"),
            ("address_1", "street_address"),
            ("ort", "city"),
            ("pays", "country"),
            ("hemsida", "website"),
            ("Abteilung", "department"),
            ("kundnr", "number"),
            ("valuta", "currency"),
            ("kreditgräns", "credit_limit"),
            ("zahlungsbedingungen", "payment_terms"),
            ("bemerkung", "notes"),
            ("aktiv", "is_active"),
            ("raison sociale", "company_name"),
        ],
    )
    def test_what_erps_call_it_is_what_the_crm_calls_it(self, erp, crm):
        """Some words of some languages are known to mean the same."""
        assert keys(erp, crm) == 0.9

    def test_words_that_only_say_where_a_field_is_are_left_out(self):
        """The kinds and the connection's id say nothing of a field."""
        assert keys("customer_name", "company_name") == 0.95
        assert keys("acme_rating", "rating") == 0.95
        assert keys("customer", "company") == 0

    def test_a_label_helps_where_a_key_does_not(self):
        """Keys of old systems say nothing; their labels do."""
        erp, crm = Field("FLD017", label="Delivery block"), Field("dblock", label="Delivery Block")

        assert ("The labels are the same.",) == best(erp, crm).reasons
        assert best(Field("FLD018", label="Telefon"), Field("phone")).score == 0.8
        assert ("Key and label mean the same: phone.",) == best(
            Field("FLD018", label="Telefon"), Field("phone")
        ).reasons

    def test_shared_words_and_alike_spelling_score_low(self):
        """They are worth a look and nothing more."""
        assert keys("delivery_town", "city") == 0.5
        assert keys("discount_rate", "discuont_rate") < 0.75
        assert 0.5 < keys("abteilungsleiter", "abteilungsleitr") < 0.75

    def test_what_is_called_otherwise_is_not_suggested(self):
        """A bad guess costs more than none."""
        assert keys("name", "rating") == 0
        assert keys("abcd", "dcba") == 0
        assert keys("weight", "height") == 0

    def test_a_key_without_a_word_is_compared_as_it_is(self):
        """Nothing is made of a key of dots, and nothing fails."""
        assert keys("...", "...") == 1.0
        assert keys("...", "---") == 0
        assert keys("...", "name") == 0

    def test_no_word_has_two_meanings(self):
        """The table of synonyms does not contradict itself."""
        every = [word for line in _SYNONYMS.split("\n") for word in line.split()]

        assert sorted(set(every)) == sorted(every)
        assert all(meaning(words(word)) for word in every)


class TestTypes:
    """Types that do not fit are never suggested; others only where nothing is lost."""

    @pytest.mark.parametrize(
        ("erp", "crm"),
        [
            (FieldType.TEXT, FieldType.INTEGER),
            (FieldType.DATE, FieldType.DATETIME),
            (FieldType.TEXT, FieldType.TEXTS),
            (FieldType.CHECKBOX, FieldType.TEXT),
            (FieldType.PASSWORD, FieldType.PASSWORD),
            (FieldType.LABEL, FieldType.LABEL),
        ],
    )
    def test_types_that_need_a_choice_are_not_suggested(self, erp, crm):
        """Which format, which zone, which of many: only a person knows."""
        assert best(Field("f", erp), Field("f", crm)) is None

    @pytest.mark.parametrize(
        ("erp", "crm", "direction"),
        [
            (FieldType.INTEGER, FieldType.DECIMAL, Direction.TO_CRM),
            (FieldType.DECIMAL, FieldType.INTEGER, Direction.TO_ERP),
        ],
    )
    def test_numbers_go_the_way_that_loses_nothing(self, erp, crm, direction):
        """A whole number is a decimal number, and not the reverse."""
        found = best(Field("limit", erp), Field("limit", crm))

        assert (direction, 0.9) == (found.rule.direction, found.score)

    def test_a_whole_number_is_written_as_a_text(self):
        """By a template, and without a way back."""
        rule = best(Field("no", FieldType.INTEGER), Field("number")).rule

        assert FieldRule("no", "number", ">", transform=template("{0}")) == rule

    def test_the_key_of_a_list_item_fills_a_text(self):
        """On either side."""
        item, text = Field("terms", FieldType.LIST, list_name="terms"), Field("terms")

        assert Direction.TO_CRM is best(item, text).rule.direction
        assert Direction.TO_ERP is best(text, item).rule.direction

    def test_phones_are_no_e_mail_addresses(self):
        """Texts of two sorts are two things, whatever they are called; plain ones may be any."""
        phones = Field("contact", FieldType.TEXTS, sort=Sort.PHONE)
        mails = Field("contact", FieldType.TEXTS, sort=Sort.EMAIL)

        assert best(phones, mails) is None
        assert best(phones, Field("contact", FieldType.TEXTS)).score == 1.0


class TestAccess:
    """Ids and read-only fields cannot be a target."""

    CLOSED = (Field("no", is_key=True), Field("no", access=Access.READ_ONLY))

    @pytest.mark.parametrize("closed", CLOSED)
    def test_a_field_that_is_not_written_is_only_read(self, closed):
        """The reason says so."""
        to_crm, to_erp = best(closed, Field("no")), best(Field("no"), closed)

        assert Direction.TO_CRM is to_crm.rule.direction
        assert Direction.TO_ERP is to_erp.rule.direction
        assert to_crm.reasons[1].startswith("Nothing is written to the ERP: it is ")
        assert to_erp.reasons[1].startswith("Nothing is written to the CRM: it is ")

    @pytest.mark.parametrize("closed", CLOSED)
    def test_two_fields_that_are_not_written_have_nothing_to_say_to_each_other(self, closed):
        """There is no direction left."""
        assert best(closed, Field("no", is_key=True)) is None


class TestAssignment:
    """No field is suggested twice."""

    def test_the_best_score_is_served_first(self):
        """An alias gets what the field of the same name leaves over."""
        erp = [Field("town"), Field("city")]
        crm = [Field("city"), Field("delivery_city")]

        assert ["city <> city (1.00): The keys are the same."] == [
            str(each) for each in suggested(erp, crm)[:1]
        ]
        assert [("city", "city"), ("town", "delivery_city")] == [
            (each.rule.key, each.rule.crm_key) for each in suggested(erp, crm)
        ]

    def test_between_equal_scores_the_order_of_the_fields_decides(self):
        """The same fields give the same suggestions, every time."""
        erp, crm = [Field("tel"), Field("telefon")], [Field("phone"), Field("telephone")]

        assert [("tel", "phone"), ("telefon", "telephone")] == [
            (each.rule.key, each.rule.crm_key) for each in suggested(erp, crm)
        ]


LAND = Field("land", FieldType.LIST, list_name="länder")
COUNTRY = Field("country", FieldType.LIST, list_name="countries")


class TestListFields:
    """A rule between list fields needs a map of their lists, which is suggested with it."""

    ITEMS = Lists(
        erp={"länder": {"1": "Sweden", "2": "Norway"}}, crm={"countries": {"SE": "SWEDEN"}}
    )

    def test_the_map_comes_with_the_rule(self):
        """With the pairs that can be told from keys and texts."""
        (found,) = suggested([LAND], [COUNTRY], lists=self.ITEMS)

        assert ListMap("länder", "countries", {"1": "SE"}) == found.list_map

    def test_items_may_be_given_without_texts(self):
        """Then their keys are compared."""
        lists = Lists(erp={"länder": ["SE", "NO"]}, crm={"countries": ["se", "dk"]})
        (found,) = suggested([LAND], [COUNTRY], lists=lists)

        assert ListMap("länder", "countries", {"SE": "se"}) == found.list_map

    def test_the_map_is_empty_where_no_items_are_given(self):
        """A person fills it in."""
        (found,) = suggested([LAND], [COUNTRY])

        assert ListMap("länder", "countries") == found.list_map

    def test_a_list_of_the_same_name_is_a_reason(self):
        """Whatever the fields are called."""
        erp = Field("abc", FieldType.LIST, list_name="terms")
        crm = Field("xyz", FieldType.LIST, list_name="terms")

        assert ("Both take their items from a list 'terms'.",) == best(erp, crm).reasons


class TestWholeMapping:
    """A first mapping of what is sure enough."""

    ERP = (Field("kundnr", is_key=True), Field("ort"), LAND, Field("delivery_town"))
    CRM = (Field("number"), COUNTRY, Field("city"), Field("town"))

    def test_it_has_the_rules_that_score_enough_in_the_order_of_the_erp(self):
        """What scores less stays a suggestion."""
        mapping = suggested_mapping("acme", "customer", self.ERP, "company", self.CRM)

        assert (
            Mapping(
                "acme",
                "customer",
                "company",
                rules=[
                    FieldRule("kundnr", "number", ">"),
                    FieldRule("ort", "city"),
                    FieldRule("land", "country"),
                ],
                lists=[ListMap("länder", "countries")],
            )
            == mapping
        )
        assert () == mapping.problems(self.ERP, self.CRM)

    def test_the_threshold_is_the_callers(self):
        """Whoever wants more gets more to look through."""
        mapping = suggested_mapping(
            "acme", "customer", self.ERP, "company", self.CRM, score_min=0.5
        )

        assert "town" == mapping.rule("delivery_town").crm_key

    def test_one_list_map_serves_several_fields(self):
        """Two fields of one list are mapped by one map."""
        erp = (LAND, Field("delivery_land", FieldType.LIST, list_name="länder"))
        crm = (COUNTRY, Field("delivery_country", FieldType.LIST, list_name="countries"))
        mapping = suggested_mapping("acme", "customer", erp, "company", crm, score_min=0)

        assert (2, 1) == (len(mapping.rules), len(mapping.lists))

    def test_a_mapping_suggests_what_it_says_nothing_about(self):
        """After a refresh, new fields appear and settings stay."""
        mapping = Mapping("acme", "customer", "company", rules=[FieldRule("kundnr", "number", ">")])
        found = mapping.suggest(self.ERP, self.CRM)

        assert ["ort", "land", "delivery_town"] == [each.rule.key for each in found]

    def test_what_is_mapped_to_nothing_is_not_suggested_again(self):
        """Mapping to nothing says explicitly: do not sync."""
        mapping = Mapping(
            "acme", "customer", "company", rules=[FieldRule("ort"), FieldRule("land")]
        )

        assert [("kundnr", "number")] == [
            (each.rule.key, each.rule.crm_key)
            for each in mapping.suggest(self.ERP[:3], self.CRM[:3])
        ]

    def test_a_list_map_that_is_there_is_not_suggested_again(self):
        """Only the rule is."""
        mapping = Mapping(
            "acme", "customer", "company", lists=[ListMap("länder", "countries", {"S": "SE"})]
        )
        (found,) = mapping.suggest([LAND], [COUNTRY])

        assert found.list_map is None


class TestListItems:
    """Items are paired by key or text; an item may stay unmapped and is never guessed."""

    def pairs(self, erp, crm):
        return {pair.erp: pair.crm for pair in suggest_list_map(erp, crm)}

    def test_a_text_is_the_same_whatever_its_case_and_punctuation(self):
        """Keys may be anything."""
        assert {"7": "net-30"} == self.pairs({"7": "30 Days, net"}, {"net-30": "30 days net"})

    def test_a_key_is_the_same_whatever_its_case(self):
        """Texts may be of two languages."""
        assert {"SE": "se"} == self.pairs({"SE": "Sverige"}, {"se": "Sweden"})

    def test_a_number_or_a_letter_is_no_telling_key(self):
        """It only counts; with the same text it is the same item."""
        assert {} == self.pairs({"1": "Cash", "A": "Active"}, {"1": "Net 30", "A": "Archived"})
        assert {"1": "1"} == self.pairs({"1": "Cash"}, {"1": "cash"})

    def test_a_key_may_be_the_others_text(self):
        """One system has codes where the other has numbers."""
        assert {"EUR": "17"} == self.pairs({"EUR": "Euro"}, {"17": "EUR"})
        assert {"17": "EUR"} == self.pairs({"17": "EUR"}, {"EUR": "Euro"})

    def test_near_is_not_the_same(self):
        """Payment in 30 days is no payment in 60."""
        assert {} == self.pairs({"30": "Net 30 days"}, {"60": "Net 60 days"})

    def test_what_could_be_two_items_is_none(self):
        """Two items of one text are not told apart by chance, but by key and text together."""
        assert {} == self.pairs({"7": "Sweden"}, {"1": "Sweden", "2": "sweden"})
        assert {"1": "1", "2": "2"} == self.pairs({"1": "x", "2": "x"}, {"1": "x", "2": "x"})

    def test_no_item_is_in_two_pairs(self):
        """The surer way of comparing has the first word."""
        pairs = suggest_list_map({"SE": "Sweden", "X": "SE"}, {"SE": "Sweden"})

        assert (ListPair("SE", "SE"),) == pairs

    def test_items_without_a_word_are_not_compared(self):
        """Dashes equal nothing."""
        assert {} == self.pairs({"-": "--"}, {"--": "-"})
