"""The secrets of one run: new every time, handed on by environment, kept in a 0600 file that a shell can source."""

import base64
import dataclasses
import pathlib
import secrets
import shlex

import processes


@dataclasses.dataclass
class Secrets:
    """The environments of the session service, the proxy and the demo site."""

    service: dict
    proxy: dict
    site: dict


def make(args, folder):
    """The secrets of a run that starts all three."""
    sealing = encryption()
    proxy = {
        "CDP_PROXY_LISTEN": f"127.0.0.1:{args.proxy_port}",
        "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{args.admin_port}",
        "CDP_PROXY_CHROME": f"127.0.0.1:{args.chrome_port}",
        "CDP_PROXY_DRAIN": "1s",
    }
    service = service_environment(args.service_port, args.service_admin_port, folder, sealing)
    return Secrets(service, proxy | proxy_environment(folder, sealing), site_environment())


def proxy_environment(folder, sealing):
    """The secrets of a proxy whose database is in `folder`."""
    return {
        "DATABASE_URL": database(folder),
        "WALLCRAWLER_JWT_SIGNING_KEY": secrets.token_urlsafe(36),
        "SESSION_ENCRYPTION_SECRET": sealing,
        "FLYBROWSER_ADMIN_TOKEN": secrets.token_urlsafe(36),
    }


def service_environment(port, admin_port, folder, sealing):
    """The settings of a session service on loopback whose database is in `folder`."""
    return {
        "SESSION_LISTEN": f"127.0.0.1:{port}",
        "SESSION_ADMIN_LISTEN": f"127.0.0.1:{admin_port}",
        "SESSION_INIT_DB": "true",
        "SESSION_ENCRYPTION_SECRET": sealing,
        "DATABASE_URL": database(folder),
    }


def site_environment():
    """The cookie and the token by which the demo site knows a signed-in visitor."""
    return {"DEMO_COOKIE": secrets.token_urlsafe(24), "DEMO_TOKEN": secrets.token_urlsafe(24)}


def storage_state(site, environment):
    """A session that is signed in at the demo site, by a cookie and by a token, as Playwright writes it."""
    cookie = {
        "name": "demo_session",
        "value": environment["DEMO_COOKIE"],
        "domain": site.split("/")[2].split(":")[0],
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }
    item = {"name": "demo_token", "value": environment["DEMO_TOKEN"]}
    return {"cookies": [cookie], "origins": [{"origin": site.rstrip("/"), "localStorage": [item]}]}


def write(path, variables, binary):
    """Writes the file to be sourced: the variables, and the binary's folder on the PATH."""
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in variables.items()]
    folder = shlex.quote(str(pathlib.Path(binary).resolve().parent))
    processes.write_private(path, "".join(lines) + f'export PATH={folder}:"$PATH"\n')


def encryption():
    """A master secret: 32 bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def database(folder):
    return f"sqlite:///{folder / 'sessions.sqlite'}"
