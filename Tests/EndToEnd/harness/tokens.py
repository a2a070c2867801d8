"""HS256 tokens made with only the standard library, so that the signer shares no code with the verifier under test."""

import base64
import hashlib
import hmac
import json
import time

KEY = "end-to-end-signing-key-of-44-characters-long"


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def claims(**changes):
    """Valid claims with `changes`; None leaves a claim out."""
    now = int(time.time())
    good = {
        "iss": "wallcrawler",
        "sub": "sess_one",
        "aud": ["cdp-access"],
        "exp": now + 600,
        "iat": now,
        "nbf": now,
        "sessionId": "sess_one",
        "projectId": "proj_one",
    }
    return {name: value for name, value in (good | changes).items() if value is not None}


def sign(payload, key=KEY, header=None):
    """A token over `payload`: a dictionary, or raw bytes."""
    header = {"alg": "HS256", "typ": "JWT"} if header is None else header
    text = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    signed = f"{base64url(head)}.{base64url(text)}"
    mac = hmac.new(key.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{base64url(mac)}"


def token(**changes):
    """A valid token with `changes` to its claims."""
    return sign(claims(**changes))


def session_query(**changes):
    """The query of a token for user_one's stored session `work`, with `changes` to its claims."""
    return f"?signingKey={token(**({'userId': 'user_one', 'browserSession': 'work'} | changes))}"
