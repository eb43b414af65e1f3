"""What stands behind the links."""

from __future__ import annotations

import pytest

from zai_image_conformance.suite import checks
from zai_image_conformance.suite.bindings import judges, linked
from zai_image_conformance.suite.cases import Case, every_order, orders_with_size, orders_without_size
from zai_image_conformance.suite.images import Viewer
from zai_image_conformance.suite.session import Asker


@judges(every_order, "PICTURE-LINK")
def test_the_link_gives_a_complete_picture(asker: Asker, viewer: Viewer, case: Case) -> None:
    """It decodes to the last pixel."""
    exchange, link = linked(asker, case)
    checks.complete_picture(exchange, viewer.view(link))


@judges(every_order, "PICTURE-TYPE")
def test_the_link_announces_a_picture(asker: Asker, viewer: Viewer, case: Case) -> None:
    """Browsers and stores go by what is announced."""
    exchange, link = linked(asker, case)
    view = viewer.view(link)
    if view.sides is None:
        pytest.skip("there is no picture")
    checks.announced_as_picture(exchange, view)


@judges(orders_with_size, "PICTURE-SIZE")
def test_the_picture_has_the_ordered_size(asker: Asker, viewer: Viewer, case: Case) -> None:
    """Neither clamped, rounded nor turned."""
    _measure(asker, viewer, case)


@judges(orders_without_size)
def test_the_picture_has_the_default_size(asker: Asker, viewer: Viewer, case: Case) -> None:
    """The model's own default, where the order names no size."""
    _measure(asker, viewer, case)


def _measure(asker: Asker, viewer: Viewer, case: Case) -> None:
    exchange, link = linked(asker, case)
    view = viewer.view(link)
    if view.sides is None:
        pytest.skip("there is no picture to measure")
    assert case.sides is not None
    checks.of_size(exchange, view, case.sides)
