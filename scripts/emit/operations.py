"""Works out the typed resource methods: the operations of each tag, and their parameters as keyword arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence, Set

from attrs import frozen
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty, Property
from openapi_python_client.schema import UntrustedString
from openapi_python_client.strings import ClassName

from scripts.source.failure import PipelineError

# Parameters that every method has beside the document's.
_TAKEN = frozenset({"self", "extra_body", "timeout"})
# From a module in resources/ back to the package.
_TO_PACKAGE = ".."


@frozen
class Parameter:
    """One parameter of a resource method.

    Attributes:
        python_name: Its name in the signature.
        field: The name of the model's attribute or the endpoint function's argument it becomes.
        type: Its annotation, as code.
        default: Its default, as code; None where the caller must give it.
        sent: What becomes of it in the request, as an expression.
        in_body: Whether it is a property of the request's body.
        description: The document's words about it.
    """

    python_name: str
    field: str
    type: str
    default: str | None
    sent: str
    in_body: bool
    description: UntrustedString

    @property
    def positional(self) -> bool:
        """Whether it may be given by position: what every caller must give."""
        return self.default is None


@frozen
class Operation:
    """One operation as a method.

    Attributes:
        request: Its HTTP method and path, as the document has them.
    """

    name: str
    request: str
    summary: UntrustedString
    description: UntrustedString
    parameters: Sequence[Parameter]
    body_model: str | None


@frozen
class Resource:
    """The operations of one tag as a class."""

    module: str
    class_name: str
    operations: Sequence[Operation]
    imports: Sequence[str]


def resources(data: GeneratorData, size_properties: Set[str]) -> list[Resource]:
    """Return the resources of the document, in the document's order.

    Args:
        data: The document as openapi-python-client has parsed it.
        size_properties: Names of the body properties that hold a size by the rules, and so take a ``SizeLike``.

    Raises:
        PipelineError: An operation has a body other than JSON, or more than one; or two have the same name.
    """
    for tag, collection in data.endpoint_collections_by_tag.items():
        names = Counter(endpoint.name for endpoint in collection.endpoints)
        if doubles := sorted(name for name, count in names.items() if count > 1):
            raise PipelineError(f"several operations of the tag {tag} would have the same name: {', '.join(doubles)}")
    return [
        Resource(
            module=tag,
            class_name=ClassName(tag, "Tag"),
            operations=[_operation(endpoint, size_properties) for endpoint in collection.endpoints],
            imports=sorted({line for endpoint in collection.endpoints for line in _imports(endpoint)}),
        )
        for tag, collection in data.endpoint_collections_by_tag.items()
    ]


def _operation(endpoint: Endpoint, size_properties: Set[str]) -> Operation:
    body = _json_body(endpoint)
    model = body if isinstance(body, ModelProperty) else None
    outside = [
        _parameter(prop, in_body=False)
        for prop in [
            *endpoint.path_parameters,
            *endpoint.query_parameters,
            *endpoint.header_parameters,
            *endpoint.cookie_parameters,
            *([body] if body is not None and model is None else []),
        ]
    ]
    inside = [
        _parameter(prop, in_body=True, is_size=prop.name.get_untrusted_value() in size_properties)
        for prop in _properties(model)
    ]
    _refuse_doubles(endpoint, [*outside, *inside])
    return Operation(
        name=endpoint.name,
        request=_request(endpoint),
        summary=endpoint.summary or UntrustedString(endpoint.name),
        description=endpoint.description,
        parameters=sorted([*outside, *inside], key=lambda parameter: not parameter.positional),
        body_model=None if model is None else model.class_info.name,
    )


def _json_body(endpoint: Endpoint) -> Property | None:
    where = _request(endpoint)
    if len(endpoint.bodies) > 1:
        raise PipelineError(f"{where} takes bodies of several media types; the client can send one, application/json")
    for body in endpoint.bodies:
        if body.body_type != "json":
            raise PipelineError(f"{where} takes {body.content_type.get_untrusted_value()!r}; the client can send JSON")
        return body.prop
    return None


def _request(endpoint: Endpoint) -> str:
    return f"{endpoint.method.upper()} {endpoint.path.get_untrusted_value()}"


def _properties(model: ModelProperty | None) -> list[Property]:
    return [] if model is None else [*(model.required_properties or []), *(model.optional_properties or [])]


def _parameter(prop: Property, *, in_body: bool, is_size: bool = False) -> Parameter:
    name = f"{prop.python_name}_" if prop.python_name in _TAKEN else prop.python_name
    kind = "sizes.SizeLike" if is_size else prop.get_type_string(no_optional=True).as_unembedded_code()
    sent = f"sizes.text({name})" if is_size else name
    default: str | None = None
    if prop.default is not None:
        default = prop.default.python_code.as_unembedded_code()
    elif not prop.required:
        # What is left out is not sent, so that the server's own default applies.
        kind, default, sent = f"{kind} | None", "None", f"UNSET if {name} is None else {sent}"
    return Parameter(name, prop.python_name, kind, default, sent, in_body, prop.description or UntrustedString(""))


def _refuse_doubles(endpoint: Endpoint, parameters: Sequence[Parameter]) -> None:
    names = Counter(parameter.python_name for parameter in parameters)
    doubles = sorted(name for name, count in names.items() if count > 1)
    if doubles:
        raise PipelineError(
            f"{_request(endpoint)} has several parameters that would have the same name in Python: {', '.join(doubles)}"
        )


def _imports(endpoint: Endpoint) -> set[str]:
    body = _json_body(endpoint)
    props = endpoint.list_all_parameters() + (_properties(body) if isinstance(body, ModelProperty) else [])
    return {
        line
        for prop in props
        for line in prop.get_imports(prefix=_TO_PACKAGE) | prop.get_lazy_imports(prefix=_TO_PACKAGE)
    }
