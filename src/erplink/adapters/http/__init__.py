"""HTTP for connectors: a patient client, credentials, paging, and JSON that keeps every digit."""

from erplink.adapters.http.auth import ApiKey, Auth, Basic, Bearer, ClientCredentials, SignIn
from erplink.adapters.http.call import Call, Credentials, RequestOptions
from erplink.adapters.http.client import ClientOptions, HttpClient
from erplink.adapters.http.documents import at_path, json_records, json_value
from erplink.adapters.http.errand import Translate
from erplink.adapters.http.exchange import Answered, Failed, Failure, Wire
from erplink.adapters.http.factory import HttpFactory, MakeWire, http_client
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.paging import (
    link_header,
    pages_by_key,
    pages_by_link,
    pages_by_offset,
)
from erplink.adapters.http.response import Response
from erplink.adapters.http.settings import Limits, Retries, Timeouts
from erplink.adapters.http.slices import json_slices, slices_engine

__all__ = [
    "Answered",
    "ApiKey",
    "Auth",
    "Basic",
    "Bearer",
    "Call",
    "ClientCredentials",
    "ClientOptions",
    "Credentials",
    "Failed",
    "Failure",
    "Headers",
    "HttpClient",
    "HttpFactory",
    "Limits",
    "MakeWire",
    "RequestOptions",
    "Response",
    "Retries",
    "SignIn",
    "Timeouts",
    "Translate",
    "Wire",
    "at_path",
    "http_client",
    "json_records",
    "json_slices",
    "json_value",
    "link_header",
    "pages_by_key",
    "pages_by_link",
    "pages_by_offset",
    "slices_engine",
]
