"""Puts what the document says into generated code exactly, where openapi-python-client leaves characters out.

It is safe as it is: it drops control characters from names, and escapes the defaults of texts twice. But a client must
send the name that the document gives, whatever is in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.properties import ModelProperty, Property
from openapi_python_client.parser.properties.protocol import Value
from openapi_python_client.schema import UntrustedString
from openapi_python_client.strings import PythonCode, remove_string_escapes


def in_double_quotes(value: UntrustedString | PythonCode | str) -> str:
    """Return what stands for the value between the double quotes of a Python literal."""
    if isinstance(value, UntrustedString):
        value = value.get_untrusted_value()
    elif isinstance(value, PythonCode):
        value = value.as_unembedded_code()
    return "".join(map(_escaped, value))


def restore_defaults(data: GeneratorData) -> None:
    """Give every text the default that the document states."""
    for prop in _properties(data):
        default = prop.default
        if default is None or not isinstance(raw := default.raw_value, str):
            continue
        # The code of other kinds, such as dates, is made in other ways, and left alone.
        if default.python_code.as_unembedded_code() == repr(remove_string_escapes(raw)):
            prop.default = Value(PythonCode(ascii(raw)), raw)


def _escaped(character: str) -> str:
    if character in '"\\':
        return f"\\{character}"
    return character if character.isprintable() else character.encode("unicode_escape").decode()


def _properties(data: GeneratorData) -> Iterator[Property]:
    endpoints = [point for collection in data.endpoint_collections_by_tag.values() for point in collection.endpoints]
    bodies = [body.prop for endpoint in endpoints for body in endpoint.bodies]
    for endpoint in endpoints:
        yield from endpoint.list_all_parameters()
    yield from bodies
    # The model of a body is another object than the model of its module.
    for model in [*data.models, *(body for body in bodies if isinstance(body, ModelProperty))]:
        yield from model.required_properties or []
        yield from model.optional_properties or []
