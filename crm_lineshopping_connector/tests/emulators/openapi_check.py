"""Requests and answers held against the OpenAPI files of LINE.

The files lie in a folder ``line`` (the environment variable CRM_SUITE_DATA names the
one above it). Without the files, or without openapi-core, only the emulator's own rules
check, which say the same about what the connector uses.
"""

import copy
import functools
import json
import os
from pathlib import Path

try:
    import yaml
    from openapi_core import Config, OpenAPI
    from openapi_core.datatypes import RequestParameters
    from werkzeug.datastructures import Headers, ImmutableMultiDict
except ImportError:  # the demo, which is installed without what tests need
    OpenAPI = None

HOST = "http://line.test"
SERVERS = [{"url": HOST}]
METHODS = ("get", "put", "post", "delete", "patch")


def folder():
    """:return: Path of LINE's files, or None"""
    data = os.environ.get("CRM_SUITE_DATA")
    path = Path(data) / "line" if data else None
    return path if path and path.is_dir() else None


@functools.cache
def load(name, patch=None):
    """:param str name: of a file of LINE's, its end included
    :param str patch: name of a JSON patch
    :return: Spec, or None when it cannot be had"""
    base = folder()
    if not (OpenAPI and base and (base / name).is_file()):
        return None
    text = (base / name).read_text()
    data = json.loads(text) if name.endswith(".json") else _read_yaml(text)
    if patch:
        _patch(data, json.loads((base / patch).read_text()))
    return Spec(data)


def _read_yaml(text):
    return yaml.load(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _patch(data, operations):
    """Apply a JSON patch of the operations test, replace and remove."""
    for operation in operations:
        *way, last = [
            part.replace("~1", "/").replace("~0", "~")
            for part in operation["path"].split("/")[1:]
        ]
        place = data
        for part in way:
            place = place[int(part) if isinstance(place, list) else part]
        last = int(last) if isinstance(place, list) else last
        if operation["op"] == "test":
            assert place[last] == operation["value"], operation
        elif operation["op"] == "remove":
            del place[last]
        else:
            place[last] = operation["value"]


def _with_subtypes(data):
    """Let a schema that tells its kind by a property demand what that kind demands.

    LINE's files say "a message has a type" and which schema belongs to each type; JSON
    schemas alone would take any message with any type.
    """
    schemas = data.get("components", {}).get("schemas", {})
    for name, schema in list(schemas.items()):
        mapping = schema.get("discriminator", {}).get("mapping")
        if not mapping or schema.get("oneOf"):
            continue
        base = f"{name}.base"
        schemas[base] = copy.deepcopy(schema)
        kind = schemas[base].pop("discriminator")
        schemas[name] = {
            "discriminator": kind,
            "oneOf": [{"$ref": ref} for ref in dict.fromkeys(mapping.values())],
        }
        here, there = f"#/components/schemas/{name}", f"#/components/schemas/{base}"
        for ref in mapping.values():
            for part in schemas[ref.split("/")[-1]].get("allOf", []):
                if part.get("$ref") == here:
                    part["$ref"] = there


class _Request:
    """A request as openapi-core looks at it."""

    host_url = HOST

    def __init__(self, request):
        self.method = request.method.lower()
        self.path = request.path
        self.full_url_pattern = HOST + request.path
        self.content_type = request.content_type
        self.body = request.body or None
        query = [
            (name, value) for name in request.query for value in request.query[name]
        ]
        self.parameters = RequestParameters(
            query=ImmutableMultiDict(query), header=Headers(request.headers)
        )


class _Response:
    """An answer as openapi-core looks at it."""

    def __init__(self, answer):
        self.status_code = answer.status
        self.headers = Headers(answer.headers)
        self.content_type = answer.kind
        self.data = answer.body()


class Spec:
    """One OpenAPI file."""

    def __init__(self, data):
        data["servers"] = SERVERS
        for path in data["paths"].values():
            for method in METHODS:
                path.get(method, {}).pop("servers", None)
            path.pop("servers", None)
        _with_subtypes(data)
        # the files themselves are not ours to judge
        self.api = OpenAPI.from_dict(data, config=Config(spec_validator_cls=None))

    def request_errors(self, request):
        """:return: list of texts, what is wrong with a request"""
        return _texts(self.api.iter_request_errors(_Request(request)))

    def answer_errors(self, request, answer):
        """:return: list of texts, what is wrong with an answer"""
        errors = self.api.iter_response_errors(_Request(request), _Response(answer))
        return _texts(errors)


def _texts(errors):
    """:return: list of one line for each error and each of its causes"""
    texts = []
    for error in errors:
        causes = getattr(error.__cause__, "schema_errors", None) or ()
        texts.append(f"{type(error).__name__}: {error}"[:300])
        for cause in causes:
            where = "/".join(str(part) for part in cause.absolute_path)
            texts.append(f"{where}: {cause.message}"[:300])
    return texts
