"""The address of the one-machine server, and the conditions for serving on it; knows nothing of its answers."""

from __future__ import annotations

import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from functions.errors import SettingError, system_reason
from functions.settings import Settings

BACKLOG = 2048


@dataclass(frozen=True, slots=True)
class Address:
    """Host and port, and the two files of the certificate: both or neither."""

    host: str = "127.0.0.1"
    port: int = 8000
    tls_cert: Path | None = None
    tls_key: Path | None = None

    def certificate(self) -> dict[str, Any]:
        """The two files by uvicorn's names."""
        return {"ssl_certfile": self.tls_cert, "ssl_keyfile": self.tls_key}


def require_safe(address: Address, settings: Settings) -> None:
    """Return when this address may be served with these settings, else raise SettingError with the cure."""
    if (address.tls_cert is None) != (address.tls_key is None):
        raise SettingError("--tls-cert 和 --tls-key 要一起给。请补上缺的一个")
    if is_loopback(address.host):
        return
    if address.tls_cert is None and not settings.behind_proxy:
        raise SettingError(
            f"{address.host} 不是本机地址，不加密就不能登录，也保不住填报的内容。"
            "请给出 --tls-cert 和 --tls-key；前面有负责加密的代理的，加上 --behind-proxy"
        )
    if not settings.rate_limit:
        raise SettingError("QINGDAN_RATE_LIMIT=off 只能用在本机地址上。请去掉这个设置，或者只监听 127.0.0.1")


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def is_any(host: str) -> bool:
    """Whether it stands for every address of this machine, and is none that a client could use."""
    try:
        return ipaddress.ip_address(host).is_unspecified
    except ValueError:
        return False


def require_certificate(address: Address) -> None:
    """Return when there is no certificate, or one that can be served with; else raise SettingError with the cure.

    The serving processes would find out too late: each would end, and be replaced by one that ends.
    """
    if address.tls_cert is None or address.tls_key is None:
        return
    for option, path in (("--tls-cert", address.tls_cert), ("--tls-key", address.tls_key)):
        try:
            path.read_bytes()
        except OSError as error:
            raise SettingError(f"{option} 的文件 {path} 读不出来（{system_reason(error)}）。请核对路径和权限") from None
    try:
        # Without a password, the library would ask for it on the terminal, in every process.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(address.tls_cert, address.tls_key, lambda: "")
    except (ssl.SSLError, ValueError):
        raise SettingError(
            f"用不了证书 {address.tls_cert} 和私钥 {address.tls_key}：不是 PEM 格式，或者不是一对，或者私钥带口令。"
            "请核对这两个文件；私钥带口令的，先去掉口令"
        ) from None


def listen(address: Address) -> socket.socket:
    """A socket bound to the address; SettingError when another program has it."""
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    bound = socket.socket(family, socket.SOCK_STREAM)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind((address.host, address.port))
    except OSError as error:
        bound.close()
        raise SettingError(
            f"{address.host}:{address.port} 用不了（{system_reason(error)}）。请换一个 --port，或者停掉占用它的程序"
        ) from None
    bound.listen(BACKLOG)
    return bound
