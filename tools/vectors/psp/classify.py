"""The table of the specification's chapter on classification, read row by row.

The vectors say by hand what they expect; this second reading has to agree, and makes the states
that a receiver is left with.
"""

import datetime

from . import jsontext as j
from . import patch

CONFLICT = "CONFLICT"


def _name(ident):
    return ident["replica_id"], ident["counter"]


def _same(a, b):
    return all(a[k] == b[k] for k in ("id", "type", "payload"))


def _begins(part, whole):
    return len(part) <= len(whole) and all(_same(a, b) for a, b in zip(part, whole))


def _cuts(changes):
    return [(changes[:at], changes[at:]) for at in range(len(changes) + 1)]


def _moment(text):
    """Good for the instants of these vectors only: whole microseconds, no second 60."""
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def order(ours, theirs):
    if ours is None or theirs is None:
        return "same" if ours is theirs else ("theirs" if ours is None else "ours")
    if ours["version_id"] == theirs["version_id"]:
        return "same"
    a, b = _moment(ours.get("last_updated", "")), _moment(theirs.get("last_updated", ""))
    if a is None or b is None or a == b:
        return "unknown"
    return "theirs" if a < b else "ours"


def _touches_source(changes):
    for change in changes:
        for operation in j.parse(change["payload"]) if change["type"] == "UPDATE" else []:
            path = operation["path"]
            if path in ("/meta", "/meta/source") or path.startswith("/meta/source/"):
                return True
    return False


def _rebased(origin, prefix, rest, ground, others, old_base, base):
    """The ground with the rest on top, if it is the content that the prefix leads to."""
    try:
        expected = patch.replay(prefix, origin, old_base)
        ignored = () if _touches_source(prefix + rest + others) else ("source",)
        if expected is None or not j.equal(j.rounded(expected), j.rounded(ground), *ignored):
            return None
        after = patch.replay(rest, ground, base)
    except patch.Fault:
        return None
    return b"" if after is None else j.write(after).encode()


def _content(octets):
    return j.parse(octets) if octets else None


def _union(kept, other):
    """PSP-CLS-24: what the kept state learns of the other one."""
    known = [_name(i) for i in kept["absorbed"]]
    listed = [_name(c["id"]) for c in kept["changes"]]
    more = [i for i in other["absorbed"] if _name(i) not in known + listed]
    if order(kept.get("base"), other.get("base")) in ("theirs", "unknown"):
        return kept
    return {**kept, "absorbed": kept["absorbed"] + more}


def _rebase(ours, base_content, theirs):
    """Row PSP-CLS-10."""
    O, ids = ours["changes"], [_name(i) for i in theirs["absorbed"]]
    origin = _content(base_content)
    if theirs["changes"] or not theirs.get("resource") or ("base" in ours and origin is None):
        return None
    for prefix, rest in _cuts(O):
        if all(_name(c["id"]) in ids for c in prefix) and not any(
            _name(c["id"]) in ids for c in rest
        ):
            ground, bases = _content(theirs["resource"]), (ours.get("base"), theirs["base"])
            resource = _rebased(origin, prefix, rest, ground, [], *bases)
            if resource is not None:
                return {**theirs, "resource": resource, "changes": rest}
    return None


def _homecoming(ours, base_content, theirs):
    """Row PSP-CLS-25."""
    O, T, ids = ours["changes"], theirs["changes"], [_name(i) for i in ours["absorbed"]]
    ground = _content(base_content if O else ours.get("resource"))
    if ground is None or T[0]["type"] != "INSERT":
        return None
    for prefix, rest in _cuts(T):
        inside = all(_name(c["id"]) in ids for c in prefix)
        if inside and not any(_name(c["id"]) in ids for c in rest) and _begins(O, rest):
            resource = _rebased(None, prefix, rest, ground, O, None, ours["base"])
            if resource is not None:
                return {**ours, "resource": resource, "changes": rest}
    return None


def _contained(part, absorbed, whole):
    ids = [_name(i) for i in absorbed]
    return any(
        all(_name(c["id"]) in ids for c in first) and _begins(rest, whole)
        for first, rest in _cuts(part)
    )


def received(entry):
    """PSP-DATA-13: what the absorbed ids speak of is a base."""
    return entry if "base" in entry else {**entry, "absorbed": []}


def classify(ours, base_content, theirs):
    """The row that decides, the relation, and the state afterwards (None: a strategy decides)."""
    theirs = received(theirs)
    if ours is None:
        return "PSP-CLS-2", "STORED", theirs
    O, T = ours["changes"], theirs["changes"]
    which = order(ours.get("base"), theirs.get("base"))
    take, keep = _union(theirs, ours), _union(ours, theirs)
    if _begins(O, T) and len(O) == len(T):
        row = "PSP-CLS-4" if T else "PSP-CLS-7"
        if which == "same":
            return "PSP-CLS-3", "DUPLICATE", keep
        found = {"theirs": ("FAST_FORWARDED", take), "ours": ("STALE", keep)}
        return (row, *found.get(which, (CONFLICT, None)))
    if which in ("same", "theirs") and _begins(O, T):
        return "PSP-CLS-5", "FAST_FORWARDED", take
    if which in ("same", "ours") and _begins(T, O):
        return "PSP-CLS-6", "STALE", keep
    if which == "theirs" and _contained(O, theirs["absorbed"], T):
        return "PSP-CLS-8", "FAST_FORWARDED", take
    if which == "ours" and _contained(T, ours["absorbed"], O):
        return "PSP-CLS-9", "STALE", keep
    if which == "theirs":
        result = _rebase(ours, base_content, theirs)
        if result is not None:
            return "PSP-CLS-10", "REBASED", _union(result, ours)
    if which == "ours":
        result = _homecoming(ours, base_content, theirs)
        if result is not None:
            return "PSP-CLS-25", "REBASED", _union(result, theirs)
    return "PSP-CLS-11", CONFLICT, None


def resolved(ours, theirs):
    """The states after a conflict, as theirs and as ours."""
    theirs = received(theirs)
    return {"theirs": _union(theirs, ours), "ours": _union(ours, theirs)}
