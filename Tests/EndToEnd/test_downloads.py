"""What a client with roles downloads goes to a folder of its own, and is fetched with the same credential."""

import json
import os
import pathlib

import pytest
from harness import tokens
from harness.cdp import CDP
from harness.chromium import Chromium
from harness.stream import FILE, StreamingSite
from harness.until import until
from harness.wire import Wire, get, head
from playwright.sync_api import sync_playwright


@pytest.fixture(scope="module")
def chromium():
    """A Chromium for this file alone: its tests leave downloads under way."""
    browser = Chromium()
    yield browser
    browser.stop()


@pytest.fixture
def site():
    server = StreamingSite()
    yield server
    server.stop()


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "downloads"
    path.mkdir()
    return path


@pytest.fixture
def fleet(chromium, own_proxy, folder):
    return own_proxy(chromium.address, CDP_PROXY_DOWNLOADS=str(folder))


def credential(**changes):
    return {"Authorization": f"Bearer {tokens.token(**({'roles': ['operator']} | changes))}"}


def connect(proxy, **changes):
    return CDP(proxy.port, "/", **credential(**changes))


def fetch(proxy, identifier, **changes):
    return get(proxy.port, f"/downloads/{identifier}", **credential(**changes))


def listed(proxy, **changes):
    answer = get(proxy.port, "/downloads", **credential(**changes))
    assert answer.status == 200
    return json.loads(answer.body)["downloads"]


def begin(client, site, path, context=None, method="Browser.setDownloadBehavior", **changes):
    """Begins a download, to a folder that the client names."""
    behavior = {"behavior": "allow", "downloadPath": "/etc", "eventsEnabled": True} | changes
    client.call(method, **behavior, **({"browserContextId": context} if context else {}))
    if method != "Browser.setDownloadBehavior":
        client.call("Browser.setDownloadBehavior", **behavior)
    where = {"browserContextId": context} if context else {}
    target = client.call("Target.createTarget", url=site.url("/"), **where)["targetId"]
    session = client.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    client.wait_until("document.title === 'Streams'", session)
    client.evaluate(f"void (location.href = {json.dumps(path)})", session)


def save(client, site, path, **how):
    """Begins a download; gives its id, as the browser tells its client."""
    begin(client, site, path, **how)
    return client.wait_for_event("Browser.downloadWillBegin")["guid"]


def finish(client, guid):
    client.wait_for_event(
        "Browser.downloadProgress", lambda event: event["guid"] == guid and event["state"] == "completed"
    )


def download(client, site, **how):
    site.rest.set()
    guid = save(client, site, "/half", **how)
    finish(client, guid)
    return guid


def test_a_file_is_fetched_with_the_credential_that_downloaded_it(fleet, site, folder):
    with connect(fleet) as client:
        guid = download(client, site)
        answer = fetch(fleet, guid)
        assert (answer.status, answer.body) == (200, FILE)
        assert answer["Content-Disposition"] == f'attachment; filename="{guid}"'
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert [(file["id"], file["bytes"], file["finished"]) for file in listed(fleet)] == [(guid, len(FILE), True)]
        assert [path.name for path in folder.rglob("*") if path.is_file()] == [guid]
    # The connection is over, and the token was renewed meanwhile.
    assert fetch(fleet, guid, jti="another").body == FILE


def test_playwright_downloads_by_a_click(fleet, site):
    site.rest.set()
    url = fleet.url("", "ws", signingKey=tokens.token(roles=["operator"]))
    with sync_playwright() as playwright:
        page = playwright.chromium.connect_over_cdp(url).new_context().new_page()
        page.goto(site.url("/"))
        page.set_content(f'<a href="{site.url("/half")}">report</a>')
        with page.expect_download() as started:
            page.click("a")
        assert started.value.suggested_filename == "report.bin"
        name = pathlib.Path(started.value.path()).name
        assert fetch(fleet, name).body == FILE
        page.context.close()


def test_a_context_of_its_own_and_the_older_method_do_the_same(fleet, site):
    with connect(fleet) as client:
        context = client.call("Target.createBrowserContext")["browserContextId"]
        first = download(client, site, context=context)
        second = download(client, site, method="Page.setDownloadBehavior")
        assert {file["id"] for file in listed(fleet)} == {first, second}


def test_what_is_denied_is_not_downloaded(fleet, site, folder):
    with connect(fleet) as client:
        begin(client, site, "/endless", behavior="deny")
        assert site.gone.wait(60)
        assert listed(fleet) == []
        assert not [path for path in folder.rglob("*") if path.is_file()]


def test_another_credential_finds_nothing(fleet, site):
    with connect(fleet) as client:
        guid = download(client, site)
    others = [{"sub": "sess_two", "sessionId": "sess_two"}, {"userId": "user_two"}, {"roles": ["admin"], "userId": "u"}]
    for changes in others:
        assert fetch(fleet, guid, **changes).status == 404
        assert listed(fleet, **changes) == []
    assert fetch(fleet, guid, roles=["viewer"]).status == 403
    assert get(fleet.port, f"/downloads/{guid}").status == 401
    assert get(fleet.port, "/downloads").status == 401
    # Without roles a client names its own folder, where the proxy finds nothing.
    assert fetch(fleet, "0", roles=None).status == 404


@pytest.mark.parametrize(
    "path", ["..", "%2e%2e%2fpasswd", "a/b", "A" * 65, "%00", ".", "x.crdownload", "%2Fetc%2Fpasswd"]
)
def test_an_id_is_no_path(fleet, path):
    assert fetch(fleet, path).status == 404


def test_only_reading_is_served(fleet, site):
    with connect(fleet) as client:
        guid = download(client, site)
    with Wire(fleet.port) as connection:
        connection.send(head(f"/downloads/{guid}", method="HEAD", **credential()))
        answer = connection.rest()
    assert answer.startswith(b"HTTP/1.1 200 ")
    assert f"Content-Length: {len(FILE)}\r\n".encode() in answer
    assert answer.endswith(b"\r\n\r\n")
    for method in ["POST", "PUT"]:
        with Wire(fleet.port) as connection:
            connection.send(head(f"/downloads/{guid}", method=method, **credential()))
            answer = connection.response()
        assert (answer.status, answer["Allow"]) == (405, "GET, HEAD")


def test_an_unfinished_file_is_not_handed_out(fleet, site):
    with connect(fleet) as client:
        guid = save(client, site, "/half")
        client.wait_for_event("Browser.downloadProgress", lambda event: event["receivedBytes"] > 0)
        answer = fetch(fleet, guid)
        assert (answer.status, answer["Retry-After"]) == (409, "1")
        assert [file["finished"] for file in listed(fleet)] == [False]
        site.rest.set()
        finish(client, guid)
        assert fetch(fleet, guid).body == FILE


def test_what_a_taken_over_chrome_puts_there_is_not_handed_out(fleet, site, folder, tmp_path):
    with connect(fleet) as client:
        guid = download(client, site)
        (place,) = folder.iterdir()
        secret = tmp_path / "secret"
        secret.write_text("of the proxy")
        (place / "link").symlink_to(secret)
        (place / "twin").hardlink_to(secret)
        os.mkfifo(place / "pipe")
        (place / "folder").mkdir()
        for name in ["link", "twin", "pipe", "folder"]:
            assert fetch(fleet, name).status == 404
        until(lambda: fleet.metric("cdp_proxy_downloads_removed_total", reason="odd") >= 3)
        assert secret.read_text() == "of the proxy"
        assert fetch(fleet, guid).status == 200


def test_a_folder_that_became_a_link_is_not_followed(fleet, site, folder, tmp_path):
    with connect(fleet) as client:
        guid = download(client, site)
        (place,) = folder.iterdir()
        elsewhere = tmp_path / "elsewhere"
        place.rename(elsewhere)
        place.symlink_to(elsewhere)
        assert fetch(fleet, guid).status in (404, 500)
        assert (elsewhere / guid).exists()


def test_a_download_beyond_the_quota_is_cancelled(chromium, own_proxy, site, folder):
    fleet = own_proxy(chromium.address, CDP_PROXY_DOWNLOADS=str(folder), CDP_PROXY_DOWNLOADS_MIB="1")
    with connect(fleet) as client:
        guid = save(client, site, "/endless")
        cancelled = client.wait_for_event("Browser.downloadProgress", lambda event: event["state"] == "canceled")
        assert cancelled["guid"] == guid
        assert site.gone.wait(60)
        assert fleet.metric("cdp_proxy_downloads_removed_total", reason="quota") == 1
        assert fleet.wait_for_event("downloads_removed")["cancelled"] == 1
        assert not [path for path in folder.rglob("*") if path.is_file()]


def test_an_old_file_is_removed(chromium, own_proxy, site, folder):
    fleet = own_proxy(chromium.address, CDP_PROXY_DOWNLOADS=str(folder), CDP_PROXY_DOWNLOADS_AGE="1s")
    with connect(fleet) as client:
        guid = download(client, site)
        assert fleet.wait_for_event("downloads_removed")["age"] == 1
        assert fetch(fleet, guid).status == 404
        # The folder of a live connection stays.
        assert len(list(folder.iterdir())) == 1
        assert fetch(fleet, download(client, site)).status in (200, 404)
    until(lambda: fleet.metrics() and not list(folder.iterdir()))


def test_a_file_survives_the_proxys_end(fleet, site):
    with connect(fleet) as client:
        guid = download(client, site)
    fleet.process.kill()
    fleet.again()
    assert fetch(fleet, guid).body == FILE


def test_readers_that_stop_keep_nobody_out_for_long(fleet, site, folder):
    with connect(fleet) as client:
        download(client, site)
        (place,) = folder.iterdir()
        with open(place / "large", "wb") as large:
            large.truncate(64 << 20)
        readers = [Wire(fleet.port) for _ in range(16)]
        for reader in readers:
            reader.send(head("/downloads/large", **credential()))
            assert reader.exactly(12) == b"HTTP/1.1 200"
        assert fetch(fleet, "large").status == 503
        # Who drives the browser does not wait for them.
        assert client.evaluate("1 + 1", client.new_page()) == 2
        for reader in readers:
            reader.close()
        until(lambda: fetch(fleet, "large").status == 200)
        assert len(fetch(fleet, "large").body) == 64 << 20


def test_a_slow_reader_does_not_hold_the_end_up(chromium, own_proxy, site, folder):
    fleet = own_proxy(chromium.address, CDP_PROXY_DOWNLOADS=str(folder), CDP_PROXY_DRAIN="1s")
    with connect(fleet) as client:
        download(client, site)
    (place,) = folder.iterdir()
    with open(place / "large", "wb") as large:
        large.truncate(64 << 20)
    with Wire(fleet.port) as reader:
        reader.send(head("/downloads/large", **credential()))
        assert reader.exactly(12) == b"HTTP/1.1 200"
        fleet.process.terminate()
        assert fleet.process.wait(20) == 0


def test_without_a_folder_there_are_no_downloads(chromium, own_proxy):
    fleet = own_proxy(chromium.address)
    with connect(fleet) as client:
        assert client.call("Browser.setDownloadBehavior", behavior="allow", downloadPath="/etc") == {}
    assert get(fleet.port, "/downloads", **credential()).status == 404


def choose(client, site, path):
    """The answer to giving a page a file by its path, and what the page then reads of it."""
    session = client.new_page(site.url("/"))
    client.wait_until("document.title === 'Streams'", session)
    client.evaluate("void (document.body.innerHTML = '<input type=file>')", session)
    root = client.call("DOM.getDocument", session)["root"]["nodeId"]
    node = client.call("DOM.querySelector", session, nodeId=root, selector="input")["nodeId"]
    answer = client.answer("DOM.setFileInputFiles", session, nodeId=node, files=[str(path)])
    return answer, client.evaluate("document.querySelector('input').files[0]?.text()", session)


def test_files_of_the_upload_folder_are_given_to_pages_and_no_others(chromium, own_proxy, site, tmp_path):
    uploads = tmp_path / "uploads"
    uploads.mkdir()
    (uploads / "letter.txt").write_text("dear page")
    (tmp_path / "secret.txt").write_text("not for pages")
    fleet = own_proxy(chromium.address, CDP_PROXY_UPLOADS=str(uploads))
    with connect(fleet) as client:
        assert choose(client, site, uploads / "letter.txt")[1] == "dear page"
        for path in [tmp_path / "secret.txt", uploads / "../secret.txt", "/etc/passwd"]:
            answer, read = choose(client, site, path)
            assert "folder of uploads" in answer["error"]["message"]
            assert read is None


def test_a_download_is_given_to_another_page(fleet, site, folder):
    with connect(fleet) as client:
        guid = download(client, site)
        (place,) = folder.iterdir()
        assert choose(client, site, place / guid)[1].encode() == FILE
        assert choose(client, site, folder / ("0" * 32) / guid)[0]["error"]["code"] == -32000
