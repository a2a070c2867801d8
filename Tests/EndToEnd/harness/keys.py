"""Keys of an identity provider: their JSON Web Keys, and tokens signed by hand so that tests can make hostile ones."""

import hashlib
import hmac
import json

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from harness.tokens import base64url

SHA256 = hashes.SHA256()
CURVES = {"P-256": (ec.SECP256R1(), "ES256"), "P-384": (ec.SECP384R1(), "ES384")}


def number(value, size=None):
    return base64url(value.to_bytes(size or (value.bit_length() + 7) // 8, "big"))


class RSAKey:
    """An RSA key that signs RS256."""

    algorithm = "RS256"

    def __init__(self, kid, bits=2048):
        self.kid = kid
        self.private = rsa.generate_private_key(65537, bits)

    def jwk(self, **changes):
        public = self.private.public_key().public_numbers()
        good = {"kty": "RSA", "kid": self.kid, "use": "sig", "alg": "RS256"}
        return without_none(good | {"n": number(public.n), "e": number(public.e)} | changes)

    def public(self, encoding, form=serialization.PublicFormat.SubjectPublicKeyInfo):
        return self.private.public_key().public_bytes(encoding, form)

    def signature(self, text, digest=SHA256):
        return self.private.sign(text, padding.PKCS1v15(), digest)

    def pss(self, text):
        return self.private.sign(text, padding.PSS(padding.MGF1(SHA256), SHA256.digest_size), SHA256)


class ECKey:
    """A key on P-256 (or P-384) that signs ES256."""

    def __init__(self, kid, curve="P-256"):
        self.kid, self.curve = kid, curve
        self.private = ec.generate_private_key(CURVES[curve][0])
        self.algorithm = CURVES[curve][1]
        self.size = (self.private.key_size + 7) // 8

    def jwk(self, **changes):
        public = self.private.public_key().public_numbers()
        point = {"x": number(public.x, self.size), "y": number(public.y, self.size)}
        good = {"kty": "EC", "kid": self.kid, "use": "sig", "alg": self.algorithm, "crv": self.curve}
        return without_none(good | point | changes)

    def der(self, text):
        return self.private.sign(text, ec.ECDSA(SHA256))

    def signature(self, text):
        return b"".join(part.to_bytes(self.size, "big") for part in decode_dss_signature(self.der(text)))


def without_none(values):
    return {name: value for name, value in values.items() if value is not None}


def hmac_with(secret):
    """Returns a signer of HS256."""
    return lambda text: hmac.new(secret, text, hashlib.sha256).digest()


def sign(key, payload, signer=None, **header):
    """A token over `payload` (a dictionary, or raw bytes). `header` changes the header's fields."""
    fields = without_none({"alg": key.algorithm, "typ": "JWT", "kid": key.kid} | header)
    return signed(json.dumps(fields).encode(), payload, signer or key.signature)


def signed(header, payload, signer):
    """A token with these header bytes and this payload, signed by `signer`."""
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    unsigned = f"{base64url(header)}.{base64url(text)}"
    return f"{unsigned}.{base64url(signer(unsigned.encode()))}"
