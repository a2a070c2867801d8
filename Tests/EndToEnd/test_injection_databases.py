"""Existing databases are replaced if possible; otherwise they stay whole, and no request stays in Chrome's queue."""

import pytest
from harness.cdp import CDP, connect_with_session
from harness.site import Site
from harness.store import origin

PAGE = b'<!doctype html><title>Site</title><link rel="icon" href="data:,">'
# Makes a database and keeps it open on `window`.
MAKE = """
((name, version, store, options, records) => new Promise((resolve, reject) => {
  const opening = indexedDB.open(name, version);
  opening.onupgradeneeded = () => {
    if (!store) return;
    const made = opening.result.createObjectStore(store, options);
    for (const [key, value] of records) made.put(value, key);
  };
  opening.onsuccess = () => { (window.held ??= []).push(opening.result); resolve(true) };
  opening.onerror = reject;
}))
"""
# All databases as {name: [version, {store: {key: value}}]}.
READ = """
(async () => {
  const done = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result); request.onerror = () => reject(request.error);
    request.onblocked = () => reject('blocked'); });
  const found = {};
  for (const {name} of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    const stores = {};
    for (const store of database.objectStoreNames) {
      const target = database.transaction(store).objectStore(store);
      const keys = await done(target.getAllKeys()), values = await done(target.getAll());
      stores[store] = Object.fromEntries(keys.map((key, index) => [key, values[index]]));
    }
    found[name] = [database.version, stores];
    database.close();
  }
  return found;
})()
"""


@pytest.fixture
def site():
    server = Site({"/": ("text/html", PAGE, {})})
    yield server
    server.stop()


@pytest.fixture
def browser(own_chromium):
    return own_chromium()


@pytest.fixture
def page(browser, site):
    """An open page of the site, driven without the proxy. `run` evaluates in it, `close` closes it."""

    class Page:
        def __init__(self):
            self.client = CDP(browser.port, f"/devtools/browser/{browser.browser_id()}")
            self.target = self.client.call("Target.createTarget", url=site.url())["targetId"]
            attached = self.client.call("Target.attachToTarget", targetId=self.target, flatten=True)
            self.session = attached["sessionId"]
            self.client.wait_until("document.title == 'Site'", self.session)

        def run(self, expression):
            return self.client.evaluate(expression, self.session)

        def make(self, name, version=1, store="s", options="{}", records='[["k", "newer"]]'):
            store = f"'{store}'" if store else "null"
            assert self.run(f"{MAKE}('{name}', {version}, {store}, {options}, {records})")

        def release(self):
            self.run("held.forEach(database => database.close())")

        def close(self):
            self.client.call("Target.closeTarget", targetId=self.target)
            self.client.wait_for_event("Target.detachedFromTarget")

    opened = Page()
    yield opened
    opened.client.close()


def database(name="d", version=1, store="s", **changes):
    stores = [{"name": store, "autoIncrement": False, "records": [{"key": "k", "value": "stored"}], "indexes": []}]
    return {"name": name, "version": version, "stores": [stores[0] | changes]}


def inject(browser, own_proxy, store, site, *databases):
    """Injects databases for a client, and returns the log line."""
    store.add({"origins": [origin(site.url(""), token="t") | {"indexedDB": list(databases)}]})
    proxy = own_proxy(browser.address, CDP_PROXY_INJECT_FAILURE="open", CDP_PROXY_USED_BROWSER="adopt")
    with connect_with_session(proxy):
        return proxy.wait_for_event("session_injected")


def contents(browser, site):
    """The databases that a new page of the site reads."""
    with CDP(browser.port, f"/devtools/browser/{browser.browser_id()}") as client:
        session = client.new_page(site.url())
        client.wait_until("document.title == 'Site'", session)
        return client.evaluate(READ, session)


STORED = [1, {"s": {"k": "stored"}}]
NEWER = [1, {"s": {"k": "newer"}}]


def test_a_database_held_by_a_page_stays_whole_and_nothing_is_queued(browser, own_proxy, store, site, page):
    """It needs an upgrade, which the page blocks. After the page has closed, its data is unchanged."""
    page.make("d")
    event = inject(browser, own_proxy, store, site, database(version=2))
    assert (event["result"], event["databaseProblems"]) == ("partial", "blocked 1")
    assert (event["databases"], event["databasesWanted"], event["origins"]) == (0, 1, 0)
    page.close()
    assert contents(browser, site) == {"d": NEWER}


@pytest.mark.parametrize("version", [1, 2])
def test_stores_of_another_shape_held_by_a_page_stay_whole(browser, own_proxy, store, site, page, version):
    page.make("d", version)
    event = inject(browser, own_proxy, store, site, database(store="other"))
    assert event["databaseProblems"] == "blocked 1"
    page.close()
    assert contents(browser, site) == {"d": [version, NEWER[1]]}


def test_a_page_that_closes_its_database_does_not_block(browser, own_proxy, store, site, page):
    page.make("d")
    page.run("held[0].onversionchange = () => held[0].close()")
    event = inject(browser, own_proxy, store, site, database(version=2))
    assert event["result"] == "full"
    assert contents(browser, site) == {"d": [2, STORED[1]]}


def test_a_held_database_of_the_same_shape_is_replaced(browser, own_proxy, store, site, page):
    page.make("d", records='[["k", "newer"], ["other", "newer"]]')
    event = inject(browser, own_proxy, store, site, database())
    assert event["result"] == "full"
    assert contents(browser, site) == {"d": STORED}


def test_a_busy_database_is_given_up(browser, own_proxy, store, site, page):
    """The page's transaction lasts as long as the page makes requests in it."""
    page.make("d")
    page.run(
        "(() => { const s = held[0].transaction('s', 'readwrite').objectStore('s');"
        " const again = () => { if (!window.enough) s.get('k').onsuccess = again }; again() })()"
    )
    event = inject(browser, own_proxy, store, site, database())
    assert event["databaseProblems"] == "busy 1"
    page.run("window.enough = true")
    page.close()
    assert contents(browser, site) == {"d": NEWER}


def test_a_held_database_missing_from_the_state_is_emptied(browser, own_proxy, store, site, page):
    page.make("extra", 3)
    event = inject(browser, own_proxy, store, site, database())
    assert event["result"] == "full"
    assert contents(browser, site) == {"d": STORED, "extra": [3, {"s": {}}]}


@pytest.mark.parametrize(
    ("there", "wanted"),
    [
        ({"version": 1}, {"version": 3}),
        ({"version": 5, "store": "old"}, {"version": 2}),
        ({"version": 1, "options": "{keyPath: 'id'}", "records": "[]"}, {"version": 1}),
        ({"version": 1, "store": None}, {"version": 1}),
    ],
    ids=["lower version", "higher version", "another key path", "no stores"],
)
def test_a_database_that_no_page_holds_is_rebuilt(browser, own_proxy, store, site, page, there, wanted):
    page.make("d", **there)
    page.release()
    event = inject(browser, own_proxy, store, site, database(**wanted))
    assert event["result"] == "full"
    assert contents(browser, site) == {"d": [wanted["version"], STORED[1]]}


@pytest.mark.parametrize("version", [1, 2, 5], ids=["same version", "higher version", "lower version"])
@pytest.mark.parametrize("shape", ["s", "other"])
def test_records_that_chrome_refuses_cost_no_data(browser, own_proxy, store, site, page, version, shape):
    """An object is not a valid key, so the whole database stays as it was."""
    page.make("d", version)
    page.release()
    bad = database(version=2, store=shape, records=[{"key": "k", "value": 1}, {"key": {}, "value": 2}])
    event = inject(browser, own_proxy, store, site, bad, database("good"))
    assert (event["databaseProblems"], event["databases"]) == ("failed 1", 1)
    assert contents(browser, site) == {"d": [version, NEWER[1]], "good": STORED}
