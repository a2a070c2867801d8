"""CDP over a WebSocket of harness.wire: one call at a time; it stores the events."""

import itertools
import json
import time

from harness.tokens import session_query
from harness.wire import WebSocket


class CDP(WebSocket):
    def __init__(self, port, target="/", **how):
        super().__init__(port, target, **how)
        self._numbers = itertools.count(1)
        self.events = []

    def call(self, method, session=None, **params):
        """The result of a call. A CDP error fails the test."""
        answer = self.answer(method, session, **params)
        assert "result" in answer, f"{method}: {answer}"
        return answer["result"]

    def answer(self, method, session=None, **params):
        number = next(self._numbers)
        message = {"id": number, "method": method, "params": params}
        self.send_text(json.dumps(message | ({"sessionId": session} if session else {})))
        return self.answer_to(number)

    def answer_to(self, number):
        while True:
            message = json.loads(self.receive_message())
            if message.get("id") == number:
                return message
            self.events.append(message)

    def evaluate(self, expression, session=None):
        how = {"returnByValue": True, "awaitPromise": True}
        answer = self.call("Runtime.evaluate", session, expression=expression, **how)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def wait_until(self, expression, session=None, timeout=60):
        """Evaluates until the value is true. During a navigation, a document may appear and vanish again."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            answer = self.answer("Runtime.evaluate", session, expression=expression, returnByValue=True)
            value = answer.get("result", {}).get("result", {}).get("value")
            if value:
                return value
        raise AssertionError(f"not within {timeout} s: {expression}")

    def new_page(self, url="about:blank"):
        """Opens a page and returns its session id."""
        target = self.call("Target.createTarget", url=url)["targetId"]
        return self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def wait_for_event(self, method, wanted=lambda _: True):
        """The parameters of the first event of this name that `wanted` accepts, among stored and later events."""
        while True:
            while self.events:
                event = self.events.pop(0)
                if event.get("method") == method and wanted(event["params"]):
                    return event["params"]
            self.events.append(json.loads(self.receive_message()))


def connect_with_session(proxy, **changes):
    """A client whose token asks for user_one's stored session `work`, with `changes` to its claims."""
    return CDP(proxy.port, "/" + session_query(**changes))
