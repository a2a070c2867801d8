"""Another CDP client (cdp-use, which browser agents use) works through the proxy unchanged."""

import asyncio
import base64

from cdp_use.client import CDPClient
from harness import tokens

TITLE = """new Promise((tell) => {
    if (document.readyState == "complete") tell(document.title);
    else addEventListener("load", () => tell(document.title));
})"""


async def visit(url, headers=None):
    """Opens a page; returns its title, a screenshot, and the events on the way."""
    events = []
    async with CDPClient(url, additional_headers=headers) as client:
        target = await client.send.Target.createTarget({"url": "about:blank"})
        attached = await client.send.Target.attachToTarget({"targetId": target["targetId"], "flatten": True})
        session = attached["sessionId"]
        client.register.Page.frameNavigated(lambda event, _: events.append(event["frame"]["url"]))
        await client.send.Page.enable(session_id=session)
        await client.send.Page.navigate({"url": "data:text/html,<title>There</title>"}, session_id=session)
        title = await client.send.Runtime.evaluate({"expression": TITLE, "awaitPromise": True}, session_id=session)
        picture = await client.send.Page.captureScreenshot(session_id=session)
        await client.send.Target.closeTarget({"targetId": target["targetId"]})
    return title["result"]["value"], base64.b64decode(picture["data"]), events


def test_cdp_use_connects_with_a_token_in_the_query(proxy):
    title, picture, events = asyncio.run(visit(proxy.url(signingKey=tokens.token())))
    assert title == "There"
    assert picture.startswith(b"\x89PNG")
    assert "data:text/html,<title>There</title>" in events


def test_cdp_use_connects_with_a_token_in_a_header(proxy):
    headers = {"Authorization": f"Bearer {tokens.token()}"}
    title, _, _ = asyncio.run(visit(proxy.url("/devtools/browser"), headers))
    assert title == "There"
