"""Headless Chromium for the demo: on loopback, fresh profile, the managed policy of deploy/, a user of its own."""

import json
import os
import pathlib
import pwd
import shutil
import subprocess
import tempfile

import processes

USER = "cdp-chrome"
POLICY = pathlib.Path(__file__).resolve().parent.parent / "chromium" / "cdp-proxy-policy.json"
INSTALLED_POLICY = pathlib.Path("/etc/chromium/policies/managed/cdp-proxy.json")
FLAGS = ["--headless=new", "--disable-gpu", "--no-first-run", "--no-default-browser-check", "--disable-sync"]
PREFERENCES = {"net": {"network_prediction_options": 2}}
SANDBOX_TROUBLE = ("No usable sandbox", "setuid sandbox", "Failed to move to new namespace", "zygote_host_impl_linux")


def start(cleanup, port, log):
    """Starts Chromium and returns a text that names its user and policy."""
    prefix = privileged()
    if prefix is None:
        profile = make_profile(cleanup, [], None)
        launch(cleanup, [], profile, port, log)
        return "as you: without root or sudo it gets neither a user of its own nor the managed policy"
    make_user(prefix)
    install_policy(cleanup, prefix, port)
    profile = make_profile(cleanup, prefix, USER)
    as_user = [*prefix, "setpriv", "--reuid", USER, "--regid", USER, "--clear-groups", "--"]
    launch(cleanup, as_user, profile, port, log)
    return f"as {USER}, managed policy in {INSTALLED_POLICY} until this ends"


def privileged():
    """The prefix that runs a command as root: empty as root, sudo where it is allowed, else None."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-v"], check=False).returncode == 0:
        return ["sudo"]
    return None


def make_user(prefix):
    try:
        pwd.getpwnam(USER)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", USER]
        processes.output([*prefix, *command], environment=os.environ)


def install_policy(cleanup, prefix, port):
    """Installs the policy where Debian's Chromium reads it, unless there is one already."""
    if INSTALLED_POLICY.exists():
        return
    text = POLICY.read_text().replace(":9222", f":{port}")
    processes.output([*prefix, "mkdir", "-p", str(INSTALLED_POLICY.parent)], environment=os.environ)
    processes.output([*prefix, "tee", str(INSTALLED_POLICY)], environment=os.environ, given=text)
    remove = [*prefix, "rm", "-f", str(INSTALLED_POLICY)]
    cleanup.callback(subprocess.run, remove, check=False)


def make_profile(cleanup, prefix, user):
    """A fresh profile below /tmp, where that user can reach it, with speculative connections switched off."""
    profile = pathlib.Path(tempfile.mkdtemp(prefix="cdp-chrome-", dir="/tmp"))
    cleanup.callback(subprocess.run, [*prefix, "rm", "-rf", str(profile)], check=False)
    (profile / "Default").mkdir()
    (profile / "Default" / "Preferences").write_text(json.dumps(PREFERENCES))
    if user:
        processes.output([*prefix, "chown", "-R", f"{user}:{user}", str(profile)], environment=os.environ)
    return profile


def launch(cleanup, as_user, profile, port, log):
    """Starts Chromium in its sandbox, and without it only where the kernel or the container allows none."""
    command = [
        *as_user,
        *["env", "-i", f"HOME={profile}", f"TMPDIR={profile}", "PATH=/usr/bin:/bin", "LANG=C.UTF-8"],
        *["chromium", *FLAGS, f"--remote-debugging-port={port}", f"--user-data-dir={profile}"],
    ]
    stop = stop_with_sudo if as_user and as_user[0] == "sudo" else processes.end
    try:
        processes.start(cleanup, [*command, "about:blank"], log, port, stop=stop)
    except processes.Failure:
        if not any(word in log.read_text(errors="replace") for word in SANDBOX_TROUBLE):
            raise
        print("Chromium cannot have its sandbox here (a container?); it runs without.", flush=True)
        processes.start(cleanup, [*command, "--no-sandbox", "about:blank"], log, port, stop=stop)


def stop_with_sudo(process):
    if process.poll() is None:
        subprocess.run(["sudo", "kill", str(process.pid)], check=False)
    processes.end(process)
