"""The type of a request's body."""

import shutil

import pytest

from tests.github.fake import GitHub
from tests.github.homes import Device

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs the program git"),
    pytest.mark.usefixtures("_small_page"),
]


def test_a_body_is_said_to_be_json(github: GitHub, device: Device) -> None:
    """Proxies of companies refuse a body without a type; a request without a body names none."""
    github.create()
    for command in ("publish", "sync"):
        device.run_well(command)
    requests = [exchange.request for exchange in github.log]
    types = {bool(request.body): request.headers.get("content-type") for request in requests}
    assert types == {True: "application/json", False: None}
    assert {request.method for request in requests if request.body} == {"POST", "PUT"}
