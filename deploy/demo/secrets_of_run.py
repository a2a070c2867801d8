"""The secrets of one run: new every time, handed on by environment, kept in a 0600 file for further tokens."""

import base64
import dataclasses
import secrets
import shlex

import processes


@dataclasses.dataclass
class Secrets:
    """What the session service, the proxy and the demo site are given in their environments."""

    service: dict
    proxy: dict
    site: dict

    def storage_state(self, site):
        """The session to be stored: signed in by a cookie and by a token in local storage, as Playwright writes it."""
        host = site.split("/")[2].split(":")[0]
        cookie = {
            "name": "demo_session",
            "value": self.site["DEMO_COOKIE"],
            "domain": host,
            "path": "/",
            "expires": -1,
            "httpOnly": True,
            "secure": False,
            "sameSite": "Lax",
        }
        item = {"name": "demo_token", "value": self.site["DEMO_TOKEN"]}
        return {"cookies": [cookie], "origins": [{"origin": site.rstrip("/"), "localStorage": [item]}]}


def make(args, folder):
    """Makes the secrets and writes those of the proxy, with its settings, to `folder`/env."""
    proxy = {
        "CDP_PROXY_LISTEN": f"127.0.0.1:{args.proxy_port}",
        "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{args.admin_port}",
        "CDP_PROXY_CHROME": f"127.0.0.1:{args.chrome_port}",
        "CDP_PROXY_DRAIN": "1s",
        "DATABASE_URL": database(folder),
        "WALLCRAWLER_JWT_SIGNING_KEY": secrets.token_urlsafe(36),
        "SESSION_ENCRYPTION_SECRET": encryption(),
        "FLYBROWSER_ADMIN_TOKEN": secrets.token_urlsafe(36),
    }
    site = {"DEMO_COOKIE": secrets.token_urlsafe(24), "DEMO_TOKEN": secrets.token_urlsafe(24)}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in proxy.items()]
    processes.write_private(folder / "env", "".join(lines))
    sealing = proxy["SESSION_ENCRYPTION_SECRET"]
    service = service_environment(args.service_port, args.service_admin_port, folder, sealing)
    return Secrets(service, proxy, site)


def encryption():
    """A master secret: 32 bytes in base64."""
    return base64.b64encode(secrets.token_bytes(32)).decode()


def database(folder):
    return f"sqlite:///{folder / 'sessions.sqlite'}"


def service_environment(port, admin_port, folder, secret):
    """The settings of a session service on loopback whose database is in `folder`."""
    return {
        "SESSION_LISTEN": f"127.0.0.1:{port}",
        "SESSION_ADMIN_LISTEN": f"127.0.0.1:{admin_port}",
        "SESSION_INIT_DB": "true",
        "SESSION_ENCRYPTION_SECRET": secret,
        "DATABASE_URL": database(folder),
    }
