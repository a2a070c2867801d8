"""The session service of a run: starts it on the run's database, and stores a session as a user does."""

import json
import urllib.error
import urllib.request

import processes

USER = "user_demo"


def start(cleanup, binary, environment, port, log):
    """Starts the service and returns its URL."""
    processes.start(cleanup, [str(binary)], log=log, environment=environment, port=port)
    return f"http://127.0.0.1:{port}"


def create(url, token, name, domain, storage_state):
    """POST /sessions; the JSON of the answer."""
    body = {"name": name, "domains": [domain], "storage_state": storage_state}
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/sessions", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        raise processes.Failure(f"POST /sessions was answered with {error.code}: {error.read().decode()}") from error
