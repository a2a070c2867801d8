"""The shared fixtures: a Chromium, the proxy in front of it, the session service and its databases."""

import contextlib
import itertools
import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from harness import aws, tokens  # noqa: E402
from harness.chromium import Chromium  # noqa: E402
from harness.connect import Connector  # noqa: E402
from harness.identity import IdentityProvider  # noqa: E402
from harness.postgres import Postgres  # noqa: E402
from harness.proxy import Proxy  # noqa: E402
from harness.service import Service  # noqa: E402
from harness.site import Site  # noqa: E402
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

        def start(*flags, **how):
            browser = Chromium(*flags, **how)
            stack.callback(browser.stop)
            return browser

        yield start


@pytest.fixture(scope="session")
def proxy(chromium, tmp_path_factory):
    """One proxy with an operator's settings, for all tests that need no others. Earlier tests may have driven its
    Chromium through proxies of their own."""
    folder = tmp_path_factory.mktemp("proxy")
    Store(folder)
    server = Proxy(folder, chromium.address, CDP_PROXY_USED_BROWSER="adopt")
    yield server
    server.stop()


@pytest.fixture
def store(tmp_path):
    """The store of the proxies that `own_proxy` starts."""
    return Store(tmp_path)


@pytest.fixture
def own_proxy(tmp_path, store, request):  # noqa: ARG001 (the database is made before a proxy opens it)
    """Starts proxies for this test alone, with the settings the test names. The shared Chromium counts as used: other
    tests have driven it through proxies that have ended."""
    with contextlib.ExitStack() as stack:

        def start(chrome, **settings):
            if "chromium" in request.fixturenames and chrome == request.getfixturevalue("chromium").address:
                settings = {"CDP_PROXY_USED_BROWSER": "adopt"} | settings
            server = Proxy(tmp_path, chrome, **settings)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture
def connector():
    """Starts `connect` for this test alone, with a good token unless the test says otherwise."""
    with contextlib.ExitStack() as stack:

        def start(url, *options, **how):
            program = Connector(url, *options, **({"token": tokens.token()} | how))
            stack.callback(program.stop)
            return program

        yield start


@pytest.fixture
def site():
    """A recording site whose only page has the title Origin. A file with pages of its own has its own `site`."""
    page = b'<!doctype html><title>Origin</title><link rel="icon" href="data:,">'
    server = Site({"/": ("text/html", page, {}), "/favicon.ico": ("image/png", b"", {})})
    yield server
    server.stop()


@pytest.fixture(scope="module")
def moto():
    """The address of an AWS emulator."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    yield server.get_host_and_port()
    server.stop()


@pytest.fixture
def recorder(moto):
    """A server in front of the emulator that records each request, and can answer in the emulator's place."""
    server = aws.Recorder(moto)
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def manager(moto):
    """Secrets Manager through boto3, for the tests' own changes."""
    return aws.manager(moto)


@pytest.fixture(scope="session")
def provider():
    """One identity provider for all tests that leave it as they found it."""
    server = IdentityProvider()
    yield server
    server.stop()


@pytest.fixture
def own_provider():
    """An identity provider for this test alone."""
    server = IdentityProvider()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres():
    """One PostgreSQL for all tests that leave it running."""
    server = Postgres()
    yield server
    server.stop()


@pytest.fixture
def own_postgres():
    """Starts PostgreSQLs for this test alone."""
    with contextlib.ExitStack() as stack:

        def start(**settings):
            server = Postgres(**settings)
            stack.callback(server.stop)
            return server

        yield start


@pytest.fixture(params=["sqlite", "postgres"])
def database(request, tmp_path):
    """The DATABASE_URL of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/service.sqlite"
    server = request.getfixturevalue("postgres")
    return server.url(server.new_database())


@pytest.fixture(scope="session")
def service_on_sqlite(provider, tmp_path_factory):
    """One session service for all tests that do not depend on the kind of database."""
    server = Service(provider, f"sqlite:///{tmp_path_factory.mktemp('service')}/service.sqlite")
    yield server
    server.stop()


@pytest.fixture(scope="session")
def service_on_postgres(provider, postgres):
    server = Service(provider, postgres.url(postgres.new_database()))
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def service(request):
    """One session service for each kind of database, for all tests that need no settings of their own."""
    return request.getfixturevalue(f"service_on_{request.param}")


@pytest.fixture
def own_service(provider, tmp_path):
    """Starts session services for this test alone. Without a named database, each uses a file of the test."""
    with contextlib.ExitStack() as stack:

        def start(database=None, identity=None, **settings):
            where = database or f"sqlite:///{tmp_path}/service.sqlite"
            server = Service(identity or provider, where, **settings)
            stack.callback(server.stop)
            return server

        yield start


PEOPLE = itertools.count(1)


@pytest.fixture
def alice(service):
    """A user for this test alone."""
    return service.user(f"alice_{next(PEOPLE)}")


@pytest.fixture
def bob(service):
    return service.user(f"bob_{next(PEOPLE)}")


@pytest.fixture
def carol(service_on_sqlite):
    """A user for this test alone, where the kind of database does not matter."""
    return service_on_sqlite.user(f"carol_{next(PEOPLE)}")
