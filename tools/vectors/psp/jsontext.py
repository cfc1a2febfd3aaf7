"""JSON that loses nothing, and the equality of the specification's chapter on the data model."""

import decimal
import json
import math


class Number:
    """A number as it was written: 1.10 and 1.1 are two."""

    def __init__(self, text):
        self.text = text

    def __eq__(self, other):
        return isinstance(other, Number) and self.text == other.text

    __hash__ = None

    def value(self):
        return decimal.Decimal(self.text)


def parse(text):
    octets = text.encode() if isinstance(text, str) else text
    return json.loads(octets.decode(), parse_int=Number, parse_float=Number)


def write(value):
    """Compact text; keys in the order they have."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, dict):
        return "{" + ",".join(f"{write(k)}:{write(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(write(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def equal_by_value(a, b):
    """As the operation `test` compares: numbers by value."""
    if isinstance(a, Number) and isinstance(b, Number):
        return a.value() == b.value()
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() == b.keys() and all(equal_by_value(v, b[k]) for k, v in a.items())
    if isinstance(a, list) and isinstance(b, list):
        return len(a) == len(b) and all(equal_by_value(x, y) for x, y in zip(a, b))
    return type(a) is type(b) and a == b


def rounded(value):
    """The value with each number as what a double makes of it, where that is finite."""
    if isinstance(value, Number):
        double = float(value.text)
        return ("double", double) if math.isfinite(double) else value
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return [rounded(v) for v in value] if isinstance(value, list) else value


def without_meta(resource, *names):
    """The resource without these members of `meta`, and without a `meta` left empty."""
    if not isinstance(resource, dict) or not isinstance(resource.get("meta"), dict):
        return resource
    meta = {k: v for k, v in resource["meta"].items() if k not in names}
    rest = {k: v for k, v in resource.items() if k != "meta"}
    return {**rest, "meta": meta} if meta else rest


def equal(a, b, *more):
    """Outside server-owned meta, and outside the members of `meta` that `more` names."""
    if a is None or b is None:
        return a is b
    names = ("versionId", "lastUpdated", *more)
    return without_meta(a, *names) == without_meta(b, *names)
