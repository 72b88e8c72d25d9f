"""The image's health check: the server beside it, under a name that it answers to."""

from __future__ import annotations

import socket

import pytest

from promptrunner.probe import ailment, asked_host, main


@pytest.mark.parametrize(
    ("allowed", "asked"),
    [
        ("prompt-runner.example, localhost", "prompt-runner.example"),
        (".example.org", "example.org"),
        ("*", "127.0.0.1"),
        ("", "127.0.0.1"),
    ],
)
def test_the_server_is_asked_under_a_name_that_it_answers_to(allowed, asked):
    assert asked_host(allowed, "127.0.0.1") == asked


@pytest.mark.django_db(transaction=True)
def test_a_server_that_lives_is_healthy_whatever_name_it_answers_to(live_server, settings, monkeypatch, capsys):
    settings.ALLOWED_HOSTS = ["prompt-runner.example"]
    monkeypatch.setenv("ALLOWED_HOSTS", "prompt-runner.example")
    assert main([live_server.url]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.django_db(transaction=True)
def test_a_server_that_answers_anything_else_is_not_healthy(live_server, settings):
    settings.ALLOWED_HOSTS = ["prompt-runner.example"]
    assert ailment(live_server.url, "another.example") == f"{live_server.url}/system/live answers 400."


def test_where_nothing_listens_nothing_is_healthy(capsys):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
    assert main([address]) == 1
    assert f"{address} does not answer: ConnectionRefusedError." in capsys.readouterr().err
