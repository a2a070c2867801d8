"""Claims: the issuer, the audience, the user and the times of a token must all be valid."""

import json
import time

import pytest
from harness.bearer import INVALID, NO_USER, assert_refused, send
from harness.identity import AUDIENCE, ISSUER, claims
from harness.keys import sign


def claim_attacks():
    now = int(time.time())
    yield "expired", {"exp": now - 1}
    yield "expires now, without leeway", {"exp": now}
    yield "expired long ago", {"exp": 0}
    yield "expired before time", {"exp": -1}
    for odd in (None, "9999999999", True, [now + 600], {}, 1e300, 1e19):
        yield f"exp {odd!r}", {"exp": odd}
    yield "not yet", {"nbf": now + 90}
    yield "issued in the future", {"iat": now + 90}
    for name in ("nbf", "iat"):
        for odd in (str(now), True, [], {}, 1e300):
            yield f"{name} {odd!r}", {name: odd}
    for issuer in (None, "", ISSUER + "/", ISSUER.upper(), ISSUER + " ", [ISSUER], 7, ISSUER[:-1], ISSUER + "\0"):
        yield f"iss {issuer!r}", {"iss": issuer}
    for audience in (
        None,
        "",
        [],
        "Janus",
        "janus ",
        ["elsewhere"],
        [["janus"]],
        {"janus": True},
        7,
        ["janus-admin", "x"],
        "janus,x",
    ):
        yield f"aud {audience!r}", {"aud": audience}
    for subject in (None, "", 7, True, ["user_one"], {"a": 1}, 1.5):
        yield f"sub {subject!r}", {"sub": subject}


def test_invalid_claims_are_refused(provider, service_on_sqlite):
    for case, changes in claim_attacks():
        for key in (provider.ec, provider.rsa):
            assert_refused(service_on_sqlite, sign(key, claims(**changes)), case, reason=True)


PAYLOADS = {
    "a list": b"[]",
    "text": b'"x"',
    "null": b"null",
    "empty": b"",
    "no JSON": b"sub=user_one",
    "two objects": b"{}{}",
    "not UTF-8": b'{"sub":"\xff"}',
    "exp NaN": b'{"iss":"%s","aud":"%s","sub":"u","exp":NaN}' % (ISSUER.encode(), AUDIENCE.encode()),
    "exp null": b'{"iss":"%s","aud":"%s","sub":"u","exp":null}' % (ISSUER.encode(), AUDIENCE.encode()),
    "a claim twice": b'{"iss":"%s","aud":"%s","sub":"u","sub":"v","exp":9999999999}'
    % (ISSUER.encode(), AUDIENCE.encode()),
    "a claim twice, once escaped": b'{"iss":"%s","aud":"%s","sub":"u","exp":1,"\\u0065xp":9999999999}'
    % (ISSUER.encode(), AUDIENCE.encode()),
    "too deep": b'{"iss":"%s","aud":"%s","sub":"u","exp":9999999999,"x":%s}'
    % (ISSUER.encode(), AUDIENCE.encode(), b"[" * 2000 + b"]" * 2000),
    "half a surrogate pair for a user": b'{"iss":"%s","aud":"%s","sub":"\\ud800","exp":9999999999}'
    % (ISSUER.encode(), AUDIENCE.encode()),
}


@pytest.mark.parametrize("case", PAYLOADS)
def test_payloads_that_are_not_claims_are_refused(provider, service_on_sqlite, case):
    answer = send(service_on_sqlite, sign(provider.ec, PAYLOADS[case]))
    assert answer.status == 401
    assert json.loads(answer.body)["detail"].startswith((INVALID, NO_USER))


GOOD = {
    "no nbf and no iat": {"nbf": None, "iat": None},
    "nbf within 30 s": {"nbf": 20},
    "iat within 30 s": {"iat": 20},
    "audiences": {"aud": ["elsewhere", AUDIENCE]},
    "fraction of a second": {"exp": 600.5},
    "unknown claims": {"roles": ["admin"], "x": {"a": [None]}},
}


@pytest.mark.parametrize("case", GOOD)
def test_valid_claims_are_accepted(provider, service_on_sqlite, case):
    changes = GOOD[case]
    for name in ("nbf", "iat", "exp"):
        if isinstance(changes.get(name), (int, float)):
            changes = changes | {name: time.time() + changes[name]}
    assert send(service_on_sqlite, provider.token(**changes)).status == 200


def test_valid_headers_are_accepted(provider, service_on_sqlite):
    for header in ({"typ": None}, {"typ": "jwt"}, {"typ": "at+jwt"}, {"x": {"a": 1}}):
        answer = send(service_on_sqlite, sign(provider.ec, claims(), **header))
        assert answer.status == 200, header


SUBJECTS = [
    "a",
    "ü",
    "e\u0301",
    "\u00e9",
    "../x",
    "a,b",
    "a b",
    "'; DROP TABLE browser_sessions; --",
    "\U0001f600",
    "u" * 255,
]


def test_users_differ_by_their_bytes(service):
    """No two of these see each other's sessions, even if a database or a string comparison considers them equal."""
    people = [service.user(subject) for subject in [*SUBJECTS, "A", "a ", " a"]]
    for person in people:
        person.create(description=str(len(person.token)))
    for person in people:
        assert person.names() == ["work"]
        assert person.get("/sessions/by-name/work").json["description"] == str(len(person.token))
    for person in people:
        (one,) = person.get("/sessions").json["sessions"]
        assert person.delete(f"/sessions/{one['id']}").status == 200


def test_a_user_id_longer_than_the_column_is_refused(service):
    answer = service.user("u" * 256).post({"name": "x", "domains": ["a"], "storage_state": {}})
    assert answer.status == 401, answer


def test_a_token_expires_during_a_connection(provider, service_on_sqlite):
    """A live connection does not extend a token's life."""
    ends = time.time() + 1.5
    token = provider.token(exp=ends)
    connection = service_on_sqlite.connection()
    seen = []
    while not seen or seen[-1] == 200:
        connection.request("GET", "/sessions", headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        seen.append(response.status)
        body = response.read()
        assert time.time() < ends + 5
    assert json.loads(body)["detail"] == f"{INVALID}: expired"
    connection.close()
    assert time.time() >= ends
