"""Postcards are stored, paid for once, and where there is none, the customer learns why."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from postcards import NoPostcardError, postcard, postcards

from zai_image import AsyncZaiImage
from zai_image_conformance.server import RunningServer


def orders(server: RunningServer) -> int:
    return sum(request.method == "POST" for request in server.requests)


def test_a_postcard_is_stored(zai_server: RunningServer, tmp_path: Path) -> None:
    path = postcard("Venice", tmp_path / "venice.png")
    assert path.read_bytes().startswith(b"\x89PNG")
    assert "Venice" in json.loads(zai_server.requests[0].body)["prompt"]


def test_a_blocked_motif_is_refused_in_the_customers_words(zai_server: RunningServer, tmp_path: Path) -> None:
    zai_server.fault("content-filtered")
    with pytest.raises(NoPostcardError, match="choose another motif"):
        postcard("something unspeakable", tmp_path / "card.png")
    assert list(tmp_path.iterdir()) == []


def test_a_short_rush_is_waited_for(zai_server: RunningServer, tmp_path: Path) -> None:
    zai_server.fault("429-retry-after=0", times=1)
    assert postcard("Venice", tmp_path / "venice.png").exists()
    assert orders(zai_server) == 2


def test_in_a_long_rush_the_customer_is_told_when_to_come_back(zai_server: RunningServer, tmp_path: Path) -> None:
    zai_server.fault("429-retry-after=600")
    with pytest.raises(NoPostcardError, match="in 600 seconds"):
        postcard("Venice", tmp_path / "venice.png")


def test_a_lost_order_is_not_sent_again_since_it_may_have_been_charged(
    zai_server: RunningServer, tmp_path: Path
) -> None:
    zai_server.fault("connection-reset-before", times=1)
    with pytest.raises(NoPostcardError, match="may have been made"):
        postcard("Venice", tmp_path / "venice.png")
    assert orders(zai_server) == 1


def test_an_image_that_breaks_off_is_fetched_again(zai_server: RunningServer, tmp_path: Path) -> None:
    zai_server.fault("image-reset", times=1)
    assert postcard("Venice", tmp_path / "venice.png").exists()
    assert orders(zai_server) == 1


def test_many_are_made_at_once(async_zai_client: AsyncZaiImage, tmp_path: Path) -> None:
    made = asyncio.run(postcards(async_zai_client, ["Venice", "Siena"], tmp_path))
    assert [path.name for path in made] == ["Venice.png", "Siena.png"]
