"""Only a valid token of the identity provider gets access: every known kind of hostile token is 401."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from harness.bearer import FORM, INVALID, MISSING, assert_refused, send
from harness.identity import claims
from harness.keys import ECKey, RSAKey, hmac_with, sign, signed
from harness.tokens import base64url
from harness.wire import exchange, head

PEM, DER = serialization.Encoding.PEM, serialization.Encoding.DER
PKCS1 = serialization.PublicFormat.PKCS1


@pytest.mark.parametrize("algorithm", ["rsa", "ec"])
def test_a_valid_token_of_either_algorithm_is_accepted(provider, service_on_sqlite, algorithm):
    assert send(service_on_sqlite, provider.token(key=getattr(provider, algorithm))).status == 200


def header_cases(service):
    token = service.provider.token()
    yield {}, MISSING
    yield {"Authorization": ""}, MISSING
    yield {"Cookie": f"Authorization=Bearer {token}"}, MISSING
    for value in ("Bearer", token, f"Basic {token}", f"Bearer {token} {token}", f"Token {token}", f"Bearer{token}"):
        yield {"Authorization": value}, FORM
    yield {"Authorization": f"Bearer {token},"}, INVALID
    yield {"Authorization": "Bearer ,"}, INVALID


def test_a_malformed_header_is_refused(service_on_sqlite):
    for fields, detail in header_cases(service_on_sqlite):
        answer = exchange(service_on_sqlite.port, head("/sessions", Connection="close", **fields))[0]
        assert answer.status == 401, fields
        assert answer["WWW-Authenticate"].startswith("Bearer")
        assert json.loads(answer.body) == {"detail": detail}, fields


def test_the_scheme_matches_in_any_case(provider, service_on_sqlite):
    for scheme in ("bearer", "BEARER", "BeArEr"):
        answer = service_on_sqlite.request("GET", "/sessions", Authorization=f"{scheme} {provider.token()}")
        assert answer.status == 200


def test_two_authorization_headers_are_refused(provider, service_on_sqlite):
    both = [f"Bearer {provider.token('user_one')}", f"Bearer {provider.token('user_two')}"]
    answer = exchange(service_on_sqlite.port, head("/sessions", Authorization=both, Connection="close"))[0]
    assert answer.status == 401


def test_a_token_in_the_query_is_ignored(provider, service_on_sqlite):
    for name in ("token", "access_token", "signingKey"):
        assert service_on_sqlite.request("GET", f"/sessions?{name}={provider.token()}").status == 401


def test_every_route_needs_a_token(service_on_sqlite):
    stranger = sign(ECKey("ec-one"), claims())
    for method, path in [
        *[("POST", "/sessions"), ("GET", "/sessions"), ("GET", "/sessions/x"), ("GET", "/sessions/x/state")],
        *[("PUT", "/sessions/x"), ("DELETE", "/sessions/x"), ("GET", "/sessions/by-name/x")],
    ]:
        body = b"not even JSON" if method in ("POST", "PUT") else None
        for token in (None, stranger):
            answer = service_on_sqlite.request(method, path, body if body else b"", token=token)
            assert answer.status == 401, (method, path)


def text_cases(good):
    header, payload, signature = good.split(".")
    yield from {
        "empty": "",
        "one segment": "abc",
        "two segments": f"{header}.{payload}",
        "four segments": good + ".x",
        "three points": f"{header}.{payload}.{signature}.",
        "points only": "..",
        "five segments": f"{header}.AA.AA.AA.AA",
        "empty header": f".{payload}.{signature}",
        "empty payload": f"{header}..{signature}",
        "padding on the header": f"{header}=.{payload}.{signature}",
        "padding on the payload": f"{header}.{payload}=.{signature}",
        "padding on the signature": good + "=",
        "two of padding": good + "==",
        "standard alphabet": f"{header}.{payload}.{signature[:-3]}+/A",
        "stray bits in the signature": good[:-1] + stray_bit(good[-1]),
        "a length no encoding has": f"{header}.{payload}.{signature}AAA",
        "not ASCII": good[:-1] + "\xe9",
        "percent-encoded": good.replace(".", "%2E"),
        "JSON serialization": json.dumps({"payload": payload, "signatures": []}).replace(" ", ""),
        "64 KiB": "a" * 65_536,
        "4,000 points": "." * 4_000,
        "signature of zeros": f"{header}.{payload}.{'A' * 86}",
        "signature cut": good[:-4],
        "signature longer": good + "AAAA",
        "no signature": f"{header}.{payload}.",
    }.items()


def stray_bit(letter):
    """The letter with its last bit set, which encodes nothing."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return alphabet[alphabet.index(letter) | 1]


@pytest.mark.parametrize("kind", ["rsa", "ec"])
def test_text_that_is_not_a_token_is_refused(provider, service_on_sqlite, kind):
    good = provider.token(key=getattr(provider, kind))
    for case, token in text_cases(good):
        if case == "64 KiB":
            assert send(service_on_sqlite, token).status in (400, 401, 431)
        else:
            assert_refused(service_on_sqlite, token, case)


def header_attacks(provider):
    rsa, ec = provider.rsa, provider.ec
    good = claims()
    yield "none", sign(ec, good, lambda _: b"", alg="none")
    for spelling in ("None", "NONE", "nOnE", "", "es256", "ES256 ", "ES384", "PS256", "RS512", "HS512", "EdDSA", "dir"):
        yield f"alg {spelling!r}", sign(ec, good, alg=spelling)
    yield "no alg", sign(ec, good, alg=None)
    yield "alg a list", sign(ec, good, alg=["ES256"])
    yield "alg a number", sign(ec, good, alg=256)
    yield "ALG", signed(b'{"ALG":"ES256","kid":"ec-one"}', good, ec.signature)
    for name, secret in hmac_secrets(rsa, ec).items():
        kid = ec.kid if name.startswith("EC") else rsa.kid
        yield f"HS256 with {name}", sign(rsa, good, hmac_with(secret), alg="HS256", kid=kid)
        yield f"RS256 with {name} as HMAC", sign(rsa, good, hmac_with(secret), kid=kid)
    yield "RS256 over the EC key", sign(rsa, good, kid=ec.kid)
    yield "ES256 over the RSA key", sign(ec, good, kid=rsa.kid)
    yield "RS256 said, ES256 made", sign(ec, good, alg="RS256", kid=rsa.kid)
    yield "ES256 said, RS256 made", sign(rsa, good, alg="ES256", kid=ec.kid)
    yield "ES256 in DER", sign(ec, good, ec.der)
    yield "ES256 all zeros", sign(ec, good, lambda _: bytes(64))
    yield "ES256 r of n", sign(ec, good, lambda _: P256_ORDER.to_bytes(32, "big") * 2)
    yield "PSS as RS256", sign(rsa, good, rsa.pss)
    yield "SHA-512 as RS256", sign(rsa, good, lambda text: rsa.signature(text, hashes.SHA512()))
    yield "SHA-1 as RS256", sign(rsa, good, lambda text: rsa.signature(text, hashes.SHA1()))


P256_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def hmac_secrets(rsa, ec):
    """The texts of public keys that a confused verifier could use as a shared secret."""
    return {
        "nothing": b"",
        "the RSA key in PEM": rsa.public(PEM),
        "the RSA key in PEM, stripped": rsa.public(PEM).strip(),
        "the RSA key in PKCS 1 PEM": rsa.public(PEM, PKCS1),
        "the RSA key in DER": rsa.public(DER),
        "the RSA key in PKCS 1 DER": rsa.public(DER, PKCS1),
        "n as text": rsa.jwk()["n"].encode(),
        "n as bytes": base64.urlsafe_b64decode(rsa.jwk()["n"] + "=="),
        "the JWK": json.dumps(rsa.jwk()).encode(),
        "EC x as text": ec.jwk()["x"].encode(),
        "EC x as bytes": base64.urlsafe_b64decode(ec.jwk()["x"] + "=="),
    }


def key_attacks(provider):
    ec = provider.ec
    own_ec, own_rsa = ECKey("ec-one"), RSAKey("rsa-one")
    good = claims()
    yield "another EC key under our kid", sign(own_ec, good)
    yield "another RSA key under our kid", sign(own_rsa, good)
    yield "another key with its jwk", sign(own_ec, good, jwk=own_ec.jwk())
    yield "another RSA key with its jwk", sign(own_rsa, good, jwk=own_rsa.jwk())
    for name in ("jku", "x5u"):
        yield f"another key with {name}", sign(own_ec, good, **{name: provider.url})
    yield (
        "another key with x5c",
        sign(
            own_ec,
            good,
            x5c=[
                base64.b64encode(
                    own_ec.private.public_key().public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
                ).decode()
            ],
        ),
    )
    yield "no kid", sign(ec, good, kid=None)
    for kid in (
        "",
        "EC-ONE",
        "ec-one ",
        "../ec-one",
        "ec-one\x00",
        "' OR 1=1",
        "/dev/null",
        ["ec-one"],
        1,
        {"kid": "ec-one"},
    ):
        yield f"kid {kid!r}", signed(json.dumps({"alg": "ES256", "kid": kid}).encode(), good, ec.signature)
    yield "crit", sign(ec, good, crit=["exp"])
    yield "crit b64", sign(ec, good, crit=["b64"], b64=False)
    yield "crit empty", sign(ec, good, crit=[])
    yield "another type", sign(ec, good, typ="JWE")
    yield "zip", sign(ec, good, crit=["zip"], zip="DEF")
    for name, header in {
        "alg twice": b'{"alg":"ES256","alg":"ES256","kid":"ec-one"}',
        "alg twice, once escaped": b'{"alg":"none","\\u0061lg":"ES256","kid":"ec-one"}',
        "kid twice": b'{"alg":"ES256","kid":"ec-one","kid":"ec-one"}',
        "header a list": b'["ES256"]',
        "header null": b"null",
        "header with something behind": b'{"alg":"ES256","kid":"ec-one"} x',
        "header not UTF-8": b'{"alg":"ES256","kid":"ec-one","x":"\xff"}',
        "header in single quotes": b"{'alg':'ES256','kid':'ec-one'}",
    }.items():
        yield name, signed(header, good, ec.signature)


def test_confused_headers_keys_and_algorithms_are_refused(provider, service_on_sqlite):
    assert send(service_on_sqlite, sign(provider.rsa, claims(), jku=provider.url, x="y")).status == 200, (
        "what is unknown is ignored"
    )
    for attacks in (header_attacks, key_attacks):
        for case, token in attacks(provider):
            assert_refused(service_on_sqlite, token, case)


def test_no_address_in_a_token_is_fetched(own_provider, service_on_sqlite):
    key = ECKey("ec-one")
    for name in ("jku", "x5u"):
        assert_refused(service_on_sqlite, sign(key, claims(), **{name: own_provider.url}), name)
    assert_refused(service_on_sqlite, sign(key, claims(iss=own_provider.url)), "iss")
    assert own_provider.fetches == 0


def test_changed_claims_are_refused(provider, service_on_sqlite):
    for kind in (provider.rsa, provider.ec):
        header, payload, signature = provider.token(key=kind).split(".")
        other = base64url(json.dumps(claims(sub="user_two")).encode())
        assert_refused(service_on_sqlite, f"{header}.{other}.{signature}", "claims")
        spelled = base64url(json.dumps({"alg": kind.algorithm, "kid": kind.kid}).encode())
        assert_refused(service_on_sqlite, f"{spelled}.{payload}.{signature}", "header")
