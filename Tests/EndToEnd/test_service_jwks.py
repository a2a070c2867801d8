"""The key set: many requests share one fetch, a new key causes another, and the last keys serve while the provider is
down. No request waits for it without end."""

import concurrent.futures
import json
import time

import pytest
from harness import identity
from harness.identity import claims
from harness.keys import ECKey, RSAKey, hmac_with, sign
from harness.tokens import base64url

UNAVAILABLE = {"detail": "Unable to validate authentication token"}
PATIENCE = 60


@pytest.fixture
def service(own_service, own_provider):
    return own_service(identity=own_provider)


def ask(service, token):
    return service.request("GET", "/sessions", token=token, timeout=PATIENCE)


def test_the_key_set_is_fetched_once(service, own_provider):
    for _ in range(5):
        assert ask(service, own_provider.token()).status == 200
    assert own_provider.fetches == 1


def test_twenty_first_requests_share_one_fetch(own_service, own_provider):
    own_provider.answer = identity.held
    service = own_service(identity=own_provider)
    token = own_provider.token()
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        waiting = [pool.submit(ask, service, token) for _ in range(20)]
        own_provider.wait_for_fetches(1)
        assert service.request("GET", "/health").status == 200, "/health does not wait for the key set"
        own_provider.released.set()
        assert {one.result().status for one in waiting} == {200}
    assert own_provider.fetches == 1


def test_text_that_is_not_a_token_causes_no_fetch(service, own_provider):
    assert ask(service, own_provider.token()).status == 200
    fetches = own_provider.fetches
    for token in (None, "nonsense", "a.b.c", sign(ECKey("nobody-knows"), claims(), alg="none")):
        assert ask(service, token).status == 401
    assert own_provider.fetches == fetches


def test_an_unknown_key_causes_one_fetch(service, own_provider):
    assert ask(service, own_provider.token()).status == 200
    stranger = sign(ECKey("nobody-knows"), claims())
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: ask(service, stranger), range(30)))
    assert {answer.status for answer in answers} == {401}
    assert own_provider.fetches == 2
    for number in range(10):
        assert ask(service, sign(ECKey(f"nobody-{number}"), claims())).status == 401
    assert own_provider.fetches == 2, "at most once in 10 s"
    assert ask(service, own_provider.token()).status == 200


def test_a_rotated_key_replaces_the_old_one_at_once(service, own_provider):
    before = own_provider.token()
    assert ask(service, before).status == 200
    new = ECKey("ec-two")
    own_provider.keys = [new.jwk(), own_provider.rsa.jwk()]
    assert ask(service, own_provider.token(key=new)).status == 200
    assert ask(service, before).status == 401
    assert ask(service, own_provider.token(key=own_provider.rsa)).status == 200
    assert own_provider.fetches == 2


def test_a_key_set_expires(own_service, own_provider):
    service = own_service(identity=own_provider, SESSION_JWKS_TTL="1s")
    assert ask(service, own_provider.token()).status == 200
    revoked = own_provider.token()
    own_provider.keys = [own_provider.rsa.jwk()]
    deadline = time.monotonic() + PATIENCE
    while ask(service, revoked).status == 200:
        assert time.monotonic() < deadline, "a key removed from the set is refused before the deadline"
    assert ask(service, own_provider.token(key=own_provider.rsa)).status == 200


def down(provider):
    provider.stop()


FAULTS = {
    "down": down,
    "500": lambda provider: answers(provider, identity.fixed(b"broken", 500)),
    "404": lambda provider: answers(provider, identity.fixed(b"{}", 404)),
    "moved elsewhere": lambda provider: answers(
        provider, identity.fixed(b"", 302, Location="http://169.254.169.254/latest/meta-data/")
    ),
    "HTML": lambda provider: answers(
        provider, identity.fixed(b"<!doctype html><title>Sign in</title>", kind="text/html")
    ),
    "no JSON": lambda provider: answers(provider, identity.fixed(b'{"keys":[')),
    "a list": lambda provider: answers(provider, identity.fixed(b"[]")),
    "no keys in it": lambda provider: answers(provider, identity.fixed(b"{}")),
    "keys an object": lambda provider: answers(provider, identity.fixed(b'{"keys":{}}')),
    "nothing": lambda provider: answers(provider, identity.fixed(b"")),
    "too deep": lambda provider: answers(
        provider, identity.fixed(b'{"keys":' + b"[" * 100_000 + b"]" * 100_000 + b"}")
    ),
    "not UTF-8": lambda provider: answers(provider, identity.fixed(b'{"keys":["\xff"]}')),
    "32 MiB": lambda provider: answers(provider, identity.fixed(b'{"keys":["' + b"x" * (32 << 20) + b'"]}')),
    "without an end": lambda provider: answers(provider, identity.endless),
    "cut": lambda provider: answers(provider, identity.cut),
}


def answers(provider, how):
    provider.answer = how


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_provider_is_503(own_service, own_provider, fault):
    """503 while there are no keys. Other requests are answered, and no fault fills the memory."""
    FAULTS[fault](own_provider)
    service = own_service(identity=own_provider)
    answer = ask(service, own_provider.token())
    assert (answer.status, answer.json) == (503, UNAVAILABLE)
    assert service.request("GET", "/health").status == 200
    assert service.resident_bytes() < 128 << 20


@pytest.mark.parametrize("fault", ["down", "HTML"])
def test_a_provider_is_used_again_after_a_fault(own_service, own_provider, fault):
    token = own_provider.token()
    FAULTS[fault](own_provider)
    service = own_service(identity=own_provider)
    assert ask(service, token).status == 503
    if fault != "down":
        own_provider.stop()
    own_provider.answer = None
    own_provider.start()
    until(lambda: ask(service, token).status == 200, f"after {fault} it was never asked again")


def until(true, otherwise):
    """Repeats a request until the condition is true. Each request is an event of the service, so the test need not
    sleep."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, otherwise


@pytest.mark.parametrize("how", [identity.hanging, identity.dripping], ids=["silent", "slow body"])
def test_a_slow_fetch_ends_at_its_deadline(own_service, own_provider, how):
    own_provider.answer = how
    service = own_service(identity=own_provider)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(ask, service, own_provider.token()) for _ in range(4)]
        own_provider.wait_for_fetches(1)
        assert service.request("GET", "/health", timeout=5).status == 200
        for one in waiting:
            assert (one.result().status, one.result().json) == (503, UNAVAILABLE)
    assert own_provider.fetches <= 4


@pytest.mark.parametrize("fault", ["down", "500", "HTML"])
def test_held_keys_serve_while_the_provider_is_down(own_service, own_provider, fault):
    service = own_service(identity=own_provider, SESSION_JWKS_TTL="1s")
    assert ask(service, own_provider.token()).status == 200
    until = time.monotonic() + 2
    FAULTS[fault](own_provider)
    while time.monotonic() < until:
        assert ask(service, own_provider.token()).status == 200
        assert ask(service, own_provider.token(key=own_provider.rsa)).status == 200
    stranger = ask(service, sign(ECKey("nobody-knows"), claims()))
    assert stranger.status in (401, 503)


def test_a_slow_provider_does_not_delay_known_keys(own_service, own_provider):
    service = own_service(identity=own_provider)
    assert ask(service, own_provider.token()).status == 200
    own_provider.answer = identity.hanging
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        stranger = pool.submit(ask, service, sign(ECKey("nobody-knows"), claims()))
        own_provider.wait_for_fetches(2)
        for _ in range(20):
            assert ask(service, own_provider.token()).status == 200
        assert not stranger.done()
        own_provider.released.set()
        assert stranger.result().status in (401, 503)


def unusable(provider):
    """Keys that must not be used, by kid, each with a token it signed."""
    small, large, odd = RSAKey("small", 1024), ECKey("p384", "P-384"), ECKey("odd")
    for_encryption, nameless = ECKey("enc"), ECKey(None)
    secret = b"a-secret-shared-with-whoever-reads-the-key-set"
    return {
        "a shared secret": (
            {"kty": "oct", "kid": "oct", "alg": "HS256", "k": base64url(secret)},
            sign(provider.ec, claims(), hmac_with(secret), alg="HS256", kid="oct"),
        ),
        "RSA of 1024 bits": (small.jwk(), sign(small, claims())),
        "P-384": (large.jwk(), sign(large, claims())),
        "P-384 called ES256": (large.jwk(alg="ES256"), sign(large, claims(), alg="ES256")),
        "for encryption": (for_encryption.jwk(use="enc"), sign(for_encryption, claims())),
        "to encrypt only": (for_encryption.jwk(use=None, key_ops=["encrypt"]), sign(for_encryption, claims())),
        "without a kid": (nameless.jwk(), sign(nameless, claims())),
        "a point off the curve": (odd.jwk(y=odd.jwk()["x"]), sign(odd, claims())),
        "a point too short": (odd.jwk(x="AAAA"), sign(odd, claims())),
        "for another algorithm": (odd.jwk(alg="ES384"), sign(odd, claims())),
        "no type": (odd.jwk(kty=None), sign(odd, claims())),
        "an exponent of one": (small_exponent(provider, 1), sign(provider.rsa, claims(), kid="e")),
        "an even exponent": (small_exponent(provider, 2), sign(provider.rsa, claims(), kid="e")),
    }


def small_exponent(provider, exponent):
    return provider.rsa.jwk(kid="e", e=base64url(bytes([exponent])))


def test_unusable_keys_are_skipped(own_service, own_provider):
    """One at a time before the good ones: an unusable key is not used, and does not affect the others."""
    cases = unusable(own_provider)
    good = [own_provider.rsa.jwk(), own_provider.ec.jwk()]
    own_provider.keys = [*(key for key, _ in cases.values()), None, 7, "key", [], {}, *good]
    service = own_service(identity=own_provider)
    assert ask(service, own_provider.token()).status == 200
    assert ask(service, own_provider.token(key=own_provider.rsa)).status == 200
    for case, (_, token) in cases.items():
        assert ask(service, token).status == 401, case


def test_two_keys_of_one_kid_are_both_ignored(own_service, own_provider):
    """Neither of the two is used, and the other keys stay valid."""
    twin = ECKey("ec-one")
    own_provider.keys = [own_provider.ec.jwk(), twin.jwk(), own_provider.rsa.jwk()]
    service = own_service(identity=own_provider)
    for key in (own_provider.ec, twin):
        assert ask(service, own_provider.token(key=key)).status == 401
    assert ask(service, own_provider.token(key=own_provider.rsa)).status == 200


def test_a_set_without_keys_is_503(own_service, own_provider):
    own_provider.keys = []
    assert ask(own_service(identity=own_provider), own_provider.token()).status == 503


def test_a_set_of_many_keys_is_used(own_service, own_provider):
    filler = ECKey("filler")
    own_provider.keys = [*(filler.jwk(kid=f"k{number}") for number in range(90)), *own_provider.keys]
    assert ask(own_service(identity=own_provider), own_provider.token()).status == 200


def test_keys_with_few_fields_are_used(own_service, own_provider):
    """A key may lack `alg` and `use`, and may have unknown fields."""
    own_provider.keys = [
        own_provider.rsa.jwk(alg=None, use=None, x5t="abc", new={"a": 1}),
        own_provider.ec.jwk(alg=None, use=None, key_ops=["verify"]),
    ]
    service = own_service(identity=own_provider)
    for key in (own_provider.rsa, own_provider.ec):
        assert ask(service, own_provider.token(key=key)).status == 200


def test_the_default_audience_is_janus(own_service, own_provider):
    """The default is `janus`."""
    service = own_service(identity=own_provider, CHUTES_IDP_AUDIENCE=None)
    assert ask(service, own_provider.token()).status == 200
    assert ask(service, own_provider.token(aud="other")).status == 401


def test_the_log_names_the_cause_of_a_failed_fetch(own_service, own_provider):
    own_provider.answer = identity.fixed(b"a-body-that-is-no-business-of-a-log", 500)
    service = own_service(identity=own_provider)
    assert ask(service, own_provider.token()).status == 503
    assert "500" in service.wait_for_event("jwks_failed")["reason"]
    text = json.dumps(service.log.all())
    assert "no-business" not in text
