"""One address has one spelling, whoever writes it; what a client writes of itself is not believed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.web.http.scope import UNKNOWN, client_address, counted_address

PROXY = "10.0.0.1"
v4 = st.integers(0, 2**32 - 1).map(IPv4Address).filter(lambda address: address != IPv4Address(PROXY))
v6 = st.integers(0, 2**128 - 1).map(IPv6Address).filter(lambda address: address.ipv4_mapped is None)
ports = st.integers(0, 65535)
headers = st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=60)


def scope(*lines: str, client: str = PROXY) -> dict[str, object]:
    return {"headers": [(b"x-forwarded-for", line.encode("latin-1")) for line in lines], "client": (client, 1)}


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:443", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("[::ffff:c000:201]:443", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::"),
        ("[2001:db8:1:2:ffff::]", "2001:db8:1:2::"),
        ("[2001:DB8:1:2:ffff::]:80", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("", ""),
        ("testclient", ""),
        ("unknown", ""),
        ("999.0.0.1", ""),
    ],
)
def test_an_address_has_one_spelling(told: str, counted: str) -> None:
    assert counted_address(told) == counted
    assert client_address(scope(client=told), 0) == (counted or UNKNOWN)


@given(v4, ports)
def test_ipv4_counts_as_itself_however_it_is_written(address: IPv4Address, port: int) -> None:
    written = (f"{address}", f"{address}:{port}", f"::ffff:{address}", f"[::ffff:{address}]:{port}", f" {address} ")
    assert {counted_address(text) for text in written} == {str(address)}


@given(v6, st.integers(0, 2**64 - 1), ports)
def test_every_address_of_an_ipv6_network_of_64_bits_counts_as_one(address: IPv6Address, host: int, port: int) -> None:
    network = IPv6Network((address, 64), strict=False)
    other = network[host]
    if other.ipv4_mapped is None and network.network_address.ipv4_mapped is None:
        written = (str(address), address.exploded, f"[{other}]:{port}", str(other).upper())
        assert {counted_address(text) for text in written} == {str(network.network_address)}


@given(st.lists(headers, max_size=4), v4, st.booleans())
def test_what_stands_before_our_proxies_word_changes_nothing(
    forged: list[str], address: IPv4Address, own_line: bool
) -> None:
    lines = [*forged, str(address)] if own_line else [", ".join([*forged, str(address)])]
    assert client_address(scope(*lines), 1) == str(address)


@given(st.lists(headers, max_size=3), st.integers(1, 8), v4)
def test_each_trusted_proxy_adds_one_address(forged: list[str], hops: int, address: IPv4Address) -> None:
    own = [str(address), *(f"10.0.1.{place}" for place in range(hops - 1))]
    assert client_address(scope(*forged, *own), hops) == str(address)


@given(st.lists(headers, max_size=4))
def test_without_a_proxy_the_header_is_not_read(forged: list[str]) -> None:
    assert client_address(scope(*forged, client="192.0.2.9"), 0) == "192.0.2.9"


def test_fewer_addresses_than_proxies_are_all_their_own_word() -> None:
    assert client_address(scope("192.0.2.7"), 3) == "192.0.2.7"


def test_a_proxy_that_names_nobody_is_counted_itself() -> None:
    assert client_address(scope("192.0.2.7, unix:"), 1) == PROXY
    assert client_address(scope(), 1) == PROXY
    assert client_address({"headers": [], "client": None}, 1) == UNKNOWN
