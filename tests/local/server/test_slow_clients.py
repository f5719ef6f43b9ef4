"""Clients that stall are cut, and others are served at once meanwhile."""

from __future__ import annotations

import json
import select

import pytest

from tests.local.conftest import Start
from tests.support.filings import valid_self_check
from tests.support.web.raw_http import connect, post_bytes, read_answer

STALLED = 200


def test_200_stalled_bodies_delay_no_other_client_and_are_cut(start: Start) -> None:
    server = start(body_seconds="3")
    half = post_bytes(valid_self_check())[:-500]
    stalled = [connect(server.port, half) for _ in range(STALLED)]
    try:
        honest = connect(server.port, post_bytes(valid_self_check()))
        assert read_answer(honest)[0] == 201
        honest.close()
        assert not select.select(stalled, [], [], 0)[0], "the others were still waiting when it was answered"
        assert {read_answer(connection)[0] for connection in stalled} == {408}
        assert all(connection.recv(1) == b"" for connection in stalled), "and then closed"
    finally:
        for connection in stalled:
            connection.close()


@pytest.mark.parametrize("begin", [b"", b"GET / HTTP/1.1\r\nHost: "])
def test_headers_that_stop_coming_are_cut(begin: bytes, start: Start) -> None:
    server = start(header_seconds="1")
    with connect(server.port, begin, timeout=10) as connection:
        assert connection.recv(1) == b""


def test_a_second_request_that_stops_in_its_headers_is_cut_too(start: Start) -> None:
    server = start(header_seconds="1")
    with connect(server.port, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", timeout=10) as connection:
        assert read_answer(connection)[0] == 200
        connection.sendall(b"\r\n")
        assert connection.recv(1) == b""


def test_malformed_http_gets_a_problem_in_chinese(start: Start) -> None:
    server = start()
    with connect(server.port, b"GET HTTP\r\n\r\n", timeout=10) as connection:
        status, body = read_answer(connection)
        assert (status, json.loads(body)["status"]) == (400, 400)
        assert connection.recv(1) == b""
