"""Plain CDP over a WebSocket: opens SITE through CONNECT_URL and prints what the page shows.

CONNECT_URL holds a token, so it comes in the environment, not on the command line. Exits 1 unless the page says that it
is signed in, by its cookie and by its local storage.
"""

import asyncio
import itertools
import json
import os
import sys

import websockets

SHOWN = "document.documentElement.dataset.ready && document.body.innerText"


async def prove(connect_url, site):
    async with websockets.connect(connect_url, max_size=None) as socket:
        numbers = itertools.count(1)

        async def call(method, session=None, **params):
            message = {"id": next(numbers), "method": method, "params": params}
            if session:
                message["sessionId"] = session
            await socket.send(json.dumps(message))
            while (answer := json.loads(await socket.recv())).get("id") != message["id"]:
                pass
            if "error" in answer:
                sys.exit(f"{method}: {answer['error']['message']}")
            return answer["result"]

        target = (await call("Target.createTarget", url=site))["targetId"]
        session = (await call("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        shown = ""
        while not shown:
            answer = await call("Runtime.evaluate", session, expression=SHOWN, returnByValue=True)
            shown = answer["result"].get("value")
        await call("Target.closeTarget", targetId=target)
    return shown


text = asyncio.run(asyncio.wait_for(prove(os.environ["CONNECT_URL"], os.environ["SITE"]), 30))
print("\n".join("    " + line for line in text.splitlines() if line))
if "Signed in as demo" not in text or text.count("accepted") != 2:
    sys.exit("The page is not signed in.")
