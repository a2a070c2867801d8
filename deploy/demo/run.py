"""`make run` and `make demo`: a signed-in browser behind an authenticated connectUrl, on loopback.

Starts, in this order, the demo site, Chromium under a user of its own, and the session service with an identity
provider; stores a session in it with POST /sessions, as its owner does; starts the proxy on the same database; prints
the connectUrl and how to use it; proves it; serves until Ctrl-C (or, with --once, ends). It stops what it
started, by its process, however it ends, and removes what it put outside of .run.
"""

import argparse
import os
import pathlib
import subprocess

import chromium
import identity_provider
import processes
import secrets_of_run
import session_service
import snippets

HERE = pathlib.Path(__file__).resolve().parent
FOLDER = pathlib.Path(".run")


def arguments():
    parser = argparse.ArgumentParser(description="Runs the proxy with a browser and a demo site on loopback.")
    parser.add_argument("--binary", type=pathlib.Path, required=True, help="the cdp-proxy binary")
    parser.add_argument("--service-binary", type=pathlib.Path, required=True, help="the session-service binary")
    parser.add_argument("--once", action="store_true", help="end after the proof")
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER, help="logs, secrets, store; made anew")
    parser.add_argument("--chrome-port", type=int, default=9222)
    parser.add_argument("--proxy-port", type=int, default=9223)
    parser.add_argument("--admin-port", type=int, default=9224)
    parser.add_argument("--site-port", type=int, default=9225)
    parser.add_argument("--service-port", type=int, default=9226)
    parser.add_argument("--service-admin-port", type=int, default=9227)
    return parser.parse_args()


def run(args, cleanup):
    for port, what in (
        (args.chrome_port, "Chromium's debugging port"),
        (args.proxy_port, "the proxy"),
        (args.admin_port, "the proxy's admin listener"),
        (args.site_port, "the demo site"),
        (args.service_port, "the session service"),
        (args.service_admin_port, "the session service's admin listener"),
    ):
        processes.require_free(port, what)
    folder = processes.fresh_folder(args.folder)
    secrets = secrets_of_run.make(args, folder)
    site = f"http://127.0.0.1:{args.site_port}/"
    proxy_address = f"127.0.0.1:{args.proxy_port}"

    say("Demo site", site)
    processes.start_site(cleanup, args.site_port, secrets.site, folder / "site.log")
    user = chromium.start(cleanup, args.chrome_port, folder / "chromium.log")
    say("Chromium", f"127.0.0.1:{args.chrome_port}, {user}")

    store(args, cleanup, folder, secrets, site)

    environment = os.environ | secrets.proxy
    processes.start(
        cleanup, [str(args.binary), "serve"], log=folder / "proxy.log", environment=environment, port=args.proxy_port
    )
    say("Proxy", f"{proxy_address}, its log in {folder}")
    token = processes.output(
        [
            *[str(args.binary), "token", "issue", "--session-id", "sess_demo", "--project-id", "proj_demo"],
            *["--user-id", session_service.USER, "--browser-session", "demo"],
        ],
        environment=environment,
    ).strip()
    connect_url = f"ws://{proxy_address}/?signingKey={token}"
    client = {"SITE": site, "PROXY": proxy_address, "TOKEN": token, "CONNECT_URL": connect_url}
    secrets_of_run.write(folder / "env", secrets.proxy | client, args.binary)

    print(f"\nconnectUrl (signed for one hour):\n\n{connect_url}\n")
    print(f"It is in {processes.shown(folder / 'env')} too, with the secrets. In another terminal:\n")
    print(f". {processes.shown(folder / 'env')}\n\n{snippets.text()}", flush=True)
    print("Proof: through the connectUrl, the demo site shows", flush=True)
    prove(connect_url, site)
    if not args.once:
        print("\nServing. Ctrl-C stops everything that was started here.", flush=True)
        processes.wait_for_any()


def store(args, cleanup, folder, secrets, site):
    """Stores the session as its owner does: over HTTP, with a token of the identity provider."""
    provider = identity_provider.IdentityProvider()
    cleanup.callback(provider.stop)
    say("Identity", f"{provider.issuer}, a provider for this run alone")
    environment = os.environ | secrets.service | provider.environment()
    log = folder / "service.log"
    url = session_service.start(cleanup, args.service_binary, environment, args.service_port, log)
    say("Sessions", f"{url}, for a token of the identity provider")
    token = provider.token(session_service.USER)
    state = secrets_of_run.storage_state(site, secrets.site)
    stored = session_service.create(url, token, "demo", "127.0.0.1", state)
    say("Stored", f"POST {url}/sessions made session {stored['id']} named {stored['name']}")


def prove(connect_url, site):
    environment = os.environ | {"CONNECT_URL": connect_url, "SITE": site}
    done = subprocess.run(["/usr/bin/python3", str(HERE / "proof.py")], env=environment, check=False)
    if done.returncode != 0:
        raise processes.Failure("The proof failed; the logs of the proxy and of Chromium say more.")


def say(what, where):
    print(f"{what + ':':<12}{where}", flush=True)


processes.run_until_stopped(run, arguments())
