"""What the end-to-end tests stand on: a Chromium, the proxy in front of it, and credentials for it."""

import contextlib
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import aws  # noqa: E402
from harness.chromium import Chromium  # noqa: E402
from harness.proxy import Proxy  # noqa: E402
from harness.store import Store  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402


@pytest.fixture(scope="session")
def chromium():
    """One Chromium for all tests that leave it as they found it."""
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture
def own_chromium():
    """Starts Chromiums for this test alone."""
    with contextlib.ExitStack() as stack:

        def start(*flags):
            browser = Chromium(*flags)
            stack.callback(browser.stop)
            return browser

        yield start


@pytest.fixture(scope="session")
def proxy(chromium, tmp_path_factory):
    """One proxy, with the settings an operator would have, for all tests that need no other."""
    folder = tmp_path_factory.mktemp("proxy")
    Store(folder)
    server = Proxy(folder, chromium.address)
    yield server
    server.stop()


@pytest.fixture
def store(tmp_path):
    """The store of the proxies `own_proxy` starts."""
    return Store(tmp_path)


@pytest.fixture
def own_proxy(tmp_path, store):  # noqa: ARG001 (the database is made before a proxy opens it)
    """Starts proxies for this test alone, with the settings it names."""
    with contextlib.ExitStack() as stack:

        def start(chrome, **settings):
            server = Proxy(tmp_path, chrome, **settings)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(scope="module")
def moto():
    """Where an AWS emulator listens."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture
def recorder(moto):
    """The emulator behind a door that notes each request, and can answer in its place."""
    server = aws.Recorder(moto)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def manager(moto):
    """Secrets Manager, as its owner's own client sees it."""
    return aws.manager(moto)
