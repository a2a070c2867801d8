"""With several loops, every client is served, counted and closed in order, and sees no difference."""

import concurrent.futures
import contextlib
import pathlib

from harness import tokens
from harness.cdp import CDP
from harness.proxy import command, environment

CLIENTS = 6
ROUNDS = 20


def converse(client, number):
    """Each client asks for answers of its own, small and large, and gets them."""
    for turn in range(ROUNDS):
        assert client.evaluate(f"{number} * 1000 + {turn}") == number * 1000 + turn
        size = 1_000 if turn % 5 else 600_000
        assert client.evaluate(f"'{number}'.repeat({size})") == str(number) * size
    return number


def test_many_clients_on_several_loops_are_served_and_closed(own_proxy, chromium):
    proxy = own_proxy(chromium.address, CDP_PROXY_LOOPS="3", CDP_PROXY_DRAIN="200ms")
    with contextlib.ExitStack() as cleanup:
        target = f"/devtools/page/{chromium.page_id()}?signingKey={tokens.token()}"
        clients = [cleanup.enter_context(CDP(proxy.port, target)) for _ in range(CLIENTS)]
        assert len(list(pathlib.Path(f"/proc/{proxy.process.pid}/task").iterdir())) >= 3
        with concurrent.futures.ThreadPoolExecutor(CLIENTS) as pool:
            assert list(pool.map(converse, clients, range(1, CLIENTS + 1))) == list(range(1, CLIENTS + 1))
        asked = 2 * ROUNDS * CLIENTS
        assert proxy.metric("cdp_proxy_relay_frames_total", direction="client_to_chrome") == asked
        assert proxy.metric("cdp_proxy_connections_active") == CLIENTS
        proxy.terminate()
        assert [client.receive_close().code for client in clients] == [1012] * CLIENTS
    assert proxy.wait() == 0
    assert len(proxy.events("closed", code=1012, framesToChrome=2 * ROUNDS)) == CLIENTS


def test_a_client_on_another_loop_gets_1011_when_chrome_dies(own_proxy, own_chromium):
    chromium = own_chromium()
    proxy = own_proxy(chromium.address, CDP_PROXY_LOOPS="2")
    with contextlib.ExitStack() as cleanup:
        clients = [cleanup.enter_context(CDP(proxy.port, f"/?signingKey={tokens.token()}")) for _ in range(4)]
        chromium.kill()
        assert [client.receive_close().code for client in clients] == [1011] * 4
    proxy.wait_for_event("closed", side="chrome")


def test_the_option_overrides_the_variable(tmp_path):
    done = command("serve", "--loops", "0", env=environment(tmp_path, CDP_PROXY_LOOPS="2"))
    assert done.returncode not in (0, None)
    assert "CDP_PROXY_LOOPS" in done.stderr and "from 1 to 64" in done.stderr
