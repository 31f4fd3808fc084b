import pytest

from erplink.adapters.http.addresses import (
    Origin,
    checked_base,
    join,
    origin_of,
    resolve_link,
    with_query,
)
from erplink.errors import BadValue, Refused

BASE = "https://erp.example/api/v1"

ORIGINS = [
    ("https://erp.example/x", "https://erp.example"),
    ("HTTPS://ERP.example:443", "https://erp.example"),
    ("http://erp.example:8069/", "http://erp.example:8069"),
    ("http://[::1]:80/", "http://[::1]"),
    ("ftp://erp.example", "None"),
    ("https://", "None"),
    ("erp.example", "None"),
    ("https://erp.example:99999", "None"),
    ("https://erp.example:x", "None"),
    ("http://[::1", "None"),
]


@pytest.mark.parametrize(("url", "expected"), ORIGINS)
def test_an_origin_is_scheme_host_and_port(url, expected):
    """Two URLs are of one origin if all three are the same, said or by default."""
    assert expected == str(origin_of(url))


@pytest.mark.parametrize(
    ("host", "expected"),
    [("localhost", True), ("127.0.0.1", True), ("::1", True), ("erp.example", False)],
)
def test_this_machine_is_known_by_its_names(host, expected):
    """Loopback names and addresses are this machine."""
    assert expected == Origin("http", host, 80).is_this_machine


@pytest.mark.parametrize("url", [BASE, "http://localhost:8069", "https://erp.example/"])
def test_a_base_url_is_scheme_host_port_and_path(url):
    """What a client can be built on is taken as it is."""
    assert url == checked_base(url)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("erp.example", "http:// or https://"),
        ("ftp://erp.example", "http:// or https://"),
        ("", "http:// or https://"),
        ("https://bob:pw@erp.example", "auth="),
        ("https://erp.example/?a=1", "ends with its path"),
        ("https://erp.example/#a", "ends with its path"),
    ],
)
def test_a_base_url_that_will_not_do_is_refused_with_the_remedy(url, rule):
    """The sentence says what to do, and shows no password."""
    with pytest.raises(BadValue) as caught:
        checked_base(url)

    assert rule in str(caught.value)
    assert "pw" not in str(caught.value)


JOINED = [
    ("", BASE),
    ("customers", f"{BASE}/customers"),
    ("/customers", f"{BASE}/customers"),
    ("customers?page=2", f"{BASE}/customers?page=2"),
    ("?page=2", f"{BASE}?page=2"),
    ("customers?to=http://x.example", f"{BASE}/customers?to=http://x.example"),
    ("items:batch", f"{BASE}/items:batch"),
    ("customers/A#1", f"{BASE}/customers/A%231"),
    ("https://erp.example/other?page=2", "https://erp.example/other?page=2"),
    ("https://erp.example:443/other", "https://erp.example:443/other"),
]


@pytest.mark.parametrize(("path", "expected"), JOINED)
def test_a_path_is_looked_up_under_the_base(path, expected):
    """With or without a slash; an absolute URL of the same origin stands."""
    assert expected == join(BASE, path)


@pytest.mark.parametrize(
    "path",
    [
        "https://x.example/a",
        "//x.example/a",
        "http://erp.example/a",
        "https://u:p@erp.example/a",
        "ftp://erp.example/a",
        "https://[/a",
    ],
)
def test_another_origin_is_not_asked(path):
    """A URL that leads elsewhere is refused before anything is sent."""
    with pytest.raises(Refused, match="another origin"):
        join(BASE, path)


@pytest.mark.parametrize(
    "path", ["..", "../admin", "a/../../admin", "a/%2e%2e/b", "a/..%2Fb", "a\\..\\b", "./a", "a/.."]
)
def test_a_path_does_not_climb(path):
    """A key that came from outside cannot choose another endpoint."""
    with pytest.raises(Refused, match="climbs"):
        join(BASE, path)


QUERIES = [
    ("https://a.example/x", [("q", "a b&c/ä")], (), "https://a.example/x?q=a%20b%26c%2F%C3%A4"),
    (
        "https://a.example/x?p=1",
        [("$filter", "a eq 1")],
        (),
        "https://a.example/x?p=1&$filter=a%20eq%201",
    ),
    ("https://a.example/x?k%65y=1&p=2", [("key", "3")], {"key"}, "https://a.example/x?p=2&key=3"),
    ("https://a.example/x?key=1", [], {"key"}, "https://a.example/x"),
]


@pytest.mark.parametrize(("url", "pairs", "instead", "expected"), QUERIES)
def test_a_query_is_added_to(url, pairs, instead, expected):
    """Names and values are quoted, a dollar in a name stays, what is replaced goes first."""
    assert expected == with_query(url, pairs, instead=instead)


PAGE = "https://erp.example/api/v1/customers?page=1"

LINKS = [
    ("?page=2", f"{BASE}/customers?page=2"),
    ("customers?$skiptoken=%24x", f"{BASE}/customers?$skiptoken=%24x"),
    ("/api/v2/c#top", "https://erp.example/api/v2/c"),
    ("https://erp.example/c", "https://erp.example/c"),
]


@pytest.mark.parametrize(("link", "expected"), LINKS)
def test_a_link_is_resolved_against_its_page(link, expected):
    """Relative, absolute path or absolute URL: it leads where a browser would go."""
    assert expected == resolve_link(PAGE, link)


@pytest.mark.parametrize("link", ["https://x.example/c", "//x.example", "http://erp.example/c"])
def test_a_link_to_another_origin_is_refused(link):
    """A server does not choose whom credentials are sent to."""
    with pytest.raises(Refused, match="another origin"):
        resolve_link(PAGE, link)


def test_a_link_may_be_brought_home():
    """A server behind a proxy writes the wrong host; its path and query are good."""
    actual = resolve_link(PAGE, "http://inside:8080/api/v1/c?page=2", rehost=True)

    assert actual == f"{BASE}/c?page=2"


def test_a_link_that_is_none_is_refused():
    """A text that cannot be read as a URL is said to be one."""
    with pytest.raises(Refused, match="cannot be read"):
        resolve_link(PAGE, "http://[")
