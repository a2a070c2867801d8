"""Nothing reaches Chrome without a valid credential: every route, every way to send one, every reason to refuse it."""

import base64
import json
import time

import pytest
from harness import tokens
from harness.tokens import base64url, claims, sign
from harness.wire import WebSocket, Wire, exchange, get, head, upgrade

NOW = int(time.time())


def routes(chromium):
    """Every client route: the head with a credential's query, and the status with a valid one."""
    page, browser = chromium.page_id(), chromium.browser_id()
    upgrades = ["/", "/cdp", "/devtools/browser", f"/devtools/browser/{browser}", f"/devtools/page/{page}"]
    yield from ((upgrade, path, 101) for path in upgrades)
    discovery = ["/json/version", "/json/version/", "/json", "/json/", "/json/list", "/json/list/", "/json/protocol"]
    yield from ((head, path, 200) for path in [*discovery, f"/json/activate/{page}"])
    yield from ((head, path, 404) for path in ["/nowhere", "/jsonx", "/json/close/none", "/devtools/browser", "/etc"])
    yield (lambda target, **fields: head(target, method="PUT", **fields), "/json/new?about:blank", 200)
    yield (lambda target, **fields: head(target, method="POST", Content_Length="0", **fields), "/ticket", 200)


def statuses(proxy, make, path, **fields):
    response, _ = exchange(proxy.port, make(path, **fields))
    return response.status


def with_query(path, token):
    return f"{path}{'&' if '?' in path else '?'}signingKey={token}"


def test_every_route_with_none_a_bad_and_a_good_credential(proxy, chromium):
    bad = sign(claims(), key="another-key-of-more-than-32-characters")
    for make, path, status in routes(chromium):
        assert statuses(proxy, make, path) == 401, path
        assert statuses(proxy, make, path, Authorization=f"Bearer {bad}") == 401, path
        assert statuses(proxy, make, with_query(path, bad)) == 401, path
        assert answered(proxy, make(path, Authorization=f"Bearer {tokens.token()}")) == status, path
        if path != "/ticket":
            assert answered(proxy, make(with_query(path, tokens.token()))) == status, path


def answered(proxy, data):
    """The status line only: an upgraded connection would stay open."""
    with Wire(proxy.port) as wire:
        wire.send(data)
        return wire.response().status


def test_health_needs_no_credential(proxy):
    response = get(proxy.port, "/health")
    assert response.status == 200
    assert b'"status":"ok"' in response.body.replace(b" ", b"")


GOOD = tokens.token()
REFUSED = {
    "missing": ("missing", None),
    "not a token": ("malformed", "abc"),
    "two segments": ("malformed", GOOD.rpartition(".")[0]),
    "four segments": ("malformed", GOOD + ".x"),
    "padding": ("malformed", GOOD + "="),
    "empty signature": ("signature", GOOD.rpartition(".")[0] + "."),
    "stray character": ("malformed", GOOD.replace(".", ".!", 1)),
    "64 KiB": ("malformed", sign(claims(filler="x" * 65_536))),
    "algorithm none": ("algorithm", sign(claims(), header={"alg": "none"})),
    "algorithm HS384": ("algorithm", sign(claims(), header={"alg": "HS384"})),
    "algorithm in lower case": ("algorithm", sign(claims(), header={"alg": "hs256"})),
    "another type": ("malformed", sign(claims(), header={"alg": "HS256", "typ": "JWE"})),
    "crit": ("malformed", sign(claims(), header={"alg": "HS256", "crit": ["exp"]})),
    "a repeated header key": ("malformed", sign(claims(), header=b'{"alg":"HS256","alg":"HS256"}')),
    "another key": ("signature", sign(claims(), key="another-key-of-more-than-32-characters")),
    "changed claims": ("signature", ".".join([GOOD.split(".")[0], base64url(b"{}"), GOOD.split(".")[2]])),
    "a repeated claim": ("malformed", sign(b'{"exp":1,"exp":9999999999}')),
    "claims that are no object": ("malformed", sign(b"[]")),
    "expired": ("expired", sign(claims(exp=NOW - 1))),
    "no expiry": ("claims", sign(claims(exp=None))),
    "expiry that is text": ("claims", sign(claims(exp="9999999999"))),
    "not yet": ("not_yet_valid", sign(claims(nbf=NOW + 3600))),
    "issued in the future": ("not_yet_valid", sign(claims(iat=NOW + 3600))),
    "another issuer": ("issuer", sign(claims(iss="someone"))),
    "another audience": ("audience", sign(claims(aud=["elsewhere"]))),
    "no session": ("claims", sign(claims(sessionId=None))),
    "no project": ("claims", sign(claims(projectId=""))),
    "subject of another session": ("claims", sign(claims(sub="sess_two"))),
    "stored session without a user": ("claims", sign(claims(browserSession="work"))),
    "another address": ("ip_mismatch", sign(claims(ipAddress="192.0.2.1"))),
}


@pytest.fixture
def watched(own_proxy, chromium):
    return own_proxy(chromium.address)


def test_each_refusal_is_one_line_and_one_counter_with_its_reason(watched):
    for case, (reason, token) in REFUSED.items():
        before = watched.metric("cdp_proxy_tokens_rejected_total", reason=reason)
        lines = len(watched.events("token_rejected"))
        fields = {} if token is None else {"Authorization": f"Bearer {token}"}
        response, closed = exchange(watched.port, upgrade("/", **fields))
        if case == "64 KiB":
            assert response.status in (401, 431)
        else:
            assert (response.status, closed) == (401, True), case
            assert response["WWW-Authenticate"].startswith("Bearer"), case
            assert b'"error":"unauthorized"' in response.body, case
            assert watched.metric("cdp_proxy_tokens_rejected_total", reason=reason) == before + 1, case
            request = json.loads(response.body)["requestId"]
            assert watched.wait_for_event("token_rejected", requestId=request)["reason"] == reason, case
            assert len(watched.events("token_rejected")) == lines + 1, case
    watched.terminate()
    text = "\n".join(map(str, watched.stop()))
    for _, token in REFUSED.values():
        if token and "." in token:
            assert token.split(".")[1][:40] not in text
            assert token.split(".")[-1] not in text or token.split(".")[-1] in ("", "x")


def test_a_refusal_is_explained_only_after_a_good_signature(proxy):
    def body(token):
        return get(proxy.port, "/json/version", Authorization=f"Bearer {token}").body

    assert b"error_description" in body(sign(claims(exp=NOW - 1)))
    assert b"error_description" not in body(sign(claims(exp=NOW - 1), key="another-key-of-more-than-32-characters"))
    assert b"error_description" not in body("abc")


def test_two_credentials_of_a_kind_are_refused(proxy):
    good, other = tokens.token(), tokens.token(jti="other")
    assert get(proxy.port, f"/json/version?signingKey={good}&signingKey={other}").status == 401
    assert get(proxy.port, "/json/version", Authorization=[f"Bearer {good}", f"Bearer {other}"]).status == 401


def test_an_identical_repeated_credential_counts_once(proxy):
    """Clients append their query to an address that already has it."""
    good = tokens.token()
    assert get(proxy.port, f"/json/version?signingKey={good}&signingKey={good}").status == 200
    assert get(proxy.port, "/json/version", Authorization=[f"Bearer {good}"] * 2).status == 200
    WebSocket(proxy.port, f"/?signingKey={good}&x=1&signingKey={good}").close()


def basic(pair):
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


@pytest.mark.parametrize("form", ["user:{}", ":{}", "{}:"])
def test_a_basic_password_is_a_credential(proxy, form):
    """Clients send it for ws://user:password@host."""
    good = basic(form.format(tokens.token()))
    assert get(proxy.port, "/json/version", **good).status == 200
    WebSocket(proxy.port, "/", **good).close()
    answer, _ = exchange(proxy.port, head("/ticket", method="POST", Content_Length="0", **good))
    ticket = json.loads(answer.body)["ticket"]
    WebSocket(proxy.port, "/", **basic(form.format(ticket))).close()
    bad = basic(form.format(sign(claims(), key="another-key-of-more-than-32-characters")))
    assert get(proxy.port, "/json/version", **bad).status == 401


def test_a_basic_password_for_another_hop_is_ignored(proxy):
    assert get(proxy.port, f"/json/version?signingKey={tokens.token()}", **basic("user:password")).status == 200
    assert get(proxy.port, "/json/version", **basic("user:password")).status == 401


@pytest.mark.parametrize("carried", [{"X_API_Key": "flybrowser_x"}, "?apiKey=flybrowser_x", basic("u:flybrowser_x")])
def test_an_api_key_has_a_reason_of_its_own(watched, carried):
    """In each of its forms. This proxy knows no API key."""
    target, fields = (f"/json/version{carried}", {}) if isinstance(carried, str) else ("/json/version", carried)
    assert get(watched.port, target, **fields).status == 401
    assert watched.metric("cdp_proxy_tokens_rejected_total", reason="api_key") == 1


def test_the_header_overrides_the_query(proxy):
    good, bad = tokens.token(), sign(claims(exp=NOW - 1))
    assert get(proxy.port, f"/json/version?signingKey={bad}", Authorization=f"Bearer {good}").status == 200
    assert get(proxy.port, f"/json/version?signingKey={good}", Authorization=f"Bearer {bad}").status == 401


def test_only_the_start_of_a_token_has_leeway(proxy):
    soon = sign(claims(nbf=int(time.time()) + 20, iat=int(time.time()) + 20))
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {soon}").status == 200


def test_the_clients_own_address_is_accepted(proxy):
    own = tokens.token(ipAddress="127.0.0.1")
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {own}").status == 200


def test_the_address_check_can_be_switched_off(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_CHECK_IP="off")
    other = tokens.token(ipAddress="192.0.2.1")
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {other}").status == 200


def test_origin_is_refused_unless_listed(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_ALLOWED_ORIGINS="https://tool.example")
    fields = {"Authorization": f"Bearer {tokens.token()}"}
    refused, closed = exchange(proxy.port, upgrade("/", Origin="https://page.example", **fields))
    assert (refused.status, closed) == (403, True)
    assert proxy.metric("cdp_proxy_tokens_rejected_total", reason="origin") == 1
    assert b"https://page.example" in refused.body and b"CDP_PROXY_ALLOWED_ORIGINS" in refused.body
    assert proxy.wait_for_event("token_rejected", reason="origin")["origin"] == "https://page.example"
    refused, _ = exchange(proxy.port, upgrade("/", Origin="null", **fields))
    assert refused.status == 403
    WebSocket(proxy.port, "/", Origin="https://tool.example", **fields).close()


def test_a_containers_session_id_must_match_the_token(own_proxy, chromium):
    proxy = own_proxy(chromium.address, SESSION_ID="sess_one")
    assert get(proxy.port, "/json/version", Authorization=f"Bearer {tokens.token()}").status == 200
    other = tokens.token(sub="sess_two", sessionId="sess_two")
    refused = get(proxy.port, "/json/version", Authorization=f"Bearer {other}")
    assert refused.status == 401
    assert b"error_description" in refused.body
    assert proxy.metric("cdp_proxy_tokens_rejected_total", reason="session_mismatch") == 1


@pytest.mark.parametrize("identity", [{"jti": "one"}, {"nonce": "one"}, {}])
def test_a_token_for_one_use_admits_once(own_proxy, chromium, identity):
    proxy = own_proxy(chromium.address, CDP_PROXY_TOKEN_USE="once")
    fields = {"Authorization": f"Bearer {tokens.token(**identity)}"}
    assert get(proxy.port, "/json/version", **fields).status == 200
    WebSocket(proxy.port, "/", **fields).close()
    refused, _ = exchange(proxy.port, upgrade("/", **fields))
    assert refused.status == 401
    assert proxy.metric("cdp_proxy_tokens_rejected_total", reason="replayed") == 1
    WebSocket(proxy.port, "/", Authorization=f"Bearer {tokens.token(jti='another')}").close()


def test_a_failed_handshake_does_not_spend_the_token(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_TOKEN_USE="once")
    fields = {"Authorization": f"Bearer {tokens.token()}"}
    refused, _ = exchange(proxy.port, upgrade(f"/devtools/page/{'0' * 32}", **fields))
    assert refused.status == 404
    WebSocket(proxy.port, "/", **fields).close()


@pytest.mark.parametrize(
    "origin", ["chrome-extension://abcdefghijklmnopabcdefghijklmnop", "devtools://devtools", "https://a.example:8443"]
)
def test_an_extension_or_devtools_origin_may_be_listed(own_proxy, chromium, origin):
    proxy = own_proxy(chromium.address, CDP_PROXY_ALLOWED_ORIGINS=f"https://other.example,{origin}")
    fields = {"Authorization": f"Bearer {tokens.token()}"}
    WebSocket(proxy.port, "/", Origin=origin, **fields).close()
    refused, _ = exchange(proxy.port, upgrade("/", Origin=f"{origin}x", **fields))
    assert refused.status == 403
