"""The one door to the addresses of others: what may be asked, and what never."""

import ast
import http.server
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contactcenter import egress
from contactcenter.egress import EgressFailed, EgressRefused, check_url, is_public, send
from tests.catalogue import ROOT, python_files
from tests.notifications.servers import certificate

pytestmark = pytest.mark.once

PUBLIC = "93.184.215.14"

# What the names of this table lead to.
NAMES = {
    "push.example": [PUBLIC],
    "push6.example": ["2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "both.example": [PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"],
    "localhost": ["127.0.0.1", "::1"],
    "localhost.": ["127.0.0.1"],
    "inside.example": ["10.1.2.3"],
    "docker.example": ["172.17.0.1"],
    "home.example": ["192.168.1.1"],
    "metadata.example": ["169.254.169.254"],
    "carrier.example": ["100.64.0.1"],
    "half.example": [PUBLIC, "127.0.0.1"],
    "mapped.example": ["::ffff:127.0.0.1"],
    "local6.example": ["fe80::1%eth0"],
}

REFUSED = [
    "http://push.example/",
    "http://push.example:443/",
    "ftp://push.example/",
    "file:///etc/passwd",
    "gopher://push.example/_GET",
    "//push.example/",
    "push.example",
    "",
    "https://",
    "https:///path",
    "https://push.example:8443/",
    "https://push.example:22/",
    "https://push.example:99999/",
    "https://push.example:0/",
    "https://somebody@push.example/",
    "https://push.example@127.0.0.1/",
    "https://push.example\\@127.0.0.1/",
    "https://push.example/\r\nHost: inside",
    "https://push.example/a b",
    "https://push.example/\x00",
    "https://pu\u015bh.example/",
    "https://push.example\uff0e/",
    "https://" + "a" * 3000 + ".example/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0x7f.1/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.1/",
    "https://172.16.0.1/",
    "https://172.31.255.255/",
    "https://192.168.0.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]/",
    "https://[fe80::1]/",
    "https://[fc00::1]/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]/",
    "https://[64:ff9b::7f00:1]/",
    "https://[2002:7f00:1::]/",
    "https://[2001:0:7f00:1::]/",
    "https://localhost/",
    "https://LOCALHOST/",
    "https://localhost./",
    "https://inside.example/",
    "https://docker.example/",
    "https://home.example/",
    "https://metadata.example/",
    "https://carrier.example/",
    "https://half.example/",
    "https://mapped.example/",
    "https://local6.example/",
]

ACCEPTED = [
    "https://push.example/",
    "https://PUSH.example/a?b=c",
    "https://push.example:443/a",
    "https://push6.example/",
    "https://both.example/",
    "https://93.184.215.14/",
    "https://[2606:2800:21f:cb07:6820:80da:af6b:8b2c]/",
]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """Names of this table's own; numbers are read by the system, in all the notations it knows."""
    known = dict(NAMES)
    system = socket.getaddrinfo

    def getaddrinfo(host: str, port: int, **options: Any) -> Any:
        if host in known:
            return [(0, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[host]]
        return system(host, port, **options | {"flags": socket.AI_NUMERICHOST})

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return known


@pytest.mark.parametrize("url", REFUSED)
def test_what_leads_inside_is_refused(names: Any, url: str) -> None:
    with pytest.raises(EgressRefused):
        check_url(url)
    with pytest.raises(EgressRefused):
        send("POST", url, body=b"secret")


@pytest.mark.parametrize("url", ACCEPTED)
def test_the_rest_of_the_world_may_be_asked(names: Any, url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("8.8.8.8", True),
        ("9.255.255.255", True),
        ("11.0.0.0", True),
        ("100.63.255.255", True),
        ("100.128.0.0", True),
        ("172.15.255.255", True),
        ("172.32.0.0", True),
        ("192.0.0.9", False),
        ("192.167.255.255", True),
        ("223.255.255.255", True),
        ("240.0.0.1", False),
        ("2a00:1450:401b::1", True),
        ("2001:db8::1", False),
        ("2001:200::1", True),
        ("3fff::1", False),
        ("4000::1", False),
        ("::", False),
    ],
)
def test_the_borders_of_the_special_networks(address: str, public: bool) -> None:
    assert is_public(ipaddress.ip_address(address)) is public


def test_a_name_server_that_never_answers_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go = threading.Event()
    monkeypatch.setattr(egress, "TIMEOUT", 0.2)
    monkeypatch.setattr(egress, "_lookups", threading.BoundedSemaphore(1))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *anything, **options: let_go.wait(10) and [])
    started = time.monotonic()

    with pytest.raises(EgressFailed, match="silent"):
        check_url("https://push.example/")
    # Nor do those who ask in the meantime make threads without end.
    with pytest.raises(EgressFailed, match="too many"):
        check_url("https://push.example/")

    assert time.monotonic() - started < 2
    let_go.set()
    for thread in threading.enumerate():
        if thread.name == "lookup":
            thread.join(5)


def test_a_name_nobody_knows_is_no_refusal(names: Any) -> None:
    """It may be known again in a minute."""
    with pytest.raises(EgressFailed):
        check_url("https://gone.example/")


def test_the_connection_goes_to_the_address_that_was_looked_at(
    names: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A name that answers "public" when it is looked at and "inside" when it is dialled gains nothing."""
    dialled: list[Any] = []

    def dial(address: Any, timeout: float) -> socket.socket:
        dialled.append(address)
        names["push.example"] = ["127.0.0.1"]
        raise OSError

    monkeypatch.setattr(socket, "create_connection", dial)
    with pytest.raises(EgressFailed):
        send("GET", "https://push.example/")

    assert dialled == [(PUBLIC, 443)]


# --- a server inside the house ------------------------------------------------------------------------------------


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.asked.append((self.path, self.headers["Host"]))  # type: ignore[attr-defined]
        if self.path == "/away":
            self.send_response(302)
            self.send_header("Location", "https://127.0.0.1/elsewhere")
            self.end_headers()
        elif self.path == "/slow":
            self.send_response(200)
            self.end_headers()
            for _ in range(40):
                self.wfile.write(b".")
                self.wfile.flush()
                time.sleep(0.05)
        elif self.path == "/large":
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"x" * 2_000_000)
        else:
            self.send_response(201)
            self.end_headers()
            self.wfile.write(b"taken")

    def log_message(self, *anything: Any) -> None:
        return


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Iterator[Any]:
    """An https server on this machine, opened by name."""
    files = certificate(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(files.certificate))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(files.certificate, files.key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    server.asked = []  # type: ignore[attr-defined]
    server.handle_error = lambda *anything: None  # type: ignore[method-assign]
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    settings.EGRESS_ALLOW = [f"localhost:{server.server_port}"]
    yield server
    server.shutdown()
    server.server_close()


def test_a_host_that_the_operator_named_is_asked_under_its_name(house: Any) -> None:
    answer = send("GET", f"https://localhost:{house.server_port}/a?b=c")

    assert (answer.status, answer.body) == (201, b"taken")
    assert house.asked == [("/a?b=c", f"localhost:{house.server_port}")]


def test_another_name_of_the_same_server_stays_closed(house: Any) -> None:
    with pytest.raises(EgressRefused):
        send("GET", f"https://127.0.0.1:{house.server_port}/")
    with pytest.raises(EgressRefused):
        send("GET", "https://localhost/")


def test_a_certificate_of_somebody_else_is_refused(house: Any, settings: Any) -> None:
    settings.EGRESS_ALLOW = ["127.0.0.1"]
    with pytest.raises(EgressFailed):
        send("GET", f"https://127.0.0.1:{house.server_port}/")
    assert house.asked == []


def test_a_redirect_is_an_answer_and_not_followed(house: Any) -> None:
    assert send("GET", f"https://localhost:{house.server_port}/away").status == 302
    assert len(house.asked) == 1


def test_an_answer_that_drips_is_cut(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(egress, "TIMEOUT", 0.3)
    started = time.monotonic()
    with pytest.raises(EgressFailed):
        send("GET", f"https://localhost:{house.server_port}/slow")
    assert time.monotonic() - started < 1.5


def test_an_answer_that_does_not_end_is_not_kept(house: Any) -> None:
    with pytest.raises(EgressFailed):
        send("GET", f"https://localhost:{house.server_port}/large")


# --- nobody goes round it -------------------------------------------------------------------------------------------

DOORS = {
    "socket", "ssl", "http.client", "urllib.request", "urllib3", "requests", "httpx", "aiohttp", "imaplib", "smtplib",
    "imapclient", "pywebpush",
}  # fmt: skip
# What listens on our own port; who names the errors of the operator's mail server; what only encrypts here.
KNOWN = {"contactcenter/egress.py", "contactcenter/launcher.py", "contactcenter/outbox.py", "agents/push.py"}


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module}
    return found


def test_no_other_module_opens_a_line_of_its_own() -> None:
    opening = {
        str(path.relative_to(ROOT))
        for path in python_files()
        if any(name in DOORS or name.partition(".")[0] in DOORS for name in imported(path))
    }

    assert opening == KNOWN
