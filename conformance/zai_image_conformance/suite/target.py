"""Which server is judged, by which requirements, and how much that may cost."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import field, frozen

from zai_image_conformance.model import Profile
from zai_image_conformance.requirements import catalogue

PATH = "/paas/v4/images/generations"


def _origin_of_api(url: str) -> str:
    """Take the address with or without the documented path behind it."""
    bare = url.rstrip("/")
    for ending in (PATH, "/paas/v4"):
        bare = bare.removesuffix(ending)
    return bare


def _tuple_of_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(names)


def _set_of_ids(requirements: Iterable[str]) -> frozenset[str]:
    return frozenset(requirements)


@frozen
class Target:
    """A server under judgement."""

    url: str = field(converter=_origin_of_api)
    """The part before `/paas/v4`."""
    api_key: str | None = field(default=None, repr=False)
    """None: requests carry no key, and what is said of keys is not judged."""
    named_models: tuple[str, ...] = field(default=(), converter=_tuple_of_names, alias="models")
    """The models that must be offered; where none is named, those of the catalogue that the server offers."""
    requirements: frozenset[str] = field(default=frozenset(), converter=_set_of_ids)
    """The requirements to judge; all where none is named."""
    profile: Profile = "documented"
    budget: int | None = None
    """The most requests that may make a picture; None sets no limit."""
    seed: int = 0
    """The same seed draws the same questions."""
    thorough: bool = False
    """Whether to draw ten times as many."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models to order from."""
        return self.named_models or catalogue()["MODEL-KNOWN"].values

    @property
    def affordable(self) -> float:
        """How many pictures may be made at all."""
        return math.inf if self.budget is None else self.budget

    @property
    def endpoint(self) -> str:
        """The address pictures are ordered at."""
        return self.url + PATH

    def wants(self, requirement: str) -> bool:
        """Whether a requirement is to be judged."""
        return not self.requirements or requirement in self.requirements
