"""Operating the service: health, readiness, metrics, a shutdown that loses nothing, TLS, and wrong settings."""

import concurrent.futures
import datetime
import ipaddress
import re
import socket
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from harness import identity
from harness.keys import ECKey
from harness.ports import free_port
from harness.proxy import METRIC
from harness.service import environment, good, run
from harness.wire import Wire, head

HEALTH = {"status": "ok", "service": "janus-browser-session"}


def test_both_listeners_have_health_and_readiness(service):
    for ask in (lambda path: service.request("GET", path), service.admin):
        assert (ask("/health").status, ask("/health").json) == (200, HEALTH)
        assert ask("/ready").status == 200


def test_only_the_admin_listener_has_metrics(service_on_sqlite, carol):
    assert service_on_sqlite.request("GET", "/metrics").status == 404
    assert carol.get("/metrics").status == 404
    for path in ("/sessions", "/sessions/x/state", "/nowhere"):
        assert service_on_sqlite.admin(path).status == 404


def test_metrics_are_prometheus_text(own_service):
    service = own_service()
    alice = service.user("alice")
    alice.create()
    alice.get("/sessions/0/state")
    service.request("GET", "/sessions")
    answer = service.admin("/metrics")
    assert answer.status == 200
    assert answer["Content-Type"].startswith("text/plain")
    text = answer.body.decode()
    assert text.endswith("\n")
    typed = dict(re.findall(r"^# TYPE (\S+) (counter|gauge|histogram|summary)$", text, re.MULTILINE))
    helped = set(re.findall(r"^# HELP (\S+) \S", text, re.MULTILINE))
    assert typed
    assert set(typed) == helped
    seen = set()
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        sample = METRIC.match(line)
        assert sample, line
        float(sample[3])
        assert (sample[1], sample[2]) not in seen, line
        seen.add((sample[1], sample[2]))
        assert re.sub("_(bucket|sum|count)$", "", sample[1]) in typed or sample[1] in typed, line
    assert "process_resident_memory_bytes" in typed
    for secret in ("alice", "/sessions/0"):
        assert secret not in text


def counted(service, **labels):
    """The number of requests counted with these labels."""
    wanted = [f'{name}="{value}"' for name, value in labels.items()]
    samples = service.metrics().items()
    return sum(value for name, value in samples if "requests_total{" in name and all(one in name for one in wanted))


def test_requests_are_counted_by_route_and_status(own_service):
    service = own_service()
    alice = service.user("alice")
    for number in range(3):
        alice.create(name=f"n{number}")
    for path in ("/sessions/a", "/sessions/b", "/sessions/c", "/sessions/d"):
        assert alice.get(path).status == 404
    assert service.request("GET", "/sessions").status == 401
    assert counted(service, status="201") == 3
    assert counted(service, status="404") == 4
    assert counted(service, status="401") == 1
    names = [name for name in service.metrics() if "requests_total{" in name and 'status="404"' in name]
    assert len(names) == 1, "requests are counted by route, not by path"


def test_unknown_paths_share_one_series(own_service):
    service = own_service()
    alice = service.user("alice")
    alice.get("/nowhere")
    before = len(service.metrics())
    for number in range(30):
        alice.get(f"/nowhere/{number}")
        alice.request(f"METHOD{number}", "/sessions")
    assert len(service.metrics()) - before < 8


def test_readiness_follows_the_database(own_postgres, own_service):
    postgres = own_postgres()
    service = own_service(postgres.url(postgres.new_database()))
    alice = service.user("alice")
    alice.create()
    postgres.halt()
    assert service.admin("/ready").status == 503
    assert service.request("GET", "/ready").status == 503
    assert service.admin("/health").status == 200
    answer = alice.get("/sessions")
    assert answer.status == 503
    assert answer["Retry-After"]
    assert answer.json.keys() == {"detail"}
    postgres.start()
    assert service.admin("/ready").status == 200
    assert alice.names() == ["work"]


def test_a_running_request_is_answered_at_shutdown(own_service, own_provider):
    """The request waits for a key that is new to the service, so the second fetch shows that it has arrived."""
    service = own_service(identity=own_provider)
    new = ECKey("ec-two")
    assert service.user("alice").names() == []
    own_provider.answer = identity.held
    own_provider.keys.append(new.jwk())
    with concurrent.futures.ThreadPoolExecutor(1) as pool, Wire(service.port) as idle:
        idle.send(head("/health"))
        assert idle.response().status == 200
        waiting = pool.submit(service.user("alice", key=new).post, good())
        own_provider.wait_for_fetches(2)
        service.terminate()
        assert idle.rest() == b"", "an idle connection is closed"
        with pytest.raises(OSError):
            for _ in range(10_000):
                socket.create_connection(("127.0.0.1", service.port)).close()
        own_provider.released.set()
        assert waiting.result().status == 201
    assert service.wait() == 0
    assert own_service().user("alice").names() == ["work"], "an answered create is stored"


def test_idle_connections_do_not_delay_the_shutdown(own_service):
    service = own_service()
    with Wire(service.port), Wire(service.port) as used:
        used.send(head("/health"))
        assert used.response().status == 200
        service.terminate()
        assert service.wait() == 0


def test_sigint_shuts_down_too(own_service):
    service = own_service()
    service.process.send_signal(2)
    assert service.wait() == 0


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """The files of a self-signed certificate for loopback and of its key."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    built = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName(names), False)
        .add_extension(x509.BasicConstraints(True, None), True)
        .sign(key, hashes.SHA256())
    )
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "certificate.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *form))
    other = ec.generate_private_key(ec.SECP256R1())
    (folder / "other.pem").write_bytes(other.private_bytes(serialization.Encoding.PEM, *form))
    return folder


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # the test tries old TLS versions
def test_tls_works_and_old_versions_are_refused(own_service, certificate):
    files = {"SESSION_TLS_CERT": f"{certificate}/certificate.pem", "SESSION_TLS_KEY": f"{certificate}/key.pem"}
    service = own_service(**files)
    service.tls = f"{certificate}/certificate.pem"
    alice = service.user("alice")
    created = alice.create()
    assert alice.state(created["id"])
    assert service.request("GET", "/health").status == 200
    with socket.create_connection(("127.0.0.1", service.port)) as plain:
        plain.settimeout(60)
        plain.sendall(head("/health", Connection="close"))
        assert not plain.recv(4096).startswith(b"HTTP/1.1 200")
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.maximum_version = ssl.TLSVersion.TLSv1_1
    old.set_ciphers("ALL:@SECLEVEL=0")
    with socket.create_connection(("127.0.0.1", service.port)) as raw, pytest.raises((ssl.SSLError, OSError)):
        old.wrap_socket(raw)
    service.terminate()
    assert service.wait() == 0


def test_a_refusal_reaches_a_client_that_is_still_sending(own_service, certificate):
    """With TLS too, the answer is there once the whole body has been sent."""
    files = {"SESSION_TLS_CERT": f"{certificate}/certificate.pem", "SESSION_TLS_KEY": f"{certificate}/key.pem"}
    service = own_service(**files)
    context = ssl.create_default_context(cafile=certificate / "certificate.pem")
    plain = socket.create_connection(("127.0.0.1", service.port), 30)
    with context.wrap_socket(plain, server_hostname="localhost") as wire:
        wire.sendall(head("/sessions", "POST", Content_Length=str(16 << 20)) + bytes(16 << 20))
        text = b"".join(iter(lambda: wire.recv(65536), b""))
    assert text.startswith(b"HTTP/1.1 401")
    assert b"connection: close" in text.lower()


SETTINGS = {
    "no secret": ("SESSION_ENCRYPTION_SECRET", None),
    "empty secret": ("SESSION_ENCRYPTION_SECRET", ""),
    "short secret": ("SESSION_ENCRYPTION_SECRET", "c2VjcmV0"),
    "long secret": ("SESSION_ENCRYPTION_SECRET", "c2VjcmV0" * 8),
    "secret that is no base64": ("SESSION_ENCRYPTION_SECRET", "secret!secret!secret!secret!secret!secret!se"),
    "database of another kind": ("DATABASE_URL", "mysql://user:secret@db.example/sessions"),
    "database without a host": ("DATABASE_URL", "postgresql://user:secret@:port/x"),
    "database that is no URL": ("DATABASE_URL", "sessions-secret"),
    "address": ("SESSION_LISTEN", "8000"),
    "port": ("SESSION_LISTEN", "127.0.0.1:99999"),
    "admin address": ("SESSION_ADMIN_LISTEN", "nowhere"),
    "switch": ("SESSION_INIT_DB", "perhaps"),
    "level": ("SESSION_LOG_LEVEL", "LOUD"),
    "rate": ("SESSION_RATE_LIMIT_PER_MINUTE", "many"),
    "negative rate": ("SESSION_RATE_LIMIT_PER_MINUTE", "-1"),
    "window": ("SESSION_RATE_LIMIT_WINDOW_SECONDS", "0"),
    "size": ("SESSION_MAX_STORAGE_STATE_BYTES", "1MB"),
    "age": ("SESSION_JWKS_TTL", "10 parsecs"),
    "key set": ("CHUTES_IDP_JWKS_URL", "not a url"),
    "key set in a file": ("CHUTES_IDP_JWKS_URL", "file:///etc/passwd"),
    "certificate without a key": ("SESSION_TLS_CERT", "/dev/null"),
    "key without a certificate": ("SESSION_TLS_KEY", "/dev/null"),
}


def start(tmp_path, **changes):
    """Runs the service with settings that it refuses."""
    good_ones = {
        "SESSION_LISTEN": f"127.0.0.1:{free_port()}",
        "SESSION_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
        "DATABASE_URL": f"sqlite:///{tmp_path}/service.sqlite",
        "CHUTES_IDP_JWKS_URL": "http://127.0.0.1:9/jwks.json",
    }
    return run(env=environment(**(good_ones | changes)))


def assert_one_sentence(done, name, *hidden):
    assert done.returncode in (1, 78), done
    sentences = [line for line in done.stderr.splitlines() if not line.startswith("{")]
    assert len(sentences) == 1, done.stderr
    assert name in sentences[0]
    for text in hidden:
        assert text not in done.stderr


@pytest.mark.parametrize("case", SETTINGS)
def test_a_wrong_setting_is_named(tmp_path, case):
    name, value = SETTINGS[case]
    done = start(tmp_path, **{name: value})
    assert_one_sentence(done, name, *([value] if value and "secret" in value else []))
    assert "user:secret" not in done.stderr


def test_invalid_tls_files_are_named(tmp_path, certificate):
    good_ones = {"SESSION_TLS_CERT": f"{certificate}/certificate.pem", "SESSION_TLS_KEY": f"{certificate}/key.pem"}
    (tmp_path / "nonsense.pem").write_text("nonsense")
    for name, file in {
        "SESSION_TLS_CERT": tmp_path / "nothing.pem",
        "SESSION_TLS_KEY": tmp_path / "nonsense.pem",
    }.items():
        done = start(tmp_path, **(good_ones | {name: str(file)}))
        assert_one_sentence(done, name)
    done = start(tmp_path, **(good_ones | {"SESSION_TLS_CERT": str(tmp_path / "nonsense.pem")}))
    assert_one_sentence(done, "SESSION_TLS_CERT")
    done = start(tmp_path, **(good_ones | {"SESSION_TLS_KEY": f"{certificate}/other.pem"}))
    assert_one_sentence(done, "SESSION_TLS")


@pytest.mark.parametrize("name", ["SESSION_LISTEN", "SESSION_ADMIN_LISTEN"])
def test_a_port_in_use_is_named(tmp_path, name):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = start(tmp_path, **{name: address})
    assert_one_sentence(done, address)
    assert "in use" in done.stderr


def test_a_file_that_is_not_a_database_is_named(tmp_path):
    (tmp_path / "service.sqlite").write_bytes(b"this is no database at all, " * 100)
    assert_one_sentence(start(tmp_path), "service.sqlite")
    done = start(tmp_path, DATABASE_URL=f"sqlite:///{tmp_path}/no/such/folder/x.sqlite")
    assert_one_sentence(done, "x.sqlite")


def test_help_lists_the_variables(tmp_path):
    done = run("--help", env=environment())
    assert done.returncode == 0
    for name in ("SESSION_LISTEN", "DATABASE_URL", "SESSION_ENCRYPTION_SECRET", "CHUTES_IDP_JWKS_URL"):
        assert name in done.stdout
    done = run("--nonsense", env=environment())
    assert done.returncode == 64
    assert "nonsense" in done.stderr
    assert list(tmp_path.iterdir()) == []
