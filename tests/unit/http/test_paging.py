from itertools import count, islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.http import link_header, pages_by_key, pages_by_link, pages_by_offset
from erplink.adapters.http.call import Call
from erplink.adapters.http.headers import Headers
from erplink.adapters.http.response import Response
from erplink.errors import PluginError, Refused


def flat(pages):
    return [row for page in pages for row in page]


@given(st.integers(0, 30), st.integers(1, 7), st.integers(0, 5), st.booleans())
def test_walking_by_offset_finds_every_row_once(total, size, start, fills):
    """Whatever the size of pages, every row from the start on comes once, in order."""
    rows = list(range(total))

    pages = pages_by_offset(
        lambda offset: rows[offset : offset + size], start=start, size=size if fills else None
    )

    assert rows[start:] == flat(pages)


@given(st.sets(st.integers(0, 99), max_size=30), st.integers(1, 7), st.none() | st.integers(0, 99))
def test_walking_by_key_finds_every_row_once(keys, size, after):
    """Whatever the gaps between keys, every row behind the first key comes once, in order."""
    rows = sorted(keys)
    behind = -1 if after is None else after

    def fetch(key):
        return [row for row in rows if key is None or row > key][:size]

    pages = pages_by_key(fetch, lambda row: row, after=after)

    assert [row for row in rows if row > behind] == flat(pages)


def test_a_full_page_saves_a_request():
    """Where a system fills its pages, a shorter one is known to be the last."""
    asked = []

    def fetch(offset):
        asked.append(offset)
        return [1, 2, 3][offset : offset + 2]

    list(pages_by_offset(fetch, size=2))

    assert asked == [0, 2]


def test_an_offset_that_is_ignored_is_found_at_once():
    """A server that sends the first page for ever is asked twice and no more."""
    pages = pages_by_offset(lambda _offset: [1, 2])

    assert next(pages) == [1, 2]
    with pytest.raises(PluginError, match="stands still: offset 2"):
        next(pages)


@pytest.mark.parametrize("keys", [[1, 1], [2, 1, 2], [5]])
def test_a_key_that_leads_back_is_found_at_once(keys):
    """A cursor that was reached before would be walked for ever."""
    left = iter(keys)
    pages = pages_by_key(lambda _key: [next(left)], lambda row: row, after=5)

    with pytest.raises(PluginError, match="stands still: key"):
        flat(pages)


@pytest.mark.parametrize(
    "pages",
    [
        lambda: pages_by_offset(lambda offset: [offset], pages_max=3),
        lambda: pages_by_key(lambda key: [(key or 0) + 1], lambda row: row, pages_max=3),
        lambda: pages_by_link(
            page_after_page(), "/x", link=lambda page: page.url + "1", pages_max=3
        ),
    ],
)
def test_no_walk_is_without_end(pages):
    """After as many pages as are allowed it is a mistake."""
    walk = pages()

    assert len(list(islice(walk, 3))) == 3
    with pytest.raises(PluginError, match="never ends: 3 pages"):
        next(walk)


BASE = "https://erp.example/api"


def page(url, link=""):
    call = Call(method="GET", url=url, read_only=True)
    return Response(200, Headers([("Link", link)] if link else []), b"{}", url, call)


def page_after_page(*links):
    """A system whose pages link as scripted, and tell the URL they were asked under."""
    left = iter(links)

    def fetch(url):
        return page(url if "://" in url else BASE + url, next(left, ""))

    return fetch


def test_walking_by_link_follows_the_header():
    """Relative links lead on from the page they stand on, until there is none."""
    fetch = page_after_page('<?p=2>; rel="next"', "</api/c?p=3>; rel=next", '<?p=2>; rel="prev"')

    actual = [answer.url for answer in pages_by_link(fetch, "/c?p=1")]

    assert actual == [f"{BASE}/c?p=1", f"{BASE}/c?p=2", f"{BASE}/c?p=3"]


def test_walking_by_link_may_look_elsewhere():
    """Where a system puts its link into the document, the connector finds it there."""
    targets = iter(["?p=2", None])

    actual = list(pages_by_link(page_after_page(), "/c", link=lambda _page: next(targets)))

    assert [answer.url for answer in actual] == [f"{BASE}/c", f"{BASE}/c?p=2"]


def test_a_link_to_another_origin_ends_the_walk():
    """The page is delivered; where its link leads is not asked."""
    walk = pages_by_link(page_after_page("<https://x.example/>; rel=next"), "/c")

    next(walk)
    with pytest.raises(Refused, match="another origin"):
        next(walk)


def test_a_link_may_be_brought_home():
    """For a server that does not know its own name, path and query of the link are taken."""
    fetch = page_after_page("<http://inside/api/c?p=2>; rel=next")

    actual = [answer.url for answer in pages_by_link(fetch, "/c", rehost=True)]

    assert actual == [f"{BASE}/c", f"{BASE}/c?p=2"]


@pytest.mark.parametrize("links", [["?p=1"], ["?p=2", "?p=1"], ["?p=2", "?p=3", "?p=2"]])
def test_links_in_a_circle_are_found(links):
    """A next link that leads to a page already seen would be walked for ever."""
    fetch = page_after_page(*(f"<{link}>; rel=next" for link in links))

    with pytest.raises(PluginError, match="already seen"):
        list(pages_by_link(fetch, "/c?p=1"))


LINKS = [
    ("<a>; rel=next", "a"),
    ('<a>; rel="next"', "a"),
    ('<a>; REL="Next"', "a"),
    ('<a>; rel="prev next"', "a"),
    ('<a>; rel=prev, <b>; rel="next"', "b"),
    ('<a>; title="x, <y>; rel=next"; rel=prev, <b>;rel=next', "b"),
    ("<a,b;c>; rel=next", "a,b;c"),
    ("<a>; hreflang=en; rel=next; x", "a"),
    ("<a>; rel=prev; rel=next", None),
    ("<a>; rel=nextish", None),
    ("<a>", None),
    ("a; rel=next", None),
    ("", None),
]


@pytest.mark.parametrize(("header", "expected"), LINKS)
def test_the_link_header_is_read(header, expected):
    """Quoted or not, in any order, with commas and semicolons in texts (RFC 8288)."""
    assert expected == link_header(Headers([("Link", header)]))


@given(st.text(alphabet='<>;,="rel next', max_size=60))
def test_no_link_header_brings_anything_but_a_text_or_nothing(header):
    """Whatever a server writes, nothing is raised."""
    assert isinstance(link_header(Headers([("Link", header)])), str | None)


def test_other_relations_are_found_too():
    """The kind of link may be asked for."""
    assert link_header(Headers([("Link", "<a>; rel=last")]), "last") == "a"


def test_the_walk_is_lazy():
    """No page is fetched before it is wanted."""
    numbers = count()

    pages_by_offset(lambda _offset: [next(numbers)])

    assert next(numbers) == 0
