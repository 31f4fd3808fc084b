"""The HTTP client against a real server on this machine that misbehaves in every way it can."""

import contextlib
import gzip
import logging
import shutil
import socket
import ssl
import struct
import subprocess
import threading
import time
import traceback
from dataclasses import dataclass, field

import pytest

from erplink.adapters.clock import SystemClock
from erplink.adapters.http import (
    ApiKey,
    Basic,
    ClientCredentials,
    HttpFactory,
    Limits,
    Retries,
    Timeouts,
    pages_by_link,
)
from erplink.domain.secret import Secret
from erplink.errors import Refused, Unauthorised, Unavailable, Unknown


class ImpatientClock(SystemClock):
    """The machine's clock, but nobody sleeps for real."""

    def __init__(self):
        self.slept = []

    def sleep(self, seconds):
        self.slept.append(seconds)


@dataclass
class Asked:
    """One request as it arrived."""

    method: str
    target: str
    headers: dict
    body: bytes
    #: Which connection it came over, counted from 0.
    connection: int


@dataclass
class Server:
    """Hands each request to ``behave``, which answers with bytes, or with None to hang up."""

    behave: object
    tls: ssl.SSLContext | None = None
    asked: list = field(default_factory=list)
    acted: list = field(default_factory=list)

    def __post_init__(self):
        """Listen on a free port."""
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._open, self._count = [], 0
        self.port = self._listener.getsockname()[1]
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def url(self, path=""):
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}{path}"

    def close(self):
        self.stop.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._open:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        self._thread.join(1)

    def _accept(self):
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self._open.append(connection)
            number, self._count = self._count, self._count + 1
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        with contextlib.suppress(OSError, ValueError):
            if self.tls is not None:
                connection = self.tls.wrap_socket(connection, server_side=True)
                self._open.append(connection)
            with connection.makefile("rb") as stream:
                while asked := self._read(stream, number):
                    self.asked.append(asked)
                    reply = self.behave(asked, connection)
                    if reply is None:
                        break
                    connection.sendall(reply)
            connection.shutdown(socket.SHUT_RDWR)
        connection.close()

    def _read(self, stream, number):
        line = stream.readline().decode("latin-1").split()
        if not line:
            return None
        headers = {}
        while (text := stream.readline().decode("latin-1").strip()) != "":
            name, _, value = text.partition(":")
            headers[name.lower()] = value.strip()
        body = stream.read(int(headers.get("content-length", 0)))
        return Asked(line[0], line[1], headers, body, number)


def reply(status=200, body=b"{}", *, length=None, **headers):
    """The bytes of an answer; ``length`` lies about the body's."""
    pairs = {"content_type": "application/json", **headers}
    pairs["content_length"] = len(body) if length is None else length
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in pairs.items()]
    return "\r\n".join([f"HTTP/1.1 {status} X", *lines, "", ""]).encode() + body


def in_turn(*replies):
    """Answer with each in turn, and with the last one ever after."""
    left = list(replies)

    def behave(asked, connection):
        following = left.pop(0) if len(left) > 1 else left[0]
        return following(asked, connection) if callable(following) else following

    return behave


def drop(_asked, _connection):
    """End the connection without a word."""


def reset(_asked, connection):
    """End the connection as a crash would."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


@pytest.fixture
def serve():
    """Start servers that end with the test."""
    with contextlib.ExitStack() as stack:

        def start(*replies, **options):
            server = Server(in_turn(*replies), **options)
            stack.callback(server.close)
            return server

        yield start


@pytest.fixture
def clock():
    return ImpatientClock()


@pytest.fixture
def connect(clock):
    """Make clients that are closed with the test."""
    with contextlib.ExitStack() as stack:

        def make(server, *, tls=None, **options):
            url = server if isinstance(server, str) else server.url("/api")
            factory = HttpFactory(clock=clock, random=lambda: 0.5, tls=tls)
            return stack.enter_context(factory.client(url, **options))

        yield make


def test_a_request_goes_there_and_back(serve, connect):
    """What is asked arrives, and what is answered comes back."""
    server = serve(reply(201, b'{"id": 1.50}', ETag='"x"'))

    response = connect(server).post("c?a=1", params={"b": "ä"}, json={"n": "x"})

    asked = server.asked[0]
    assert (asked.method, asked.target, asked.body) == ("POST", "/api/c?a=1&b=%C3%A4", b'{"n":"x"}')
    assert asked.headers["content-type"] == "application/json"
    assert asked.headers["accept-encoding"] == "identity"
    assert (response.status, response.headers["ETag"]) == (201, '"x"')
    assert str(response.json()["id"]) == "1.50"


def test_connections_are_used_again(serve, connect):
    """Ten requests need one connection."""
    server = serve(reply())
    client = connect(server)

    for _ in range(10):
        client.get("x")

    assert {asked.connection for asked in server.asked} == {0}


def test_threads_share_a_client(serve, connect):
    """Eight threads ask at the same time: each gets its own answer, over three connections."""
    lock, under_way, most, wrong = threading.Lock(), 0, 0, []

    def count(asked, _connection):
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.0005)
        with lock:
            under_way -= 1
        return reply(body=asked.target.encode())

    server = serve(count)
    client = connect(server, limits=Limits(connections_max=3))

    def ask(name):
        bodies = [client.get(name).body for _ in range(10)]
        wrong.extend(body for body in bodies if body != f"/api/{name}".encode())

    threads = [threading.Thread(target=ask, args=(f"t{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert (len(server.asked), most) == (80, 3)


@pytest.mark.parametrize("end", [drop, reset])
def test_a_dropped_read_is_repeated(serve, connect, clock, end):
    """A connection that ends before the answer is no harm to a read."""
    server = serve(end, end, reply())

    assert connect(server).get("x").status == 200
    assert (len(server.asked), clock.slept) == (3, [0.25, 0.5])


@pytest.mark.parametrize("end", [drop, reset])
def test_a_dropped_write_is_unknown(serve, connect, end):
    """The server acted, then dropped the connection: it is sent once, and Unknown."""

    def act_and_end(asked, connection):
        server.acted.append(asked)
        return end(asked, connection)

    server = serve(act_and_end)

    with pytest.raises(Unknown, match="may have acted"):
        connect(server).post("x", json={})

    assert len(server.acted) == 1


def test_a_dropped_idempotent_write_is_repeated(serve, connect):
    """Where the caller says that twice is once, the write goes through."""
    server = serve(drop, reply(204, b""))

    assert connect(server).put("x", json={}, idempotent=True).status == 204
    assert [asked.body for asked in server.asked] == [b"{}", b"{}"]


def test_no_server_is_unavailable(connect, clock):
    """A refused connection is tried again, also for a write, and surely did not act."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(Unavailable, match="no connection: Connection refused"):
        connect(f"http://127.0.0.1:{port}").post("x")

    assert len(clock.slept) == 3


def test_too_many_requests_are_sent_later(serve, connect, clock):
    """A 429 is waited out as long as the server asks."""
    server = serve(reply(429, Retry_After=3), reply(201))

    assert connect(server).post("x").status == 201
    assert clock.slept == [3.25]


def slowly(_asked, connection):
    """Say nothing for longer than anybody waits."""
    time.sleep(0.1)
    return drop(_asked, connection)


@pytest.mark.parametrize(("method", "error"), [("GET", Unavailable), ("POST", Unknown)])
def test_silence_is_not_waited_for_without_end(serve, connect, method, error):
    """After the read timeout it is over."""
    client = connect(serve(slowly), timeouts=Timeouts(read=0.02), retries=Retries(attempts_max=1))

    with pytest.raises(error, match=r"no answer within 0.02 s"):
        client.request(method, "x")


def test_a_drip_is_not_waited_for_without_end(serve, connect):
    """An answer that arrives byte by byte, each in time, is given up as a whole."""

    def drip(_asked, connection):
        connection.sendall(reply(length=1_000, body=b""))
        while not server.stop.wait(0.005):
            connection.sendall(b" ")

    server = serve(drip)
    client = connect(server, timeouts=Timeouts(total=0.03), retries=Retries(attempts_max=1))

    with pytest.raises(Unavailable, match=r"the answer took more than 0.03 s"):
        client.get("x")


CUT = [
    reply(body=b'{"a":', length=1_000),
    b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nff\r\n{}",
    b"HTTP/1.1 200 OK\r\ncontent-le",
    reply(body=gzip.compress(b"x" * 50)[:-8], content_encoding="gzip"),
    reply(body=gzip.compress(b"x" * 50)[:10] + b"garbage", content_encoding="gzip"),
    b"SSH-2.0-OpenSSH_9.2\r\n",
    b"HTTP/1.1 200 OK\r\nx: " + b"x" * 200_000 + b"\r\n\r\n",
]


def then_end(data):
    def behave(_asked, connection):
        connection.sendall(data)

    return behave


@pytest.mark.parametrize("data", CUT, ids=range(len(CUT)))
def test_an_answer_cut_short_is_no_answer(serve, connect, data):
    """Cut in the body, in a chunk, in the headers, or no HTTP: a read is repeated."""
    server = serve(then_end(data), reply(body=b"[1]"))

    assert connect(server).get("x").json() == [1]


@pytest.mark.parametrize("data", CUT, ids=range(len(CUT)))
def test_an_answer_cut_short_leaves_a_write_unknown(serve, connect, data):
    """Also behind a 200 that lost its body."""
    with pytest.raises(Unknown):
        connect(serve(then_end(data))).post("x")


def test_a_refusal_cut_short_is_still_a_refusal(serve, connect):
    """The status is the answer; the text is as much as came."""
    server = serve(
        then_end(reply(422, b"no such customer", length=1_000, content_type="text/plain"))
    )

    with pytest.raises(Refused, match=r"422 Unprocessable .*: no such customer$"):
        connect(server).post("x")


def endless(head):
    def behave(_asked, connection):
        connection.sendall(head)
        while not server_is_gone(connection):
            connection.sendall(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    return behave


def server_is_gone(connection):
    connection.setblocking(False)
    try:
        return connection.recv(1) == b""
    except BlockingIOError:
        return False
    finally:
        connection.setblocking(True)


CHUNKED = b"transfer-encoding: chunked\r\ncontent-type: text/plain\r\n\r\n"
BOMB = gzip.compress(bytes(30_000_000))

TOO_LARGE = [
    reply(body=b"x" * 10_001),
    endless(b"HTTP/1.1 200 OK\r\n" + CHUNKED),
    reply(body=BOMB, content_encoding="gzip"),
    reply(body=gzip.compress(b"") * 10_000, content_encoding="gzip"),
]


@pytest.mark.parametrize("data", TOO_LARGE, ids=["plain", "endless", "bomb", "empty packs"])
@pytest.mark.parametrize(("method", "error"), [("GET", Refused), ("POST", Unknown)])
def test_an_answer_that_is_too_large_is_given_up(serve, connect, data, method, error):
    """At the limit, before or after unpacking; asking again would be no help."""
    server = serve(data)
    client = connect(server, limits=Limits(response_bytes_max=10_000))

    with pytest.raises(error, match="larger than 10000 bytes"):
        client.request(method, "x")

    assert len(server.asked) == 1


def test_a_refusal_without_end_is_cut(serve, connect):
    """Of an error page no more is read than its limit."""
    client = connect(serve(endless(b"HTTP/1.1 404 X\r\n" + CHUNKED)))

    with pytest.raises(Refused, match="404 Not Found: xxx"):
        client.get("x")


def test_an_accepted_status_is_read_in_full(serve, connect):
    """What the caller takes for an answer is not cut like an error page."""
    client = connect(serve(reply(404, b"x" * 5_000)), limits=Limits(error_bytes_max=10))

    assert len(client.get("x", accept={404}).body) == 5_000


@pytest.mark.parametrize("status", [200, 400])
def test_a_packing_that_was_not_asked_for_is_not_guessed(serve, connect, status):
    """Nobody takes packed bytes for the answer, nor for an error's text."""
    client = connect(serve(reply(status, b"\x0b\x02", content_encoding="br")))

    with pytest.raises(Refused) as caught:
        client.get("x")

    assert str(caught.value).endswith(
        "packed in a way not asked for" if status == 200 else "400 Bad Request"
    )


def test_a_server_that_says_gzip_and_does_not_pack_is_understood(serve, connect):
    """As some do when they are asked not to pack."""
    server = serve(reply(body=b'{"a": 1}', content_encoding="gzip"))

    assert connect(server).get("x").json() == {"a": 1}


@pytest.mark.parametrize(
    ("method", "data"),
    [
        ("HEAD", reply(body=b"", length=500, content_encoding="gzip")),
        ("GET", b"HTTP/1.1 204 X\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 X\r\netag: x\r\n\r\n"),
    ],
)
def test_answers_without_a_body_are_whole(serve, connect, method, data):
    """Nothing is missing where nothing was to come."""
    assert connect(serve(data)).request(method, "x").body == b""


def test_an_early_no_to_a_large_body_is_heard(connect):
    """A server that answers 413 and stops reading has refused, not vanished."""
    listener = socket.create_server(("127.0.0.1", 0))

    def refuse_early():
        connection, _ = listener.accept()
        connection.recv(1_000)
        connection.sendall(reply(413, b"", connection="close"))
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass
        connection.close()

    thread = threading.Thread(target=refuse_early, daemon=True)
    thread.start()
    client = connect(f"http://127.0.0.1:{listener.getsockname()[1]}")

    with pytest.raises(Refused, match="413"):
        client.post("x", content=bytes(3_000_000))

    listener.close()
    client.close()
    thread.join(1)


def test_credentials_are_not_sent_to_another_port(serve, connect):
    """Another port is another origin: a redirect there is refused, and nobody is asked there."""
    other = serve(reply())
    server = serve(reply(302, location=other.url("/x")))

    with pytest.raises(Refused, match="credentials are not sent to another origin"):
        connect(server, auth=Basic("a", Secret("b"))).get("x")

    assert other.asked == []


def test_without_credentials_a_redirect_is_followed(serve, connect):
    """What anybody may read is read where it lies."""
    other = serve(reply(body=b"[2]"))
    server = serve(reply(302, location=other.url("/y?z=1")))

    response = connect(server).get("x")

    assert (response.json(), response.url) == ([2], other.url("/y?z=1"))


def test_a_write_is_not_sent_on(serve, connect):
    """A redirect of a POST may mean that it acted; it is not repeated elsewhere."""
    server = serve(reply(303, location="/api/y"))

    with pytest.raises(Unknown, match="a POST is not sent on"):
        connect(server).post("x")

    assert len(server.asked) == 1


def test_cookies_are_kept_where_that_is_wanted(serve, connect):
    """A session's cookie comes back with the next request, and only if asked for."""
    setting = reply(Set_Cookie="sid=s3cret; Path=/; HttpOnly")
    with_cookies, without = serve(setting), serve(setting)
    keeping, forgetting = connect(with_cookies, keep_cookies=True), connect(without)

    for client in (keeping, keeping, forgetting, forgetting):
        client.get("x")

    assert [asked.headers.get("cookie") for asked in with_cookies.asked] == [None, "sid=s3cret"]
    assert [asked.headers.get("cookie") for asked in without.asked] == [None, None]


def test_cookies_do_not_leave_their_origin(serve, connect):
    """A token server on another port gets no cookie of the system, and sets none."""
    tokens = serve(reply(body=b'{"access_token": "t", "expires_in": 0}', Set_Cookie="evil=1"))
    server = serve(reply(Set_Cookie="sid=1"))
    auth = ClientCredentials(tokens.url("/token"), "me", Secret("x"))
    client = connect(server, auth=auth, keep_cookies=True)

    client.get("x")
    client.get("x")

    assert [asked.headers.get("cookie") for asked in tokens.asked] == [None, None]
    assert [asked.headers.get("cookie") for asked in server.asked] == [None, "sid=1"]


def test_a_token_is_had_and_renewed(serve, connect):
    """Client credentials from end to end: fetched, refused once, fetched again."""
    numbers = iter(range(1, 9))

    def give(_asked, _connection):
        return reply(
            body=f'{{"access_token": "t{next(numbers)}", "token_type": "bearer"}}'.encode()
        )

    def check(asked, _connection):
        return reply(200 if asked.headers["authorization"] == "Bearer t2" else 401)

    tokens, server = serve(give), serve(check)
    auth = ClientCredentials(tokens.url("/token"), "me", Secret("x"), scope="all")

    assert connect(server, auth=auth).post("x").status == 200
    assert tokens.asked[0].body == b"grant_type=client_credentials&scope=all"
    assert [a.headers["authorization"] for a in server.asked] == ["Bearer t1", "Bearer t2"]


def test_wrong_credentials_are_unauthorised(serve, connect):
    """The first request says so."""
    with pytest.raises(Unauthorised, match="401 Unauthorized: who are you"):
        connect(serve(reply(401, b"who are you"))).get("x")


def test_pages_are_walked_by_link(serve, connect):
    """Each page is asked where the one before it says, in the base URL's own words."""
    server = serve(
        reply(body=b'{"data": [{"id": 1}]}', Link='<?p=2>; rel="next"'),
        reply(body=b'{"data": [{"id": 2}]}', Link='</api/c?p=3>; rel="next"'),
        reply(body=b'{"data": []}'),
    )
    client = connect(server)

    rows = [row for page in pages_by_link(client.get, "c?p=1") for row in page.records()]

    assert rows == [{"id": 1}, {"id": 2}]
    assert [asked.target for asked in server.asked] == ["/api/c?p=1", "/api/c?p=2", "/api/c?p=3"]


def test_who_finds_no_free_connection_in_time_is_told(serve, connect):
    """With one connection in use for long, the next request surely did not act."""
    arrived = threading.Event()

    def hold(_asked, _connection):
        arrived.set()
        server.stop.wait(0.2)
        return reply()

    server = serve(hold)
    client = connect(
        server,
        limits=Limits(connections_max=1),
        timeouts=Timeouts(pool=0.01),
        retries=Retries(attempts_max=1),
    )
    first = threading.Thread(target=client.get)
    first.start()
    arrived.wait(1)

    with pytest.raises(Unavailable, match=r"no free connection within 0.01 s"):
        client.post("x")

    server.stop.set()
    first.join()


def test_a_closed_client_sends_nothing(serve, connect):
    """It says so instead."""
    server = serve(reply())
    client = connect(server)
    client.get("x")
    client.close()

    with pytest.raises(Unavailable, match="this client is closed"):
        client.post("x")

    assert len(server.asked) == 1


def test_a_client_closed_under_way_reads_its_answer(serve, connect):
    """Who closes it while another thread waits does not take that thread's answer away."""
    arrived, statuses = threading.Event(), []

    def hold(_asked, _connection):
        arrived.set()
        server.stop.wait(0.02)
        return reply(201)

    server = serve(hold)
    client = connect(server)
    thread = threading.Thread(target=lambda: statuses.append(client.post("x").status))
    thread.start()
    arrived.wait(1)
    client.close()
    thread.join(2)

    assert statuses == [201]
    with pytest.raises(Unavailable, match="closed"):
        client.get("x")


@pytest.mark.parametrize(
    ("url", "path"),
    [
        (f"http://{'a' * 70}.example", "x"),
        ("http://127.0.0.1:1", "x\x00y"),
        ("http://127.0.0.1:1", "x" * 70_000),
    ],
    ids=["host", "character", "length"],
)
def test_a_url_that_cannot_be_used_is_unavailable(connect, clock, url, path):
    """Nothing was sent, and nothing is repeated."""
    with pytest.raises(Unavailable, match="cannot be sent as it is"):
        connect(url).post(path)

    assert clock.slept == []


def test_an_unknown_host_is_unavailable(connect, monkeypatch):
    """The sentence says that it is the name."""

    def unknown(*_args, **_kwargs):
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)

    with pytest.raises(Unavailable, match=r"the host's name is not known \(DNS\)"):
        connect("http://erp.invalid").post("x")


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody trusts who is not told to."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate, and is not installed")
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        [
            openssl,
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            key,
            "-out",
            cert,
            "-days",
            "2",
            "-subj",
            "/CN=127.0.0.1",
            "-addext",
            "subjectAltName=IP:127.0.0.1",
        ],
        check=True,
        capture_output=True,
    )
    return cert, key


@pytest.fixture
def plainly():
    """Start a server that says one thing to whatever it is told, and hangs up."""
    with contextlib.ExitStack() as stack:

        def start(said):
            listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))

            def answer():
                with contextlib.suppress(OSError):
                    while True:
                        connection, _ = listener.accept()
                        connection.recv(10_000)
                        connection.sendall(said)
                        connection.close()

            threading.Thread(target=answer, daemon=True).start()
            stack.callback(listener.shutdown, socket.SHUT_RDWR)
            return listener.getsockname()[1]

        yield start


@pytest.fixture
def tls_server(serve, certificate):
    """A server that speaks TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    return serve(reply(), tls=context)


def test_a_certificate_of_ones_own_authority_is_verified(tls_server, connect, certificate):
    """With the authority's certificate the system is trusted."""
    tls = ssl.create_default_context(cafile=certificate[0])

    assert connect(tls_server, tls=tls).get("x").status == 200


def test_a_certificate_that_nobody_vouches_for_is_not_trusted(tls_server, connect, clock):
    """It is said once, and nothing was sent."""
    with pytest.raises(Unavailable, match=r"its certificate is not trusted: self.signed"):
        connect(tls_server).post("x")

    assert (tls_server.asked, clock.slept) == ([], [])


def test_a_certificate_for_another_name_is_not_trusted(tls_server, connect, certificate):
    """The name is verified too."""
    tls = ssl.create_default_context(cafile=certificate[0])

    with pytest.raises(Unavailable, match="its certificate is not trusted: Hostname mismatch"):
        connect(f"https://localhost:{tls_server.port}", tls=tls).post("x")


def test_a_port_without_tls_is_told_apart(plainly, connect, clock):
    """A wrong port or scheme is the likely mistake, and the sentence asks about it."""
    port = plainly(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with pytest.raises(Unavailable, match=r"TLS failed \(.*\); is it an https port\?"):
        connect(f"https://127.0.0.1:{port}").post("x")

    assert clock.slept == []


def test_a_connection_that_ends_within_its_handshake_is_tried_again(plainly, connect, clock):
    """A server that is just starting may do that."""
    client = connect(f"https://127.0.0.1:{plainly(b'')}", retries=Retries(attempts_max=2))

    with pytest.raises(Unavailable, match="the connection ended while TLS was agreed on"):
        client.post("x")

    assert len(clock.slept) == 1


@pytest.fixture
def environment(monkeypatch):
    """No proxies but those the test names."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    return monkeypatch


def test_the_proxy_of_the_environment_is_used(serve, connect, environment):
    """As every other program does, with the proxy's own credentials."""
    proxy = serve(reply(body=b"[3]"))
    environment.setenv("http_proxy", f"http://bob:pw@127.0.0.1:{proxy.port}")

    assert connect("http://erp.example/api").get("x").json() == [3]
    assert proxy.asked[0].target == "http://erp.example/api/x"
    assert proxy.asked[0].headers["proxy-authorization"] == "Basic Ym9iOnB3"


def test_a_proxy_that_does_not_connect_is_unavailable(serve, connect, environment):
    """The system was never reached."""
    proxy = serve(reply(403, b""))
    environment.setenv("all_proxy", proxy.url())

    with pytest.raises(Unavailable, match="the proxy did not connect"):
        connect("https://erp.example", retries=Retries(attempts_max=1)).post("x")

    assert proxy.asked[0].method == "CONNECT"


def test_a_proxy_of_a_kind_that_is_not_installed_is_unavailable(connect, environment):
    """What the environment names cannot be used; nothing was sent."""
    environment.setenv("http_proxy", "socks5://127.0.0.1:1")

    with pytest.raises(Unavailable, match="cannot be sent as it is"):
        connect("http://erp.example").post("x")


def test_hosts_without_a_proxy_are_asked_directly(serve, connect, environment):
    """What the environment exempts, and this machine, are not asked through the proxy."""
    proxy, server = serve(reply(502)), serve(reply())
    environment.setenv("http_proxy", proxy.url())
    environment.setenv("no_proxy", "erp.example")
    environment.setattr(
        socket,
        "getaddrinfo",
        lambda *_args, **_kwargs: [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", server.port))
        ],
    )

    connect(server).get("x")
    connect(f"http://erp.example:{server.port}").get("x")

    assert (len(server.asked), proxy.asked) == (2, [])
    assert server.asked[1].headers["accept-encoding"] == "gzip"


SECRETS = {"s3ss10n", "t0k3n", "k3y", "c00kie", "l0cation"}


def test_no_secret_is_in_any_log_or_error(serve, connect, caplog):
    """With every logger at its most talkative, httpx and its parts included."""
    server = serve(
        reply(Set_Cookie="sid=c00kie"),
        drop,
        reply(401, b"k3y t0k3n s3ss10n", location="/?token=l0cation"),
    )
    client = connect(
        server,
        auth=ApiKey(Secret("k3y"), query="license"),
        keep_cookies=True,
        headers={"X-Session": Secret("s3ss10n"), "Authorization": "Bearer t0k3n"},
    )

    with caplog.at_level(logging.DEBUG):
        client.get("x")
        with pytest.raises(Unauthorised) as caught:
            client.get("x")

    error = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    frames = [str(frame.locals) for frame in error.stack[1:]]
    told = "\n".join([*caplog.messages, *frames, str(caught.value), repr(caught.value)])
    assert {record.name for record in caplog.records} >= {"erplink.http", "httpcore.http11"}
    assert "license=k3y" in server.asked[0].target
    assert {secret for secret in SECRETS if secret in told} == set()


def test_what_the_host_does_with_httpx_is_logged_as_ever(serve, connect, caplog):
    """Only our own exchanges are kept out of the log of httpx's parts."""
    import httpx  # noqa: PLC0415 (the host's own use of it)

    server = serve(reply(X_Mark="mark"))
    connect(server).get("x")

    with caplog.at_level(logging.DEBUG, logger="httpcore"), httpx.Client(trust_env=False) as client:
        client.get(server.url())

    assert any("mark" in message for message in caplog.messages)
