"""`make run-service`: the session service on loopback, with an identity provider of its own and an embedded database.

Starts both and the demo site, prints a token and how to create, list and fetch sessions with curl, does so once itself,
and serves until Ctrl-C (or, with --once, ends). Writes into its folder what the way from here to a signed-in browser
takes: `env` (secrets, for a shell to source), `authorization` (a header for curl) and `state.json` (a session that is
signed in at the demo site). It stops what it started, however it ends.
"""

import argparse
import json
import os
import pathlib
import subprocess

import identity_provider
import processes
import secrets_of_run
import session_service

FOLDER = pathlib.Path(".run/service")
STATE = {
    "cookies": [{"name": "sid", "value": "a-secret-of-shop.example", "domain": ".shop.example", "path": "/"}],
    "origins": [{"origin": "https://shop.example", "localStorage": [{"name": "theme", "value": "dark"}]}],
}


def arguments():
    parser = argparse.ArgumentParser(description="Runs the session service with an identity provider on loopback.")
    parser.add_argument("--binary", type=pathlib.Path, required=True, help="the session-service binary")
    parser.add_argument("--once", action="store_true", help="end after the proof")
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER, help="log, token and database")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--admin-port", type=int, default=8001)
    parser.add_argument("--site-port", type=int, default=8002)
    return parser.parse_args()


def run(args, cleanup):
    processes.require_free(args.port, "the session service")
    processes.require_free(args.admin_port, "the session service's admin listener")
    processes.require_free(args.site_port, "the demo site")
    folder = processes.fresh_folder(args.folder)
    provider = identity_provider.IdentityProvider()
    cleanup.callback(provider.stop)
    print(f"Identity provider: {provider.issuer}, with a key of this run alone", flush=True)
    sealing = secrets_of_run.encryption()
    environment = secrets_of_run.service_environment(args.port, args.admin_port, folder, sealing)
    url = session_service.start(
        cleanup,
        args.binary,
        os.environ | environment | provider.environment(),
        args.port,
        folder / "service.log",
    )
    print(f"Session service:   {url}, its log and database in {folder}")
    print(f"For operators:     http://127.0.0.1:{args.admin_port}/ready and /metrics")
    site = start_site(args, cleanup, folder)
    print(f"Demo site:         {site}, {processes.shown(folder / 'state.json')} is signed in there\n")
    token = provider.token(session_service.USER)
    header = folder / "authorization"
    processes.write_private(header, f"Authorization: Bearer {token}\n")
    client = {"SERVICE": url, "USER_ID": session_service.USER, "SITE": site}
    secrets_of_run.write(folder / "env", secrets_of_run.proxy_environment(folder, sealing) | client, args.binary)
    print(
        f"A token of {session_service.USER}, good for an hour (as a header for curl in"
        f" {processes.shown(header)}):\n\n{token}\n"
    )
    prove(url, processes.shown(header))
    if not args.once:
        print(f"\nA proxy and its tokens find their secrets in {processes.shown(folder / 'env')}.")
        print("Serving. Ctrl-C stops everything that was started here.", flush=True)
        processes.wait_for_any()


def start_site(args, cleanup, folder):
    """Starts the demo site, writes a session that is signed in there, and returns where the site is."""
    site = f"http://127.0.0.1:{args.site_port}/"
    secrets = secrets_of_run.site_environment()
    processes.start_site(cleanup, args.site_port, secrets, folder / "site.log")
    processes.write_private(folder / "state.json", json.dumps(secrets_of_run.storage_state(site, secrets)))
    return site


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
