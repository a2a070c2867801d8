"""cdp-use: the commands that code on it is written of, typed by hand.

Flows: open, history, click, type, upload, screenshot, pdf, screencast, evaluate, document, accessibility, request \
interception, download, dialog, cookies, emulation, new context, close.
"""

import asyncio
import contextlib
import json
import os
import urllib.request

from cdp_use.client import CDPClient

SITE, UPLOAD, CDP = os.environ["SITE"], os.environ["UPLOAD"], os.environ["CDP"]
# How a role is refused a file of the browser's machine.
REFUSED = [RuntimeError] if "ROLE" in os.environ else []


async def open_page(client, context):
    target = await client.send.Target.createTarget({"url": "about:blank", "browserContextId": context})
    await client.send.Target.activateTarget({"targetId": target["targetId"]})
    attached = await client.send.Target.attachToTarget({"targetId": target["targetId"], "flatten": True})
    return target["targetId"], attached["sessionId"]


async def move(client, session):
    loaded = asyncio.Event()
    client.register.Page.loadEventFired(lambda *_: loaded.set())
    for domain in (client.send.Page, client.send.Runtime, client.send.DOM, client.send.Network, client.send.Log):
        await domain.enable(session_id=session)
    await client.send.Accessibility.enable(session_id=session)
    await client.send.Target.setAutoAttach(
        {"autoAttach": True, "waitForDebuggerOnStart": True, "flatten": True}, session_id=session
    )
    await client.send.Runtime.runIfWaitingForDebugger(session_id=session)
    await client.send.Page.navigate({"url": SITE}, session_id=session)
    await loaded.wait()
    await client.send.Page.getNavigationHistory(session_id=session)
    await client.send.Page.getFrameTree(session_id=session)


async def read(client, session):
    root = (await client.send.DOM.getDocument({"depth": -1, "pierce": True}, session_id=session))["root"]["nodeId"]
    file = (await client.send.DOM.querySelector({"nodeId": root, "selector": "#file"}, session_id=session))["nodeId"]
    with contextlib.suppress(*REFUSED):
        await client.send.DOM.setFileInputFiles({"nodeId": file, "files": [UPLOAD]}, session_id=session)
    await client.send.DOM.describeNode({"nodeId": file}, session_id=session)
    await client.send.DOM.getBoxModel({"nodeId": file}, session_id=session)
    await client.send.DOM.getOuterHTML({"nodeId": file}, session_id=session)
    await client.send.DOM.focus({"nodeId": file}, session_id=session)
    resolved = await client.send.DOM.resolveNode({"nodeId": file}, session_id=session)
    identity = resolved["object"]["objectId"]
    await client.send.DOMDebugger.getEventListeners({"objectId": identity}, session_id=session)
    await client.send.Runtime.callFunctionOn(
        {"functionDeclaration": "function () { return this.id }", "objectId": identity}, session_id=session
    )
    await client.send.Runtime.releaseObject({"objectId": identity}, session_id=session)
    await client.send.DOMSnapshot.captureSnapshot({"computedStyles": ["color"]}, session_id=session)
    await client.send.Accessibility.getFullAXTree(session_id=session)
    await client.send.Page.getLayoutMetrics(session_id=session)
    await client.send.Page.captureScreenshot(session_id=session)
    await client.send.Page.printToPDF(session_id=session)
    await client.send.Page.startScreencast({"format": "jpeg"}, session_id=session)
    await client.send.Page.stopScreencast(session_id=session)
    answer = await client.send.Runtime.evaluate({"expression": "1 + 1"}, session_id=session)
    assert answer["result"]["value"] == 2


async def act(client, session):
    asked = asyncio.Event()
    client.register.Page.javascriptDialogOpening(lambda *_: asked.set())
    for kind in ("mousePressed", "mouseReleased"):
        mouse = {"type": kind, "x": 10, "y": 10, "button": "left", "clickCount": 1}
        await client.send.Input.dispatchMouseEvent(mouse, session_id=session)
    await client.send.Input.dispatchKeyEvent({"type": "char", "text": "a"}, session_id=session)
    await client.send.Input.insertText({"text": "inserted"}, session_id=session)
    asking = asyncio.ensure_future(client.send.Runtime.evaluate({"expression": "confirm('sure?')"}, session_id=session))
    await asked.wait()
    await client.send.Page.handleJavaScriptDialog({"accept": True}, session_id=session)
    await asking
    await client.send.Emulation.setDeviceMetricsOverride(
        {"width": 500, "height": 400, "deviceScaleFactor": 1, "mobile": False}, session_id=session
    )
    await client.send.Page.addScriptToEvaluateOnNewDocument({"source": "window.early = 1"}, session_id=session)
    await client.send.Network.setExtraHTTPHeaders({"headers": {"x-a": "b"}}, session_id=session)
    await client.send.Network.setCookie({"name": "a", "value": "b", "url": SITE}, session_id=session)
    await client.send.Network.getCookies(session_id=session)
    await client.send.Fetch.enable({"patterns": [{"urlPattern": "*"}]}, session_id=session)
    await client.send.Fetch.disable(session_id=session)
    await client.send.Page.reload(session_id=session)


async def main():
    with urllib.request.urlopen(f"http://{CDP}/json/version") as answer:
        endpoint = json.load(answer)["webSocketDebuggerUrl"]
    async with CDPClient(endpoint) as client:
        await client.send.Browser.getVersion()
        await client.send.Target.getTargets()
        await client.send.Target.setDiscoverTargets({"discover": True})
        context = (await client.send.Target.createBrowserContext())["browserContextId"]
        await client.send.Browser.setDownloadBehavior({"behavior": "deny", "browserContextId": context})
        await client.send.Browser.grantPermissions({"permissions": ["geolocation"], "browserContextId": context})
        target, session = await open_page(client, context)
        for flow in (move, read, act):
            await flow(client, session)
        await client.send.Storage.getCookies({"browserContextId": context})
        await client.send.Storage.clearCookies({"browserContextId": context})
        await client.send.Target.detachFromTarget({"sessionId": session})
        await client.send.Target.closeTarget({"targetId": target})
        await client.send.Target.disposeBrowserContext({"browserContextId": context})


asyncio.run(main())
