"""What a scanner of TLS servers, sslyze, finds at the clients' listener: Mozilla's intermediate configuration, and
nothing beyond it."""

import json
import re
import subprocess

import pytest
from harness import clients
from harness.certificates import Authority, rsa_key

SUITES_1_2 = {
    "ECDSA": {
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    },
    "RSA": {
        "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    },
}
SUITES_1_3 = {"TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
KEYS = {"ECDSA": lambda: None, "RSA": rsa_key}
SCANS = (
    "certinfo sslv2 sslv3 tlsv1 tlsv1_1 tlsv1_2 tlsv1_3 compression early_data openssl_ccs fallback heartbleed robot "
    "reneg resum elliptic_curves ems"
)


class Scan:
    """sslyze's results for a listener, one run of it."""

    def __init__(self, port, folder):
        report = folder / "scan.json"
        scans = [f"--{name}" for name in SCANS.split()]
        output = ["--json_out", report, "--mozilla_config", "intermediate"]
        python = [clients.python("sslyze"), "-m", "sslyze"]
        done = subprocess.run(
            [*python, *scans, *output, f"127.0.0.1:{port}"],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert report.exists(), done.stdout + done.stderr
        _, _, judged = done.stdout.partition("COMPLIANCE AGAINST TLS CONFIGURATION")
        assert 'Mozilla\'s "intermediate" configuration' in judged
        self.complaints = re.findall(r"^ +\* (\w+):", judged, re.MULTILINE)
        (server,) = json.loads(report.read_text())["server_scan_results"]
        self.results = server["scan_result"]

    def of(self, name):
        assert self.results[name]["status"] == "COMPLETED", self.results[name]
        return self.results[name]["result"]

    def suites(self, version):
        return {
            found["cipher_suite"]["name"] for found in self.of(f"{version}_cipher_suites")["accepted_cipher_suites"]
        }


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(params=list(KEYS))
def kind(request):
    return request.param


@pytest.fixture
def scan(chromium, own_proxy, authority, tmp_path, kind):
    certificate, key = authority.issue(f"a server with {kind}", key=KEYS[kind]())
    files = {"CDP_PROXY_TLS_CERT": str(certificate), "CDP_PROXY_TLS_KEY": str(key)}
    return Scan(own_proxy(chromium.address, **files).port, tmp_path)


def test_it_is_mozillas_intermediate_configuration(scan, kind):
    # The only complaint is of the test's authority, which no browser knows.
    assert scan.complaints == ["certificate_path_validation"]
    assert not any(scan.suites(version) for version in ("ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1"))
    assert scan.suites("tls_1_2") == SUITES_1_2[kind]
    assert scan.suites("tls_1_3") == SUITES_1_3
    curves = {curve["name"] for curve in scan.of("elliptic_curves")["supported_curves"]}
    assert curves == {"X25519", "secp256r1", "secp384r1"}

    assert scan.of("tls_extended_master_secret")["supports_ems_extension"]
    assert scan.of("tls_fallback_scsv")["supports_fallback_scsv"]
    assert not scan.of("tls_compression")["supports_compression"]
    assert not scan.of("tls_1_3_early_data")["supports_early_data"]

    renegotiation = scan.of("session_renegotiation")
    assert renegotiation["supports_secure_renegotiation"]
    assert not renegotiation["is_vulnerable_to_client_renegotiation_dos"]
    assert renegotiation["client_renegotiations_success_count"] == 0

    resumption = scan.of("session_resumption")
    assert resumption["tls_ticket_resumption_result"] == "FULLY_SUPPORTED"
    # Sessions are in tickets alone: the server remembers none.
    assert resumption["session_id_resumption_result"] == "NOT_SUPPORTED"

    assert not scan.of("openssl_ccs_injection")["is_vulnerable_to_ccs_injection"]
    assert not scan.of("heartbleed")["is_vulnerable_to_heartbleed"]
    assert scan.of("robot")["robot_result"] == "NOT_VULNERABLE_RSA_NOT_SUPPORTED"
