"""Which server is judged, and by which requirements."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import field, frozen

from zai_image_conformance.catalogue import catalogue

PATH = "/paas/v4/images/generations"


def _origin_of_api(url: str) -> str:
    """Take the address with or without the documented path behind it."""
    bare = url.rstrip("/")
    for ending in (PATH, "/paas/v4"):
        bare = bare.removesuffix(ending)
    return bare


def _every_model(models: Sequence[str]) -> tuple[str, ...]:
    return tuple(models) or catalogue()["MODEL-KNOWN"].values


def _set_of_ids(requirements: Iterable[str]) -> frozenset[str]:
    return frozenset(requirements)


@frozen
class Target:
    """A server under judgement."""

    url: str = field(converter=_origin_of_api)
    """The part before `/paas/v4`."""
    api_key: str | None = field(default=None, repr=False)
    """None: requests carry no key, and what is said of keys is not judged."""
    models: tuple[str, ...] = field(default=(), converter=_every_model)
    """The models to order from; all of the catalogue where none is named."""
    requirements: frozenset[str] = field(default=frozenset(), converter=_set_of_ids)
    """The requirements to judge; all where none is named."""

    @property
    def endpoint(self) -> str:
        """The address pictures are ordered at."""
        return self.url + PATH

    def wants(self, requirement: str) -> bool:
        """Whether a requirement is to be judged."""
        return not self.requirements or requirement in self.requirements
