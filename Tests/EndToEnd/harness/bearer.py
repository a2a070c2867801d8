"""Tokens sent to the session service, and the only texts it may refuse them with."""

import json

from harness.wire import exchange, head

MISSING = "Missing Authorization header"
FORM = "Invalid Authorization header format. Expected: Bearer <token>"
INVALID = "Invalid authentication token"
NO_USER = "Token missing 'sub' claim"


def send(service, token):
    """The answer to a token, which may hold bytes that are not text."""
    fields = {"Authorization": f"Bearer {token}", "Connection": "close"}
    return exchange(service.port, head("/sessions", **fields))[0]


def assert_refused(service, token, case, reason=False):
    """Asserts a 401 that explains nothing, or after a good signature only the reason."""
    answer = send(service, token)
    assert answer.status == 401, (case, answer)
    assert answer["WWW-Authenticate"].startswith("Bearer"), case
    detail = json.loads(answer.body)["detail"]
    if reason:
        assert detail.startswith(f"{INVALID}: ") or detail == NO_USER, (case, detail)
    else:
        assert detail in (INVALID, FORM), (case, detail)
    assert all(part.encode() not in answer.body for part in token.split(".") if len(part) > 12), case
