"""The requirement catalogue as Python values: `requirements.yaml`, read once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import yaml
from attrs import field, frozen

Level: TypeAlias = Literal["MUST", "SHOULD"]
Party: TypeAlias = Literal["server", "client"]
Profile: TypeAlias = Literal["strict", "documented", "deployed"]
"""`strict` demands all that the schema states; `documented` forgives what `not_demanded` lists; `deployed` forgives the
differences of `deviations` as well."""

NOT_TESTED = "Not tested"
"""How the `check` of a requirement begins that no exchange over HTTP can settle."""


@frozen
class Cost:
    """Requests to a server."""

    images: int
    """Requests that make an image, which a paid server charges for."""
    free: int
    """Requests that a right server refuses."""


@frozen
class Requirement:
    """One promise of the page."""

    id: str
    title: str
    level: Level
    binds: tuple[Party, ...]
    check: str
    """How the suite tests it, in one or two sentences."""
    sentence: str | None = None
    """The exact words of the page, where words promise it."""
    schema: str | None = None
    """A JSON pointer into the page's OpenAPI document, where the schema promises it."""
    place: str | None = None
    """The property whose numbers these are, a JSON pointer into the page's OpenAPI document."""
    when: Mapping[str, Any] | None = None
    """The models they hold for: `models`, and `excluded` where it is every model but these; None for every model."""
    numbers: Mapping[str, Any] = field(factory=dict)
    """The numbers by keyword, as reviewed by a person."""
    values: tuple[str, ...] = ()
    """The members of an enumeration, as reviewed by a person."""

    @property
    def source(self) -> str:
        """Where the promise stands: the quoted sentence, or the place in the document."""
        return f'"{self.sentence}"' if self.sentence is not None else f"openapi {self.schema}"

    def covers(self, model: str) -> bool:
        """Whether it holds for a model."""
        return self.when is None or (model in self.when["models"]) != self.when.get("excluded", False)

    @property
    def tested(self) -> bool:
        """Whether exchanges over HTTP can settle it."""
        return not self.check.startswith(NOT_TESTED)


@frozen
class Leniency:
    """Something that is not held against a server, with the reason."""

    kind: str
    """What test cases and checks call it."""
    what: str
    why: str
    demanded_by: Profile | None = None
    """The profile that demands it all the same; None where none does."""
    numbers: Mapping[str, int] = field(factory=dict)
    """How far it goes, by unit."""
    values: tuple[str, ...] = field(default=(), converter=tuple)
    """What it covers, where that is a list."""


@frozen(eq=False)
class Catalogue:
    """Every requirement, in the order of the file."""

    requirements: tuple[Requirement, ...]
    deviations: Mapping[str, str]
    """What real servers are known to do instead, by the id of the requirement: forgiven with `--profile deployed`."""
    not_demanded: tuple[Leniency, ...]
    """Where the page is silent or contradicts itself."""

    def __iter__(self) -> Iterator[Requirement]:
        return iter(self.requirements)

    def __getitem__(self, requirement_id: str) -> Requirement:
        """The requirement of that id; raises KeyError where there is none."""
        for requirement in self.requirements:
            if requirement.id == requirement_id:
                return requirement
        raise KeyError(requirement_id)

    def __contains__(self, requirement_id: str) -> bool:
        return any(requirement.id == requirement_id for requirement in self.requirements)

    def ruling(self, name: str, model: str) -> tuple[Requirement, ...]:
        """The requirements with numbers of the property of that name, such as `size`, that hold for a model."""
        named = [each for each in self.requirements if each.place and each.place.endswith(f"/properties/{name}")]
        # Other operations may have a property of that name, with requirements of their own behind these.
        return tuple(each for each in named if each.place == named[0].place and each.covers(model))

    def leniency(self, kind: str) -> Leniency:
        """The entry of what is not demanded that has this kind; raises KeyError where there is none."""
        for entry in self.not_demanded:
            if entry.kind == kind:
                return entry
        raise KeyError(kind)

    def forgives(self, kind: str, profile: Profile) -> bool:
        """Whether a profile holds nothing of this kind against a server; raises KeyError where no entry has it."""
        return self.leniency(kind).demanded_by != profile


@cache
def catalogue() -> Catalogue:
    """Read the catalogue that ships with the package.

    Returns:
        The catalogue; the same object every time.
    """
    # CSafeLoader where libyaml is there: ten times as fast, and every verdict starts with this.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document = yaml.load(_text(), Loader=loader)
    return Catalogue(
        requirements=tuple(_requirement(entry) for entry in document["requirements"]),
        deviations={entry["requirement"]: entry["form"] for entry in document["deviations"]},
        not_demanded=tuple(Leniency(**entry) for entry in document["not_demanded"]),
    )


def _text() -> str:
    return files(__package__).joinpath("requirements.yaml").read_text("utf-8")


def _requirement(entry: Mapping[str, Any]) -> Requirement:
    fields = dict(entry)
    fields["binds"] = tuple(fields["binds"])
    fields["values"] = tuple(fields.get("values", ()))
    return Requirement(**fields)
