"""Each block of docs/clients.md connects, run with the client it is for, in the version that the page names."""

import subprocess

import pytest
from harness import clients
from harness.front import SIGNED_IN, Front

STAGEHAND = "Stagehand"
# Not a client: what test_tls_scan.py looks at a TLS listener with.
SCANNER = "sslyze"


@pytest.fixture(scope="module")
def front(tmp_path_factory):
    """One browser that all clients join, one after another, as one user."""
    server = Front(tmp_path_factory.mktemp("front"))
    server.start_hop()
    yield server
    server.stop()


def folder_for(tmp_path, name):
    (tmp_path / name).mkdir()
    return tmp_path / name


def blocks():
    """Every block that connects, with its package. Stagehand's blocks need a browser of their own and are not here."""
    for section, (package, _) in clients.table().items():
        marks = [pytest.mark.nightly] if clients.nightly(package) else []
        for number, block in enumerate(clients.lines(section, "python", "js"), 1):
            if section != STAGEHAND:
                yield pytest.param(block, package, marks=marks, id=f"{section.replace(' ', '-')}-{number}")


@pytest.mark.parametrize(("block", "package"), list(blocks()))
def test_the_lines_of_the_page_connect(front, tmp_path, block, package):
    done = front.run(block, package, tmp_path)
    said = "targetId" if package == "websockets" else SIGNED_IN
    assert (done.returncode, said in done.stdout) == (0, True), f"{done.stdout}\n{done.stderr}"
    assert front.variables["TOKEN"] not in str(front.proxy.log.all())


def test_the_lines_of_the_page_get_a_ticket(front, tmp_path):
    (block,) = clients.lines("Where the token goes", "bash")
    environment = clients.environment(tmp_path, front.variables)
    done = subprocess.run(["bash", "-euc", block.text], env=environment, capture_output=True, text=True)
    assert all(text in done.stdout for text in block.promised), f"{done.stdout}\n{done.stderr}"


CLOSING = {
    "pyppeteer": ("browser.disconnect()", "browser.close()"),
    "zendriver": ("browser.connection.aclose()", "browser.stop()"),
}


@pytest.mark.parametrize("client", ["pyppeteer", pytest.param("zendriver", marks=pytest.mark.nightly)])
def test_the_page_warns_of_what_closes_the_browser_of_all(tmp_path, client):
    block = clients.lines(client, "python")[0]
    disconnects, closes = CLOSING[client]
    assert f"# {closes.rpartition('.')[2]} would close Chrome" in block.text
    front = Front(tmp_path)
    try:
        closing = clients.changed(block, disconnects, closes)
        clients.run(closing, client, folder_for(tmp_path, "client"), front.variables)
        front.chromium.wait()
    finally:
        front.stop()


@pytest.mark.nightly
def test_nodriver_opens_more_connections_than_a_token_that_is_good_once_allows(tmp_path):
    front = Front(tmp_path, CDP_PROXY_TOKEN_USE="once")
    try:
        (block,) = clients.lines("nodriver", "python")
        assert front.run(block, "nodriver", folder_for(tmp_path, "client")).returncode != 0
        front.proxy.wait_for_event("token_rejected", reason="replayed")
        assert front.proxy.events("connected")
    finally:
        front.stop()


def test_every_client_has_a_row_a_section_and_the_version_that_is_tried():
    sections, table = clients.sections(), clients.table()
    assert [name for name in sections if name and clients.lines(name, "python", "js")] == list(table)
    for package, version in table.values():
        assert clients.pins(clients.requirements(package))[package] == version, package
    known = {package for package, _ in table.values()} | {SCANNER}
    assert {path.stem for path in clients.LISTS.rglob("*.txt")} <= known


@pytest.fixture(scope="module")
def origin(tmp_path_factory):
    """The origin of Stagehand's extension, as the page's lines print it."""
    block, _ = clients.lines(STAGEHAND, "python")
    done = clients.run(block, "stagehand", tmp_path_factory.mktemp("origin"), {})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def front_for_extensions(tmp_path):
    started = []

    def start(**settings):
        started.append(Front(tmp_path, "--enable-unsafe-extension-debugging", **settings))
        return started[-1]

    yield start
    for server in started:
        server.stop()


def stagehand(front, folder, **variables):
    _, block = clients.lines(STAGEHAND, "python")
    if "SECOND" in variables:  # the page's remark on `once`
        url = '["CONNECT_URL"]'
        block = clients.changed(block, url, f'{url}, extension_cdp_url=os.environ["SECOND"]')
    return front.run(block, "stagehand", folder, **variables)


def test_stagehands_lines_connect_once_its_extension_is_allowed(front_for_extensions, tmp_path, origin):
    front = front_for_extensions(CDP_PROXY_ALLOWED_ORIGINS=origin)
    done = stagehand(front, folder_for(tmp_path, "client"))
    assert (done.returncode, SIGNED_IN in done.stdout) == (0, True), f"{done.stdout}\n{done.stderr}"


def test_stagehand_is_refused_while_its_extension_is_not_allowed(front_for_extensions, tmp_path):
    front = front_for_extensions()
    done = stagehand(front, folder_for(tmp_path, "client"))
    assert "CDP websocket failed to open" in done.stderr
    front.proxy.wait_for_event("token_rejected", reason="origin")


def test_stagehands_second_connection_needs_a_token_of_its_own_where_one_is_good_once(
    front_for_extensions, tmp_path, origin
):
    front = front_for_extensions(CDP_PROXY_ALLOWED_ORIGINS=origin, CDP_PROXY_TOKEN_USE="once")
    assert stagehand(front, folder_for(tmp_path, "refused")).returncode != 0
    front.proxy.wait_for_event("token_rejected", reason="replayed")
    front.variables = front.issue()
    second = front.issue()["CONNECT_URL"]
    done = stagehand(front, folder_for(tmp_path, "client"), SECOND=second)
    assert (done.returncode, SIGNED_IN in done.stdout) == (0, True), f"{done.stdout}\n{done.stderr}"
