"""The proxies that are measured: how each is started in front of a Chrome, and which requests it takes."""

import dataclasses
import functools
import os
import pathlib
import shutil
import string
from collections.abc import Callable

from servers import HERE, Server, free_port

PEERS = ("haproxy", "haproxy-splice", "haproxy-jwt", "nginx", "nginx-64k")
YARDSTICKS = ("direct", "relay", "relay-splice")
SUBJECT = "cdp-proxy"
NAMES = (SUBJECT, *YARDSTICKS, *PEERS, "node-ws")
SPLICE = "    option splice-request\n    option splice-response"
BIG_BUFFERS = "proxy_buffer_size 64k; proxy_buffers 8 64k;"
HAPROXY_TLS = "ssl crt $both alpn http/1.1"
NGINX_TLS = "ssl; ssl_certificate $certificate; ssl_certificate_key $certificate_key; ssl_protocols TLSv1.2 TLSv1.3"
NODE_MODULES = pathlib.Path("/usr/share/nodejs")


@dataclasses.dataclass(frozen=True)
class Contestant:
    """`start` takes the bench and Chrome's port, and so does `secure`, which listens for TLS; None if it cannot. A
    checking one refuses a bad token and drops it from the path; one with roles holds commands to those of the token."""

    name: str
    start: Callable | None
    checks: bool = False
    roles: bool = False
    messages: bool = True
    secure: Callable | None = None


def cdp_proxy(binary, name=SUBJECT, loops=1):
    def start(bench, chrome, secure=False):
        port = free_port()
        environment = {
            "CDP_PROXY_LISTEN": f"127.0.0.1:{port}",
            "CDP_PROXY_ADMIN_LISTEN": f"127.0.0.1:{free_port()}",
            "CDP_PROXY_CHROME": f"127.0.0.1:{chrome}",
            "CDP_PROXY_INJECT": "off",
            "CDP_PROXY_DRAIN": "0s",
            "CDP_PROXY_LOOPS": str(loops),
            "CDP_PROXY_REFUSALS": "1000000",
            "CDP_PROXY_MAX_CONNECTIONS": str(bench.connections),
            "XDG_DATA_HOME": str(bench.folder),
            "WALLCRAWLER_JWT_SIGNING_KEY": bench.key,
        }
        if secure:
            files = {"CDP_PROXY_TLS_CERT": str(bench.certificate), "CDP_PROXY_TLS_KEY": str(bench.certificate_key)}
            environment |= files
        return Server(name, [binary, "serve"], port, bench.folder, environment, bench.proxy_cpu, secure)

    return Contestant(name, start, checks=True, roles=True, secure=functools.partial(start, secure=True))


def relay(name, mode):
    def start(bench, chrome):
        port = free_port()
        return Server(name, [bench.folder / "relay", port, chrome, mode], port, bench.folder, cpu=bench.proxy_cpu)

    return Contestant(name, start)


def configured(name, template, command, **values):
    """Starts a program that reads a configuration of Benchmarks/peers; `tls` is what makes its listener secure."""

    def start(bench, chrome, tls=""):
        port, path = free_port(), bench.folder / f"{name}.conf"
        given = {"name": name, "port": port, "chrome": chrome, "folder": bench.folder, "key": bench.key}
        given |= {"files": bench.files, "connections": bench.connections}
        given |= {"both": bench.both, "certificate": bench.certificate, "certificate_key": bench.certificate_key}
        filled = {what: string.Template(text).substitute(given) for what, text in (values | {"tls": tls}).items()}
        path.write_text(string.Template((HERE / "peers" / template).read_text()).substitute(given | filled))
        arguments = [str(bench.folder) if word == "FOLDER" else word for word in command]
        return Server(name, [*arguments, path], port, bench.folder, cpu=bench.proxy_cpu, secure=bool(tls))

    return start


def haproxy(name, splice="", check="", loops=1, **how):
    command = [shutil.which("haproxy"), "-db", "-f"]
    start = configured(name, "haproxy.cfg", command, splice=splice, check=check, loops=str(loops))
    # Nothing is spliced to or from TLS.
    secure = None if splice or check else functools.partial(start, tls=HAPROXY_TLS)
    return Contestant(name, start, secure=secure, **how)


def nginx(name, buffers=""):
    command = [shutil.which("nginx"), "-p", "FOLDER", "-c"]
    start = configured(name, "nginx.conf", command, buffers=buffers)
    return Contestant(name, start, secure=functools.partial(start, tls=NGINX_TLS))


def node():
    def start(bench, chrome):
        port = free_port()
        environment = {"NODE_PATH": str(NODE_MODULES), "WALLCRAWLER_JWT_SIGNING_KEY": bench.key}
        command = [shutil.which("node"), HERE / "peers" / "node.js", port, chrome]
        return Server("node-ws", command, port, bench.folder, environment, bench.proxy_cpu)

    return Contestant("node-ws", start, checks=True)


def all_of(binary, others=()):
    """Every contestant whose program is there, by name; `others` are (name, binary) of more builds of the subject."""
    found = [Contestant("direct", None), cdp_proxy(binary)]
    found += [cdp_proxy(other, name) for name, other in others]
    found += [relay("relay", "copy"), relay("relay-splice", "splice")]
    if shutil.which("haproxy"):
        rules = (HERE / "peers/haproxy-jwt.cfg").read_text()
        found += [haproxy("haproxy"), haproxy("haproxy-splice", SPLICE)]
        found.append(haproxy("haproxy-jwt", check=rules, checks=True, messages=False))
    if shutil.which("nginx"):
        found += [nginx("nginx"), nginx("nginx-64k", BIG_BUFFERS)]
    if shutil.which("node") and os.path.isdir(NODE_MODULES / "ws"):
        found.append(node())
    return {contestant.name: contestant for contestant in found}


def with_loops(binary, loops):
    """The contestants whose number of threads can be set, with so many threads."""
    found = [cdp_proxy(binary, loops=loops)]
    if shutil.which("haproxy"):
        found.append(haproxy("haproxy-splice", SPLICE, loops=loops))
    return found
