"""The settings of the container images, tried with the program itself, without a container engine."""

import pathlib
import re

from harness.proxy import command

DOCKER = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "docker"


def image_variables():
    """The variables that the proxy's image sets for its processes."""
    text = (DOCKER / "Dockerfile").read_text()
    return dict(pair.split("=", 1) for line in re.findall(r"^ENV (.+)$", text, re.MULTILINE) for pair in line.split())


def test_the_images_admin_listener_is_a_unix_socket(own_proxy, chromium, tmp_path):
    """HEALTHCHECK sees the same variables and asks there too."""
    listen = image_variables()["CDP_PROXY_ADMIN_LISTEN"]
    folder = pathlib.PurePosixPath(listen.removeprefix("unix:")).parent
    assert listen.startswith("unix:/run/cdp-proxy/")
    dockerfile, compose = (DOCKER / "Dockerfile").read_text(), (DOCKER / "compose.yaml").read_text()
    assert re.search(rf"install -d -o cdp-proxy -m 0700 .*{folder}( |$)", dockerfile, re.MULTILINE)
    assert 'CMD ["cdp-proxy", "health"]' in dockerfile
    # In compose.yaml the file system is read-only except for this folder.
    assert re.search(rf'tmpfs: \["{folder}:uid=10001,mode=0700"\]', compose)

    here = listen.replace(str(folder), str(tmp_path))
    proxy = own_proxy(chromium.address, CDP_PROXY_ADMIN_LISTEN=here)
    assert command("health", env=proxy.env).returncode == 0
    assert (tmp_path / "admin.sock").stat().st_mode & 0o077 == 0
    proxy.terminate()
    assert proxy.wait() == 0
    done = command("health", env=proxy.env)
    assert done.returncode == 1
    assert here in done.stderr
