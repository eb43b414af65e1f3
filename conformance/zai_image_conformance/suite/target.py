"""Which server is tested, by which requirements, and how much that may cost."""

from __future__ import annotations

import math
from collections.abc import Iterable

from attrs import field, frozen

from zai_image_conformance.requirements import Profile, catalogue

PATH = "/paas/v4/images/generations"


def _base_url(url: str) -> str:
    """Take the address with or without the documented path behind it."""
    bare = url.rstrip("/")
    for ending in (PATH, "/paas/v4"):
        bare = bare.removesuffix(ending)
    return bare


def _tuple_of_names(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _set_of_ids(requirements: Iterable[str]) -> frozenset[str]:
    return frozenset(requirements)


@frozen
class Target:
    """A server under test."""

    url: str = field(converter=_base_url)
    """The part before `/paas/v4`."""
    api_key: str | None = field(default=None, repr=False)
    """None: requests carry no key, and the requirements about keys are skipped."""
    named_models: tuple[str, ...] = field(default=(), converter=_tuple_of_names, alias="models")
    """The models that must be available; where none is named, those of the catalogue that the server has."""
    requirements: frozenset[str] = field(default=frozenset(), converter=_set_of_ids)
    """The requirements to test; all where none is named."""
    profile: Profile = "documented"
    budget: int | None = None
    """The most requests that may make an image; None sets no limit."""
    seed: int = 0
    """The same seed generates the same test cases."""
    thorough: bool = False
    """Whether to generate ten times as many, and to choose all."""
    concurrency: int = 4
    """The most requests at the same time; fewer where the server limits the rate."""

    @property
    def models(self) -> tuple[str, ...]:
        """The models to test."""
        return self.named_models or catalogue()["MODEL-KNOWN"].values

    @property
    def affordable(self) -> float:
        """How many images may be made at all."""
        return math.inf if self.budget is None else self.budget

    @property
    def endpoint(self) -> str:
        """The address images are requested at."""
        return self.url + PATH

    def wants(self, requirement: str) -> bool:
        """Whether a requirement is to be tested: the page states it, and it is not left out."""
        return requirement in (self.requirements or catalogue())
