"""A ticket replaces the token in a URL: opaque, for one use, for thirty seconds, and only for a token in a header."""

import concurrent.futures
import json
import time

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.wire import exchange, head, upgrade


def ask(proxy, target="/ticket", **fields):
    return exchange(proxy.port, head(target, method="POST", host=proxy.address, Content_Length="0", **fields))[0]


@pytest.fixture
def ticket(proxy):
    answer = ask(proxy, Authorization=f"Bearer {tokens.token()}")
    assert answer.status == 200
    assert "no-store" in answer["Cache-Control"]
    return json.loads(answer.body)


def test_a_ticket_opens_one_connection(proxy, ticket):
    assert ticket["expiresIn"] == 30
    assert (
        ticket["connectUrl"] == f"ws://{proxy.address}/?ticket={ticket['ticket']}"
        or ticket["connectUrl"] == f"ws://{proxy.address}?ticket={ticket['ticket']}"
    )
    target = f"/?ticket={ticket['ticket']}"
    with CDP(proxy.port, target) as client:
        assert client.call("Browser.getVersion")["protocolVersion"] == "1.3"
    refused, closed = exchange(proxy.port, upgrade(target))
    assert (refused.status, closed) == (401, True)


def test_a_ticket_is_opaque(ticket):
    assert "." not in ticket["ticket"]
    assert len(ticket["ticket"]) >= 22


def test_an_invented_ticket_is_refused(proxy):
    refused, _ = exchange(proxy.port, upgrade("/?ticket=" + "A" * 43))
    assert refused.status == 401


def test_a_token_in_the_query_gets_no_ticket(proxy):
    assert ask(proxy, f"/ticket?signingKey={tokens.token()}").status == 401


def test_a_ticket_gets_no_ticket(proxy, ticket):
    """Otherwise a ticket would be as good as the token, for ever."""
    assert ask(proxy, f"/ticket?ticket={ticket['ticket']}").status == 401
    with CDP(proxy.port, f"/?ticket={ticket['ticket']}") as client:
        assert client.call("Browser.getVersion")


def test_one_callers_tickets_do_not_displace_anothers(own_proxy, chromium):
    proxy = own_proxy(chromium.address)
    careful = {"Authorization": f"Bearer {tokens.token(userId='careful')}"}
    greedy = {"Authorization": f"Bearer {tokens.token(userId='greedy')}"}
    early = json.loads(ask(proxy, **careful).body)["ticket"]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: ask(proxy, **greedy).status, range(4400))) == {200}
    late = ask(proxy, **careful)
    assert late.status == 200
    for ticket in (early, json.loads(late.body)["ticket"]):
        with CDP(proxy.port, f"/?ticket={ticket}") as client:
            assert client.call("Browser.getVersion")


def test_a_ticket_ends_with_its_token(proxy):
    ticket = json.loads(ask(proxy, Authorization=f"Bearer {tokens.token(exp=int(time.time()) + 10)}").body)
    assert 8 <= ticket["expiresIn"] <= 10


def test_a_ticket_needs_a_credential(proxy):
    assert ask(proxy).status == 401
