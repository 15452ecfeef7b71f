"""Checks requests and answers against a published OpenAPI 3.1 description.

Only tests hold such descriptions, so the validating library is loaded when one is given and not before.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_HERE = "urn:description"
_COMBINED = ("oneOf", "anyOf", "allOf")


class Specification:
    """What a service publishes about its HTTP interface.

    Every check returns sentences, one for each thing that the description does not know.
    A path may be concrete (`/indexes/dones/search`); the description's own template is found.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        from referencing import Registry, Resource  # noqa: PLC0415 -- a library of the tests alone
        from referencing.jsonschema import DRAFT202012  # noqa: PLC0415 -- the same

        self._document = _with_nulls(document)
        resource = Resource.from_contents(self._document, default_specification=DRAFT202012)
        self._registry = Registry().with_resource(_HERE, resource)
        self._validators: dict[str, Draft202012Validator] = {}

    @classmethod
    def load(cls, path: Path) -> Self:
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def template(self, path: str) -> str | None:
        """The description's template for a concrete path; one that names more of it literally wins."""
        parts = path.split("/")
        fitting = [known for known in self._document["paths"] if _fits(known.split("/"), parts)]
        return min(fitting, key=lambda known: known.count("{"), default=None)

    def request_problems(
        self, method: str, path: str, body: object = None, query: Mapping[str, str] | None = None
    ) -> list[str]:
        """What is wrong with a request; `body` is decoded JSON, None where there is none."""
        template = self.template(path)
        if template is None or method.lower() not in self._document["paths"][template]:
            return [f"{method} {path} is not described"]
        known = self._document["paths"][template][method.lower()]
        problems = [
            f"{method} {path}: query parameter {name} is not described"
            for name in sorted(set(query or ()) - self._query_names(template, known))
        ]
        pointer, content = self._follow(self._at(template, method, "requestBody"))
        if content is None:
            return problems + ([f"{method} {path} takes no body"] if body is not None else [])
        if body is None:
            return problems + ([f"{method} {path} needs a body"] if content.get("required") else [])
        return problems + self._body_problems(f"{method} {path}", pointer, body)

    def answer_problems(self, method: str, path: str, status: int, body: object = None) -> list[str]:
        """What is wrong with an answer; `body` is decoded JSON, None where there is none."""
        template = self.template(path)
        if template is None or method.lower() not in self._document["paths"][template]:
            return [f"{method} {path} is not described"]
        for name in (str(status), f"{status // 100}XX", "default"):
            pointer, answer = self._follow(self._at(template, method, "responses", name))
            if answer is not None:
                title = f"{method} {path} -> {status}"
                return [] if body is None else self._body_problems(title, pointer, body)
        return [f"{method} {path} is not described to answer {status}"]

    def schema_problems(self, name: str, value: object) -> list[str]:
        """What is wrong with a value that should be the schema `name` of the description."""
        return self._check(f"/components/schemas/{_escape(name)}", name, value)

    def _at(self, template: str, method: str, *rest: str) -> str:
        return "/" + "/".join(_escape(part) for part in ("paths", template, method.lower(), *rest))

    def _query_names(self, template: str, operation: Mapping[str, Any]) -> set[str]:
        shared = self._document["paths"][template].get("parameters", [])
        listed = [self._resolved(one) for one in (*shared, *operation.get("parameters", []))]
        return {one["name"] for one in listed if one["in"] == "query"}

    def _body_problems(self, title: str, pointer: str, body: object) -> list[str]:
        kinds = self._lookup(pointer).get("content", {})
        if "application/json" not in kinds:
            return [f"{title}: no JSON body is described"]
        return self._check(f"{pointer}/content/application~1json/schema", title, body)

    def _check(self, pointer: str, title: str, value: object) -> list[str]:
        broken = self._validator(pointer).iter_errors(value)
        wrong = [f"{title}: {error.json_path} {error.message}" for error in broken]
        return wrong + [
            f"{title}: {at} is not described" for at in self._unknown(self._lookup(pointer), value)
        ]

    def _validator(self, pointer: str) -> "Draft202012Validator":
        from jsonschema import Draft202012Validator  # noqa: PLC0415 -- a library of the tests alone

        if pointer not in self._validators:
            schema = {"$ref": f"{_HERE}#{pointer}"}
            self._validators[pointer] = Draft202012Validator(schema, registry=self._registry)
        return self._validators[pointer]

    def _unknown(self, schema: Mapping[str, Any], value: object, at: str = "$") -> Iterator[str]:
        """Where `value` has keys that its schema does not name, although nothing forbids them."""
        schema = self._resolved(schema)
        if any(name in schema for name in _COMBINED):
            return
        if isinstance(value, list):
            for index, item in enumerate(value):
                yield from self._unknown(schema.get("items", {}), item, f"{at}[{index}]")
        named = schema.get("properties")
        if isinstance(value, dict) and named and "additionalProperties" not in schema:
            for key, item in value.items():
                if key in named:
                    yield from self._unknown(named[key], item, f"{at}.{key}")
                else:
                    yield f"{at}.{key}"

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            node = self._lookup(node["$ref"].removeprefix("#"))
        return node

    def _follow(self, pointer: str) -> tuple[str, Mapping[str, Any] | None]:
        """Where `pointer` leads in the end, and what is there."""
        try:
            node = self._lookup(pointer)
        except KeyError:
            return pointer, None
        while "$ref" in node:
            pointer = node["$ref"].removeprefix("#")
            node = self._lookup(pointer)
        return pointer, node

    def _lookup(self, pointer: str) -> Any:
        node: Any = self._document
        for part in pointer.split("/")[1:]:
            name = part.replace("~1", "/").replace("~0", "~")
            node = node[int(name)] if isinstance(node, list) else node[name]
        return node


def _escape(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")


def _fits(known: Sequence[str], parts: Sequence[str]) -> bool:
    return len(known) == len(parts) and all(
        name == part or (name.startswith("{") and part) for name, part in zip(known, parts, strict=True)
    )


def _with_nulls(node: Any) -> Any:
    """OpenAPI 3.0's `nullable`, which some 3.1 descriptions still use, said in JSON Schema."""
    if isinstance(node, list):
        return [_with_nulls(item) for item in node]
    if not isinstance(node, dict):
        return node
    said = {key: _with_nulls(value) for key, value in node.items()}
    if said.get("nullable") is True and isinstance(said.get("type"), str):
        said["type"] = [said["type"], "null"]
    return said
