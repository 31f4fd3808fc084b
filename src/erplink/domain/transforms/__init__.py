"""Transforms: named pairs of functions between an ERP's writing of a value and the CRM's."""

from erplink.domain.transforms.arithmetic import percent, round_to, scale
from erplink.domain.transforms.catalogue import Factory, TransformCatalogue, standard_catalogue
from erplink.domain.transforms.codes import boolean_words, country_code
from erplink.domain.transforms.compose import chain, custom, each, flip, identity
from erplink.domain.transforms.dates import parse_date
from erplink.domain.transforms.extracts import extract
from erplink.domain.transforms.laws import Breach, breaches_between, broken_laws
from erplink.domain.transforms.likeness import alike
from erplink.domain.transforms.moments import day_in_zone, local_time, midnight_in, parse_datetime
from erplink.domain.transforms.money import money, money_text
from erplink.domain.transforms.numbertexts import parse_number
from erplink.domain.transforms.parts import join_lines, join_words, template
from erplink.domain.transforms.roundtrip import guarded
from erplink.domain.transforms.samples import SAMPLES
from erplink.domain.transforms.tables import constant, lookup
from erplink.domain.transforms.text import (
    case,
    pad_zeros,
    prefix,
    remove,
    replace,
    strip_zeros,
    substring,
    suffix,
    trim,
)
from erplink.domain.transforms.transform import Laws, OneWay, Transform, Trial, TypeMap, same_type
from erplink.domain.transforms.typemaps import between

__all__ = [
    "SAMPLES",
    "Breach",
    "Factory",
    "Laws",
    "OneWay",
    "Transform",
    "TransformCatalogue",
    "Trial",
    "TypeMap",
    "alike",
    "between",
    "boolean_words",
    "breaches_between",
    "broken_laws",
    "case",
    "chain",
    "constant",
    "country_code",
    "custom",
    "day_in_zone",
    "each",
    "extract",
    "flip",
    "guarded",
    "identity",
    "join_lines",
    "join_words",
    "local_time",
    "lookup",
    "midnight_in",
    "money",
    "money_text",
    "pad_zeros",
    "parse_date",
    "parse_datetime",
    "parse_number",
    "percent",
    "prefix",
    "remove",
    "replace",
    "round_to",
    "same_type",
    "scale",
    "standard_catalogue",
    "strip_zeros",
    "substring",
    "suffix",
    "template",
    "trim",
]
