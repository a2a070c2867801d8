"""docs/session-service.md says of routes, settings and metrics what the program itself says."""

import pathlib
import re

import pytest
from harness.service import environment, run

TEXT = (pathlib.Path(__file__).parents[2] / "docs" / "session-service.md").read_text()
ROW = re.compile(r"^\| ((?:`\w+`(?:, )?)+) \| (?:`([^`]*)`)? ?\|", re.MULTILINE)
HELP = re.compile(r"^ *([A-Z][A-Z0-9_]+)(?: \(([^)]*)\))?$", re.MULTILINE)
METHODS = ("get", "put", "post", "delete")
ROUTE = re.compile(r"`(GET|PUT|POST|DELETE) (/[^`]*)`")


@pytest.fixture(scope="module")
def declared():
    """Each variable of `--help` and its default."""
    return dict(HELP.findall(run("--help", env=environment()).stdout))


def listed():
    """Each variable of the document's table and its default."""
    return {name: standard for names, standard in ROW.findall(TEXT) for name in re.findall(r"[A-Z_]{5,}", names)}


def test_settings(declared):
    rows = listed()
    assert len(declared) > 15
    for name, standard in declared.items():
        if name != "XDG_DATA_HOME":
            assert name in rows
        if standard:
            assert rows[name] == standard, name
    assert set(rows) <= set(declared)


@pytest.fixture
def operations(service_on_sqlite):
    """The operations of the OpenAPI document by method and path."""
    paths = service_on_sqlite.request("GET", "/openapi.json").json["paths"]
    return {(name.upper(), path): one for path, item in paths.items() for name, one in item.items() if name in METHODS}


def test_routes(operations):
    described = set(operations)
    documented = {(method, path.replace("{id}", "{session_id}")) for method, path in ROUTE.findall(TEXT)}
    assert described <= documented
    assert documented - described <= {("GET", "/openapi.json"), ("GET", "/metrics")}


def test_metrics(service_on_sqlite):
    documented = set(re.findall(r"`(session_service_\w+)", TEXT))
    served = set(re.findall(r"^# TYPE (session_service_\w+) ", service_on_sqlite.admin("/metrics").body.decode(), re.M))
    assert documented == served


def test_statuses(operations):
    """Every status an operation can have is explained."""
    described = {int(status) for operation in operations.values() for status in operation["responses"]}
    explained = {int(status) for status in re.findall(r"^\| (\d{3}) \|", TEXT, re.MULTILINE)}
    assert {status for status in described if status >= 400} <= explained
