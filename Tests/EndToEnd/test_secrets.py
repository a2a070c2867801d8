"""The signing key from AWS Secrets Manager: the request, its credentials, and the values that count as a key.

`token verify` fetches it as `serve` does.
"""

import datetime
import ipaddress
import json
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from harness import aws, tokens
from harness.proxy import command, environment

FIRST = "first-signing-key-of-32-bytes-000"
JSON = json.dumps({"algorithm": "HS256", "signingKey": FIRST})


@pytest.fixture
def verify(tmp_path):
    """Runs `token verify` on a token signed with the first key."""
    given = tokens.sign(tokens.claims(), FIRST)
    return lambda values: command("token", "verify", env=environment(tmp_path, **values), given=given)


def test_requests_are_signed_as_by_botocore(verify, manager, recorder):
    values = aws.variables(aws.make_secret(manager, JSON), recorder, AWS_SESSION_TOKEN="fake/session+token==" * 60)
    result = verify(values)
    assert result.returncode == 0, result.stderr
    assert json.loads(result.stdout)["sessionId"] == "sess_one"
    assert recorder.stages() == ["AWSCURRENT", "AWSPREVIOUS"]
    for request in recorder.requests:
        fields = dict(request["headers"])
        assert request["path"] == "/"
        assert fields["Content-Type"] == "application/x-amz-json-1.1"
        assert fields["X-Amz-Target"] == "secretsmanager.GetSecretValue"
        assert fields["X-Amz-Security-Token"] == values["AWS_SESSION_TOKEN"]
        assert len([name for name, _ in request["headers"] if name.lower() == "x-amz-date"]) == 1
        assert f"Credential={aws.KEY_ID}/" in fields["Authorization"]
        assert f"/{aws.REGION}/secretsmanager/aws4_request" in fields["Authorization"]
        expected = aws.signature_of(request, aws.SECRET_KEY, values["AWS_SESSION_TOKEN"])
        assert fields["Authorization"].endswith(f"Signature={expected}")
        assert aws.signature_of(request, aws.SECRET_KEY + "x") != expected


@pytest.mark.parametrize("text", [FIRST, "\ufeff" + FIRST, "\ufeff" + JSON, "\ufeff\n " + JSON + "\n"])
def test_a_bare_string_is_a_key_without_its_byte_order_mark(verify, manager, recorder, text):
    result = verify(aws.variables(aws.make_secret(manager, text), recorder))
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    "value",
    [
        {"SecretString": json.dumps({"signing_key": FIRST})},
        {"SecretString": json.dumps({"algorithm": "RS256", "signingKey": FIRST})},
        {"SecretString": json.dumps({"signingKey": "too-short"})},
        {"SecretString": json.dumps([FIRST])},
        {"SecretString": '{"signingKey":"' + FIRST},
        {"SecretString": "too-short"},
        {"SecretString": "\ufeff" + json.dumps({"signing_key": FIRST})},
        {"SecretString": "\ufeff\ufeff" + JSON},
        {"SecretString": "\ufeff" + json.dumps(FIRST)},
        {"SecretString": "\u00ef\u00bb\u00bf" + JSON},
        {"SecretString": f"'{JSON}'"},
        {"SecretString": f"'{FIRST}'"},
        {"SecretString": json.dumps(JSON)},
        {"SecretBinary": FIRST.encode()},
    ],
)
def test_no_other_value_is_a_key(verify, manager, recorder, value):
    result = verify(aws.variables(aws.make_secret(manager, **value), recorder))
    assert result.returncode != 0
    assert result.stdout == ""
    assert "unusable" in result.stderr
    assert FIRST not in result.stderr and "too-short" not in result.stderr


def test_a_missing_secret_is_named(verify, recorder):
    arn = f"arn:aws:secretsmanager:{aws.REGION}:123456789012:secret:absent-AbCdEf"
    result = verify(aws.variables(arn, recorder))
    assert result.returncode != 0
    assert "ResourceNotFoundException" in result.stderr


def test_errors_quote_neither_credentials_nor_the_peer(verify, manager, recorder):
    recorder.answer = aws.failure("AccessDeniedException")
    result = verify(aws.variables(aws.make_secret(manager, JSON), recorder))
    assert result.returncode != 0
    assert "denied" in result.stderr
    assert "hidden-detail" not in result.stderr and aws.SECRET_KEY not in result.stderr


def test_the_token_file_of_container_credentials_is_read_each_time(verify, manager, recorder, tmp_path):
    file = tmp_path / "token"
    expiration = "2030-01-01T00:00:00Z"
    answer = {"AccessKeyId": "CONTAINER", "SecretAccessKey": "c/+=", "Token": "t/+=", "Expiration": expiration}
    agent = aws.Recorder(None, lambda _: (200, json.dumps(answer).encode()))
    values = aws.without_keys(aws.variables(aws.make_secret(manager, JSON), recorder)) | {
        "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": aws.make_secret(manager, JSON),
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{agent.url}/v1/credentials",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": str(file),
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": "the-file-wins",
    }
    for text in ["first", "second"]:
        file.write_text(text + "\n")
        result = verify(values)
        assert result.returncode == 0, result.stderr
        assert dict(agent.requests[-1]["headers"])["Authorization"] == text
    assert [request["path"] for request in agent.requests] == ["/v1/credentials"] * 2
    fields = dict(recorder.requests[-1]["headers"])
    assert fields["X-Amz-Security-Token"] == "t/+="
    assert fields["Authorization"].endswith(aws.signature_of(recorder.requests[-1], "c/+=", "t/+="))
    agent.shutdown()


ENDS = ["2030-01-01T00:00:00+00:00", "2030-01-01t05:30:00.123456789+05:30", "2030-01-01T00:00:00z", "", None]


@pytest.mark.parametrize("end", ENDS)
def test_credentials_expire_at_their_rfc_3339_time_or_never(verify, manager, recorder, end):
    answer = {"AccessKeyId": "CONTAINER", "SecretAccessKey": "c", "Token": "t"}
    answer |= {} if end is None else {"Expiration": end}
    agent = aws.Recorder(None, lambda _: (200, json.dumps(answer).encode()))
    values = aws.without_keys(aws.variables(aws.make_secret(manager, JSON), recorder))
    result = verify(values | {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"{agent.url}/v1/credentials"})
    assert result.returncode == 0, result.stderr
    assert "Credential=CONTAINER/" in dict(recorder.requests[0]["headers"])["Authorization"]
    agent.shutdown()


def test_instance_metadata_version_2_is_used(verify, manager, recorder):
    def metadata(request):
        path, fields = request["path"], dict(request["headers"])
        if request["method"] == "PUT" and path == "/latest/api/token":
            return (200, b"imds") if "X-aws-ec2-metadata-token-ttl-seconds" in fields else (400, b"")
        if fields.get("X-aws-ec2-metadata-token") != "imds":
            return 401, b""
        if path == "/latest/meta-data/iam/security-credentials/":
            return 200, b"the-role"
        answer = {"Code": "Success", "AccessKeyId": "INSTANCE", "SecretAccessKey": "s", "Token": "t"}
        return 200, json.dumps(answer | {"Expiration": "2030-01-01T00:00:00Z"}).encode()

    service = aws.Recorder(None, metadata)
    values = aws.without_keys(aws.variables("x", recorder)) | {
        "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": aws.make_secret(manager, JSON),
        "AWS_EC2_METADATA_SERVICE_ENDPOINT": service.url,
    }
    result = verify(values)
    assert result.returncode == 0, result.stderr
    assert "Credential=INSTANCE/" in dict(recorder.requests[0]["headers"])["Authorization"]
    service.shutdown()


def test_a_foreign_host_is_not_asked_for_credentials(verify, recorder):
    values = aws.without_keys(aws.variables("x", recorder)) | {
        "WALLCRAWLER_JWT_SIGNING_SECRET_ARN": "name",
        "AWS_REGION": aws.REGION,
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://credentials.example/x",
    }
    result = verify(values)
    assert result.returncode != 0
    assert "AWS_CONTAINER_CREDENTIALS_FULL_URI must be" in result.stderr
    assert "credentials.example" not in result.stderr


@pytest.fixture
def certificate(tmp_path):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.datetime.now(datetime.UTC)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    built = built.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    built = built.add_extension(x509.SubjectAlternativeName([address]), False)
    built = built.add_extension(x509.BasicConstraints(True, None), True).sign(key, hashes.SHA256())
    file = tmp_path / "certificate.pem"
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    pem = built.public_bytes(serialization.Encoding.PEM) + key.private_bytes(serialization.Encoding.PEM, *form)
    file.write_bytes(pem)
    return file


def test_an_unverified_server_gets_no_request(verify, manager, recorder, certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    recorder.socket = context.wrap_socket(recorder.socket, server_side=True)
    url = recorder.url.replace("http:", "https:")
    values = aws.variables(aws.make_secret(manager, JSON), recorder, AWS_ENDPOINT_URL_SECRETS_MANAGER=url)
    result = verify(values)
    assert result.returncode != 0
    assert "TLS failed" in result.stderr
    assert recorder.requests == []
    result = verify(values | {"AWS_CA_BUNDLE": str(certificate)})
    assert result.returncode == 0, result.stderr
