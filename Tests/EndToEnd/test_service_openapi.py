"""schemathesis checks the running service against its own `/openapi.json`: every answer conforms."""

import pathlib
import re
import subprocess
import sys

import pytest

SCHEMATHESIS = pathlib.Path(sys.executable).with_name("schemathesis")
CONFIGURATION = pathlib.Path(__file__).with_name("schemathesis.toml")
EXAMPLES = 25
CHECKS = [
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "positive_data_acceptance",
    "missing_required_header",
    "allow_header_conformance",
    "unsupported_method",
    "ignored_auth",
    "use_after_free",
    "ensure_resource_availability",
]


@pytest.fixture
def schema(service_on_sqlite):
    answer = service_on_sqlite.request("GET", "/openapi.json")
    assert answer.status == 200
    assert answer["Content-Type"].startswith("application/json")
    return answer.json


def test_the_document_has_every_route(schema):
    assert schema["openapi"].startswith("3.")
    assert schema["info"]["title"]
    methods = {path: set(item) & {"get", "put", "post", "delete"} for path, item in schema["paths"].items()}
    paths = {path.replace("{session_id}", "{id}"): found for path, found in methods.items()}
    assert paths["/sessions"] == {"get", "post"}
    assert paths["/sessions/{id}"] == {"get", "put", "delete"}
    assert paths["/sessions/{id}/state"] == {"get"}
    assert paths["/sessions/by-name/{name}"] == {"get"}
    assert paths["/health"] == {"get"}


def test_the_document_requires_a_token_or_a_key(schema):
    schemes = schema["components"]["securitySchemes"]
    bearer, key = schemes["bearer"], schemes["apiKey"]
    assert (bearer["type"], bearer["scheme"].lower()) == ("http", "bearer")
    assert (key["type"], key["in"], key["name"]) == ("apiKey", "header", "X-API-Key")
    for path, item in schema["paths"].items():
        for method in set(item) & {"get", "put", "post", "delete"}:
            needed = item[method].get("security", schema.get("security"))
            assert (needed == [{"bearer": []}, {"apiKey": []}]) == path.startswith("/sessions"), (method, path)


def test_the_service_conforms_to_its_document(service_on_sqlite, tmp_path):
    token = service_on_sqlite.provider.token("user_of_schemathesis", exp=4_000_000_000)
    done = subprocess.run(
        [
            *[
                SCHEMATHESIS,
                "--config-file",
                CONFIGURATION,
                "run",
                f"{service_on_sqlite.url}/openapi.json",
                "--seed",
                "1",
                "--no-color",
            ],
            *[
                "--header",
                f"Authorization: Bearer {token}",
                "--checks",
                ",".join(CHECKS),
                "--max-examples",
                str(EXAMPLES),
            ],
            *["--generation-deterministic", "--request-timeout", "20"],
            *["--suppress-health-check", "all", "--warnings", "off"],
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    covered = re.search(r"API Links: +(\d+) covered", done.stdout)
    assert int(covered[1]) > 4, "created sessions were also read, changed and deleted"
