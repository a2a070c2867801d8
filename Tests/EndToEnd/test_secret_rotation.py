"""How the proxy keeps the signing key: one fetch for all clients, rotation, and the key that serves without AWS.

No Chrome runs here: an accepted token gets a ticket, which asks nothing of Chrome.
"""

import concurrent.futures
import contextlib
import re
import time
from functools import partial

import pytest
from harness import aws, tokens
from harness.proxy import Proxy
from harness.wire import exchange, head

FIRST, SECOND = "first-signing-key-of-32-bytes-000", "second-signing-key-of-32-bytes-00"
BAD = "another-key-that-nobody-knows-000"


@contextlib.contextmanager
def running(folder, values):
    proxy = Proxy(folder, "127.0.0.1:9", **values)
    try:
        yield proxy
    finally:
        proxy.stop()


def status_with(proxy, key):
    """The status for a client with a token signed with `key`."""
    bearer = f"Bearer {tokens.sign(tokens.claims(), key)}"
    asking = head("/ticket", method="POST", Authorization=bearer, Content_Length="0", Connection="close")
    return exchange(proxy.port, asking)[0].status


def test_many_clients_share_one_fetch(manager, recorder, tmp_path):
    with running(tmp_path, aws.variables(aws.make_secret(manager, FIRST), recorder)) as proxy:
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            assert set(pool.map(partial(status_with, proxy), [FIRST] * 40)) == {200}
        assert recorder.stages().count("AWSCURRENT") == 1
        assert proxy.metric("cdp_proxy_secret_fetches_total", result="ok") == 1
        assert 0 <= proxy.metric("cdp_proxy_secret_age_seconds") < 60


def test_a_rotation_is_seen_at_once_and_the_previous_key_overlaps(manager, recorder, tmp_path):
    arn = aws.make_secret(manager, FIRST)
    with running(tmp_path, aws.variables(arn, recorder)) as proxy:
        assert status_with(proxy, FIRST) == 200
        manager.put_secret_value(SecretId=arn, SecretString=SECOND)
        assert status_with(proxy, SECOND) == 200
        assert status_with(proxy, FIRST) == 200
        assert recorder.stages() == ["AWSCURRENT", "AWSPREVIOUS"] * 2


def test_without_an_overlap_the_previous_key_is_refused(manager, recorder, tmp_path):
    arn = aws.make_secret(manager, FIRST)
    with running(tmp_path, aws.variables(arn, recorder, CDP_PROXY_SECRET_OVERLAP="0s")) as proxy:
        assert status_with(proxy, FIRST) == 200
        manager.put_secret_value(SecretId=arn, SecretString=SECOND)
        assert status_with(proxy, SECOND) == 200
        assert status_with(proxy, FIRST) == 401
        assert set(recorder.stages()) == {"AWSCURRENT"}


def test_bad_signatures_cause_one_fetch_in_ten_seconds(manager, recorder, tmp_path):
    with running(tmp_path, aws.variables(aws.make_secret(manager, FIRST), recorder)) as proxy:
        assert status_with(proxy, FIRST) == 200
        with concurrent.futures.ThreadPoolExecutor(20) as pool:
            assert set(pool.map(partial(status_with, proxy), [BAD] * 60)) <= {401, 429}
        assert recorder.stages().count("AWSCURRENT") == 2
        assert not any(BAD in line or FIRST in line for line in map(str, proxy.log.all()))


def status_becomes(proxy, recorder, answer, status):
    """Whether a good token gets this status after Secrets Manager has given this answer."""
    with recorder.changed:
        recorder.answer = answer
        count = len(recorder.requests)
        assert recorder.changed.wait_for(lambda: len(recorder.requests) > count, timeout=30)
    deadline = time.monotonic() + 10
    while status_with(proxy, FIRST) != status:
        if time.monotonic() > deadline:
            return False
    return True


def test_the_last_key_serves_while_aws_is_down_but_not_after_a_denial(manager, recorder, tmp_path):
    with running(
        tmp_path, aws.variables(aws.make_secret(manager, FIRST), recorder, CDP_PROXY_SECRET_TTL="1s")
    ) as proxy:
        assert status_with(proxy, FIRST) == 200
        assert status_becomes(proxy, recorder, aws.failure("InternalServiceError", 500), 200)
        assert status_becomes(proxy, recorder, aws.failure("AccessDeniedException"), 503)
        assert status_becomes(proxy, recorder, aws.failure("InternalServiceError", 500), 503)
        assert status_becomes(proxy, recorder, None, 200)
        proxy.wait_for_event("secret_fetch_failed")
        assert not any("hidden-detail" in line or aws.SECRET_KEY in line for line in map(str, proxy.log.all()))


CLOCKS_AND_CREDENTIALS = [
    *["InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "UnrecognizedClientException"],
    *["ExpiredTokenException", "com.amazon.coral.service#InvalidSignatureException"],
]


@pytest.mark.parametrize("kind", CLOCKS_AND_CREDENTIALS)
def test_the_last_key_serves_while_the_clock_or_credentials_are_wrong(manager, recorder, tmp_path, kind):
    values = aws.variables(aws.make_secret(manager, FIRST), recorder, CDP_PROXY_SECRET_TTL="1s")
    with running(tmp_path, values) as proxy:
        assert status_with(proxy, FIRST) == 200
        recorder.clock = time.time() + 1000
        assert status_becomes(proxy, recorder, aws.failure(kind, 403), 200)
        line = proxy.wait_for_event("secret_fetch_failed", cause="unauthenticated")
        found = re.search(r"^(\w+); this machine's clock is (\d+) s behind Secrets Manager's$", line["detail"])
        assert found, line
        assert found[1] in kind
        assert 990 <= int(found[2]) <= 1010
        assert status_with(proxy, FIRST) == 200
        assert proxy.metric("cdp_proxy_secret_fetches_total", result="unauthenticated") >= 1


def test_an_expired_signature_is_not_a_denial(manager, recorder, tmp_path):
    values = aws.variables(aws.make_secret(manager, FIRST), recorder, CDP_PROXY_SECRET_TTL="1s")
    with running(tmp_path, values) as proxy:
        assert status_with(proxy, FIRST) == 200
        message = "Signature expired: 20261121T202611Z is now earlier than 20261121T203611Z"
        recorder.answer = aws.failure("AccessDeniedException", 403, message)
        proxy.wait_for_event("secret_fetch_failed", cause="unauthenticated")
        assert status_with(proxy, FIRST) == 200
        assert status_becomes(proxy, recorder, aws.failure("AccessDeniedException", 400), 503)


def test_without_a_key_no_token_is_accepted(manager, recorder, tmp_path):
    recorder.answer = aws.failure("ResourceNotFoundException")
    with running(tmp_path, aws.variables(aws.make_secret(manager, FIRST), recorder)) as proxy:
        assert status_with(proxy, FIRST) == 503
        assert proxy.metric("cdp_proxy_tokens_rejected_total", reason="secret_unavailable") == 1
