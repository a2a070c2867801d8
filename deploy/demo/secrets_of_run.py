"""The secrets of one run: new every time, handed on by environment, kept in a 0600 file for further tokens."""

import base64
import dataclasses
import json
import os
import secrets
import shlex


@dataclasses.dataclass
class Secrets:
    """What the proxy and the demo site are given in their environments."""

    proxy: dict
    site: dict

    def storage_state(self, site):
        """The session to be sealed: signed in by a cookie and by a token in local storage, as Playwright writes it."""
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
        return json.dumps(
            {"cookies": [cookie], "origins": [{"origin": site.rstrip("/"), "localStorage": [item]}]},
        )


def make(args, folder):
    """Makes the secrets and writes those of the proxy, with its settings, to `folder`/env."""
    proxy = {
        "CDP_PROXY_LISTEN": f"127.0.0.1:{args.proxy_port}",
        "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{args.admin_port}",
        "CDP_PROXY_CHROME": f"127.0.0.1:{args.chrome_port}",
        "CDP_PROXY_DRAIN": "1s",
        "DATABASE_URL": f"sqlite:///{folder / 'sessions.sqlite'}",
        "WALLCRAWLER_JWT_SIGNING_KEY": secrets.token_urlsafe(36),
        "SESSION_ENCRYPTION_SECRET": base64.b64encode(secrets.token_bytes(32)).decode(),
        "FLYBROWSER_ADMIN_TOKEN": secrets.token_urlsafe(36),
    }
    site = {"DEMO_COOKIE": secrets.token_urlsafe(24), "DEMO_TOKEN": secrets.token_urlsafe(24)}
    descriptor = os.open(folder / "env", os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        file.writelines(f"export {name}={shlex.quote(value)}\n" for name, value in proxy.items())
    return Secrets(proxy, site)
