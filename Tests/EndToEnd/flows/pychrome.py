"""pychrome, by its tabs.

Flows: open, evaluate, click, screenshot, close.
"""

import os
import threading

import pychrome

browser = pychrome.Browser(url=f"http://{os.environ['CDP']}")
tab = browser.new_tab()
loaded = threading.Event()
tab.Page.loadEventFired = lambda **_: loaded.set()
tab.start()
tab.Network.enable()
tab.Page.enable()
tab.Page.navigate(url=os.environ["SITE"])
assert loaded.wait(30)
assert tab.Runtime.evaluate(expression="1 + 1")["result"]["value"] == 2
root = tab.DOM.getDocument()["root"]["nodeId"]
tab.DOM.querySelector(nodeId=root, selector="#press")
for kind in ("mousePressed", "mouseReleased"):
    tab.Input.dispatchMouseEvent(type=kind, x=10, y=10, button="left", clickCount=1)
tab.Page.captureScreenshot()
tab.stop()
browser.close_tab(tab)
