"""`make run-service`: the session service on loopback, with an identity provider of its own and an embedded database.

Starts both, prints a token and how to create, list and fetch sessions with curl, does so once itself, and serves until
Ctrl-C (or, with --once, ends). What was started here is stopped, whatever happens.
"""

import argparse
import contextlib
import json
import os
import pathlib
import subprocess

import identity_provider
import processes
import secrets_of_run
import session_service

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
STATE = {
    "cookies": [{"name": "sid", "value": "a-secret-of-shop.example", "domain": ".shop.example", "path": "/"}],
    "origins": [{"origin": "https://shop.example", "localStorage": [{"name": "theme", "value": "dark"}]}],
}


def arguments():
    parser = argparse.ArgumentParser(description="Runs the session service with an identity provider on loopback.")
    parser.add_argument("--binary", type=pathlib.Path, required=True, help="the session-service binary")
    parser.add_argument("--once", action="store_true", help="end after the proof")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".run/service", help="log, token and database")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--admin-port", type=int, default=8001)
    return parser.parse_args()


def run(args, cleanup):
    processes.require_free(args.port, "the session service")
    processes.require_free(args.admin_port, "the session service's admin listener")
    folder = processes.fresh_folder(args.folder)
    provider = identity_provider.IdentityProvider()
    cleanup.callback(provider.stop)
    print(f"Identity provider: {provider.issuer}, with a key of this run alone", flush=True)
    environment = secrets_of_run.service_environment(args.port, args.admin_port, folder, secrets_of_run.encryption())
    url = session_service.start(
        cleanup,
        args.binary,
        os.environ | environment | provider.environment(),
        args.port,
        folder / "service.log",
    )
    print(f"Session service:   {url}, its log and database in {folder}")
    print(f"For operators:     http://127.0.0.1:{args.admin_port}/ready and /metrics\n")
    token = provider.token(session_service.USER)
    header = folder / "authorization"
    processes.write_private(header, f"Authorization: Bearer {token}\n")
    print(
        f"A token of {session_service.USER}, good for an hour (as a header for curl in {shown(header)}):\n\n{token}\n"
    )
    prove(url, shown(header))
    if not args.once:
        print("\nServing. Ctrl-C stops everything that was started here.", flush=True)
        processes.wait_for_any()


def shown(path):
    """The path as one types it in the folder one is in."""
    with contextlib.suppress(ValueError):
        return path.relative_to(pathlib.Path.cwd())
    return path


def prove(url, header):
    """Prints commands, runs them, and prints what came back."""
    body = json.dumps({"name": "shop", "domains": ["shop.example"], "storage_state": STATE})
    create = f"curl -sS -H @{header} -H 'Content-Type: application/json' {url}/sessions -d '{body}'"
    identity = json.loads(curl("Create a session:", create))["id"]
    curl("List yours:", f"curl -sS -H @{header} {url}/sessions")
    curl("Find one by its name:", f"curl -sS -H @{header} {url}/sessions/by-name/shop")
    state = curl("Fetch what is stored in it:", f"curl -sS -H @{header} {url}/sessions/{identity}/state")
    if json.loads(state)["storage_state"] != STATE:
        raise processes.Failure("What came back is not what was stored; the log of the service says more.")
    print("Stored, listed, found and fetched: what came back is what was stored.", flush=True)


def curl(what, command):
    """The body that came back; anything but a success is a failure."""
    print(f"{what}\n\n{indented(command)}\n", flush=True)
    done = subprocess.run(["bash", "-c", command.replace("curl ", "curl --fail-with-body ", 1)], **CAPTURED)
    if done.returncode != 0:
        raise processes.Failure(f"curl: {done.stderr.strip()} {done.stdout.strip()}")
    print(indented(done.stdout, by=8) + "\n", flush=True)
    return done.stdout


CAPTURED = {"capture_output": True, "text": True, "check": False}


def indented(text, by=4):
    return "\n".join(" " * by + line for line in text.splitlines())


processes.run_until_stopped(run, arguments())
