"""Reverse proxies in front of the embedded server, each with a configuration of its own, on a free port."""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conformance.wire import wait_until
from tests.proxies.installing import found

_NGINX = """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  proxy_cache_path {folder}/cache keys_zone=answers:1m;
  limit_req_zone $binary_remote_addr zone=slow:1m rate=20r/s;
  server {{
    listen 127.0.0.1:{port};
    client_body_buffer_size 1m;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    location / {{ proxy_pass http://127.0.0.1:{upstream}; }}
    location /api/ {{
      proxy_pass http://127.0.0.1:{upstream};
      {more}
    }}
    location @json {{ default_type application/json; return 429 '{{"code": 1302, "message": "too many requests"}}'; }}
    location @page {{ default_type text/html; return 400 '<h1>Bad request</h1>'; }}
  }}
}}
"""
_HAPROXY = """
defaults
  mode http
  timeout client 30s
  timeout server 30s
  timeout connect 5s
frontend front
  bind 127.0.0.1:{port}
  {more}
  default_backend back
backend back
  server one 127.0.0.1:{upstream}
"""
_CADDY = """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  {more}
  reverse_proxy 127.0.0.1:{upstream}
}}
"""


@contextmanager
def proxied(program: str, more: str, upstream: int, folder: Path) -> Iterator[str]:
    """Run a proxy while the context lasts.

    Args:
        program: nginx, haproxy or caddy.
        more: What its configuration says beside passing everything on.
        upstream: The port of the server behind it.
        folder: Where its files are.

    Yields:
        The proxy's origin.
    """
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    templates = {"nginx": _NGINX, "haproxy": _HAPROXY, "caddy": _CADDY}
    configuration = folder / "configuration"
    configuration.write_text(templates[program].format(port=port, upstream=upstream, more=more, folder=folder))
    path = found(program)
    assert path is not None, f"{program} is missing; python -m tests.proxies.installing"
    commands = {
        "nginx": [path, "-p", str(folder), "-c", str(configuration)],
        "haproxy": [path, "-db", "-f", str(configuration)],
        "caddy": [path, "run", "--adapter", "caddyfile", "--config", str(configuration)],
    }
    home = {
        "HOME": str(folder),
        "XDG_DATA_HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder),
        "PATH": "/usr/sbin:/usr/bin",
    }
    with (folder / "output").open("wb") as output:
        process = subprocess.Popen(commands[program], stdout=output, stderr=output, env=home)
    try:
        wait_until(lambda: _listens(port) or process.poll() is not None)
        assert process.poll() is None, (folder / "output").read_text()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=30)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True
