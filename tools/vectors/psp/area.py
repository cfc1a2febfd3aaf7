"""How a file of vectors is put together; the layout is vectors/vectors.schema.json."""


def hexed(value):
    """JSON form of fields: octets as hex, everything else as it is."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: hexed(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [hexed(v) for v in value]
    return value


class Area:
    """One file: named flags, groups of vectors, ids that are never given twice."""

    def __init__(self, name, prefix, title):
        self.name, self.prefix, self.title = name, prefix, title
        self.flags, self.groups, self.ids = {}, [], set()
        #: Of valid messages: "exact" where writing the fields gives the input, "semantic" where
        #: other octets say the same.
        self.encode = None

    def flag(self, name, why):
        self.flags[name] = why

    def group(self, kind, **parameters):
        self.groups.append({"kind": kind, "parameters": hexed(parameters), "vectors": []})

    def _add(self, number, title, requirements, flags, data, **verdict):
        ident = f"{self.prefix}-{number:04d}"
        assert ident not in self.ids, f"{ident} is used twice"
        assert set(flags) <= set(self.flags), f"{ident}: unknown flag"
        self.ids.add(ident)
        vector = {"id": ident, "title": title, "requirements": requirements, "flags": flags}
        vector["input"] = hexed(data)
        vector.update(hexed(verdict))
        self.groups[-1]["vectors"].append(vector)

    def valid(self, number, title, requirements, data, expect, flags=(), encode=None):
        way = encode or self.encode
        # An unknown message is ignored: there is nothing that could be written again.
        is_message = way and expect["type"] != "Ignorable"
        more = {"encode": way} if is_message else {}
        self._add(
            number, title, requirements, list(flags), data, result="valid", expect=expect, **more
        )

    def invalid(self, number, title, requirements, data, error, flags=(), **more):
        self._add(
            number, title, requirements, list(flags), data, result="invalid", error=error, **more
        )

    def document(self):
        return {
            "$schema": "../vectors.schema.json",
            "spec": "1.0.0-draft.1",
            "area": self.name,
            "title": self.title,
            "generator": "tools/vectors/generate.py",
            "flags": self.flags,
            "groups": self.groups,
        }
