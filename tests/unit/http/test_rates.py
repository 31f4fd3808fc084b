from datetime import timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erplink.adapters.http.headers import Headers
from erplink.adapters.http.rates import REQUESTS_MAX, SILENCE, WAIT_SECONDS_MAX, Rate, read_rate

EPOCH = 1_893_456_000  # where the fake clock begins: 2030-01-01


def rate(clock, **headers):
    return read_rate(
        Headers((name.replace("_", "-"), value) for name, value in headers.items()), clock
    )


ROWS = [
    ({}, Rate()),
    ({"Content_Type": "text/plain"}, Rate()),
    ({"Retry_After": "120"}, Rate(retry_after=120.0)),
    ({"Retry_After": "1.5"}, Rate(retry_after=1.5)),
    ({"Retry_After": "Tue, 01 Jan 2030 00:01:00 GMT"}, Rate(retry_after=60.0)),
    ({"Retry_After": "Tue, 01 Jan 2030 00:01:00"}, Rate(retry_after=60.0)),
    ({"Retry_After": "Mon, 31 Dec 2029 23:00:00 GMT"}, Rate(retry_after=0.0)),
    ({"Retry_After": "-5"}, Rate()),
    ({"Retry_After": "soon"}, Rate()),
    ({"Retry_After": ""}, Rate()),
    ({"Retry_After": "99999999"}, Rate(retry_after=WAIT_SECONDS_MAX)),
    (
        {"X_RateLimit_Limit": "60", "X_RateLimit_Remaining": "0", "X_RateLimit_Reset": "30"},
        Rate(60, 0, 30.0),
    ),
    (
        {
            "X_RateLimit_Limit": "60",
            "X_RateLimit_Remaining": "1",
            "X_RateLimit_Reset": str(EPOCH + 90),
        },
        Rate(60, 1, 90.0),
    ),
    ({"X_RateLimit_Remaining": "1", "X_RateLimit_Reset": f"{EPOCH + 90}000"}, Rate(None, 1, 90.0)),
    ({"X_Rate_Limit_Remaining": "7"}, Rate(None, 7)),
    (
        {"RateLimit_Limit": "100, 100;w=60", "RateLimit_Remaining": "50", "RateLimit_Reset": "5"},
        Rate(100, 50, 5.0),
    ),
    ({"X_RateLimit_Remaining": "many"}, Rate()),
    ({"X_RateLimit_Remaining": "9" * 18}, Rate(None, REQUESTS_MAX)),
    ({"X_RateLimit_Remaining": "9" * 40}, Rate()),
    ({"RateLimit": "limit=100, remaining=50, reset=5"}, Rate(100, 50, 5.0)),
    ({"RateLimit": "remaining=50"}, Rate(None, 50)),
    (
        {"RateLimit": '"default";r=50;t=30', "RateLimit_Policy": '"default";q=100;w=10'},
        Rate(100, 50, 30.0),
    ),
    ({"RateLimit": '"default";r=50'}, Rate(None, 50)),
    ({"RateLimit": "default;r=5;t=3", "RateLimit_Policy": "default;q=9"}, Rate(9, 5, 3.0)),
    (
        {
            "RateLimit": '"a,b;r=1";r=9;t=1, "c";r=2;t=7',
            "RateLimit_Policy": '"a,b;r=1";q=10, "c";q=20',
        },
        Rate(20, 2, 7.0),
    ),
    ({"RateLimit": '"a";r=0;t=1, "b";r=0;t=7'}, Rate(None, 0, 7.0)),
    ({"RateLimit": "default"}, Rate()),
    ({"RateLimit": '"a";r=5;t=99999999'}, Rate(None, 5, WAIT_SECONDS_MAX)),
]


@pytest.mark.parametrize(("headers", "expected"), ROWS)
def test_what_the_headers_say_is_read(headers, expected, clock):
    """Each writing of a limit gives the numbers it means, and nonsense gives none."""
    assert expected == rate(clock, **headers)


def test_an_answer_without_rate_headers_says_nothing(clock):
    """The usual answer costs no work."""
    assert rate(clock, Content_Type="text/plain", Date="nonsense") is SILENCE


def test_the_servers_own_clock_counts(clock):
    """A date is measured against the answer's Date: the two machines' clocks may differ."""
    theirs = clock.now() + timedelta(hours=5)
    wanted = theirs + timedelta(seconds=20)

    actual = rate(clock, Date=format_datetime(theirs), Retry_After=format_datetime(wanted))

    assert Rate(retry_after=20.0) == actual


@given(
    st.dictionaries(
        st.sampled_from(
            [
                "Date",
                "Retry-After",
                "RateLimit",
                "RateLimit-Policy",
                "X-RateLimit-Limit",
                "X-RateLimit-Remaining",
                "X-RateLimit-Reset",
                "X-Rate-Limit-Reset",
            ]
        ),
        st.one_of(
            st.text(max_size=30),
            st.from_regex(r'("[a-z,;]*"|[a-z]*)(;[a-z]=\d{1,20}){0,3}(, .*)?', fullmatch=True),
            st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} [\d:]{1,9} [A-Z]{0,4}"),
            st.integers().map(str),
            st.floats().map(str),
        ),
    )
)
def test_no_nonsense_goes_beyond_the_bounds(new_clock, headers):
    """Whatever a server writes, the numbers are within bounds and nothing is raised."""
    read = read_rate(Headers(headers.items()), new_clock())

    assert all(n is None or 0 <= n <= REQUESTS_MAX for n in (read.limit, read.remaining))
    assert all(
        s is None or 0 <= s <= WAIT_SECONDS_MAX for s in (read.reset_after, read.retry_after)
    )
