"""Starting, watching and stopping the processes of the demo."""

import contextlib
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time


class Failure(Exception):
    """One sentence for the person who typed the command."""


running = []


def run_until_stopped(run, args):
    """Calls `run(args, cleanup)`. SIGINT, SIGTERM and failures end it with one line, after `cleanup`."""
    interrupt_on_signals()
    try:
        with contextlib.ExitStack() as cleanup:
            run(args, cleanup)
    except KeyboardInterrupt:
        print("\nStopped.", flush=True)
    except Failure as failure:
        sys.exit(f"\n{failure}")


def interrupt_on_signals():
    """Ctrl-C and SIGTERM end the run, also in a background job, which a shell starts with SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)


def fresh_folder(folder):
    """The folder, for the owner alone and without the files of an earlier run; it keeps folders in it."""
    folder = pathlib.Path(folder).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    for file in folder.iterdir():
        if not file.is_dir():
            file.unlink()
    return folder


def shown(path):
    """The path as a person types it in the current folder."""
    with contextlib.suppress(ValueError):
        return path.relative_to(pathlib.Path.cwd())
    return path


def write_private(path, text):
    """A new file that only its owner may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def require_free(port, what):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise Failure(
                f"Port {port} (for {what}) is in use. Stop what listens there (`ss -ltnp sport = :{port}` names it)."
            ) from error


def start(cleanup, command, log, port, environment=None, stop=None, patience=60, **how):
    """Starts a process in a session of its own and returns it once `port` answers; `cleanup` will stop it."""
    with open(log, "ab", opener=lambda path, flags: os.open(path, flags, 0o600)) as output:
        process = subprocess.Popen(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **how,
        )
    running.append(process)
    cleanup.callback(stop or end, process)
    deadline = time.monotonic() + patience
    while not answers(port):
        if process.poll() is not None:
            raise Failure(f"{name(command)} ended at once (status {process.returncode}): {last_line(log)}")
        if time.monotonic() > deadline:
            raise Failure(f"{name(command)} does not answer on port {port} after {patience} s: {last_line(log)}")
        time.sleep(0.02)
    return process


def start_site(cleanup, port, secrets, log):
    """Starts the demo site; `secrets` are the two it asks of a visitor who is signed in."""
    command = [sys.executable, str(pathlib.Path(__file__).resolve().parent / "site.py"), str(port)]
    start(cleanup, command, log=log, environment=os.environ | secrets, port=port)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def end(process, patience=10):
    """Asks the process to end, then ends what is left of its group: Chromium's helpers outlive it by a moment."""
    if process in running:
        running.remove(process)
    if process.poll() is None:
        process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def output(command, environment, given=None):
    """The standard output of a command; its standard error becomes the failure."""
    done = subprocess.run(command, env=environment, input=given, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{name(command)}: {done.stderr.strip()}")
    return done.stdout


def wait_for_any():
    """Never returns; fails when one of the processes ends by itself."""
    pid, status = os.wait()
    ended = next((process for process in running if process.pid == pid), None)
    if ended is not None:
        running.remove(ended)
        raise Failure(f"{name(ended.args)} ended by itself (wait status {status}); its log says why.")
    wait_for_any()


def name(command):
    return " ".join(str(word) for word in command[:3] if not str(word).startswith("-"))


def last_line(log):
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1] if lines else "its log is empty"
