"""A client that speaks CDP over a bare WebSocket, on a page's own endpoint.

Flows: open, evaluate, screenshot, close.
"""

import asyncio
import itertools
import json
import os
import urllib.request

import websockets

COMMANDS = [
    ("Page.enable", {}),
    ("Runtime.enable", {}),
    ("Network.enable", {}),
    ("Page.navigate", {"url": os.environ["SITE"]}),
    ("Runtime.evaluate", {"expression": "document.title"}),
    ("DOM.enable", {}),
    ("DOM.getDocument", {}),
    ("Page.captureScreenshot", {}),
    ("Page.close", {}),
]


async def main():
    request = urllib.request.Request(f"http://{os.environ['CDP']}/json/new?about:blank", method="PUT")
    with urllib.request.urlopen(request) as answer:
        endpoint = json.load(answer)["webSocketDebuggerUrl"]
    numbers = itertools.count(1)
    async with websockets.connect(endpoint, max_size=None) as cdp:
        for method, parameters in COMMANDS:
            number = next(numbers)
            await cdp.send(json.dumps({"id": number, "method": method, "params": parameters}))
            while (message := json.loads(await cdp.recv())).get("id") != number:
                pass
            assert "result" in message, message
            if method == "Page.navigate":
                while json.loads(await cdp.recv()).get("method") != "Page.loadEventFired":
                    pass


asyncio.run(main())
