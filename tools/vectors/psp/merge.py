"""The merge that the specification's chapter on classification describes, in a second reading."""

import re
from pathlib import Path

from . import classify as c
from . import jsontext as j
from . import patch

CHAPTER = Path(__file__).resolve().parents[3] / "spec" / "v1" / "16-classification.md"


def _words():
    """The names of types, as the section on merging lists them."""
    section = CHAPTER.read_text(encoding="utf-8").split("## 16.4 Merging")[1].split("\n## ")[0]
    lines = re.findall(r"^> (.*)$", section, re.M)
    return re.findall(r"\w+", " ".join(lines))


TYPES = _words()


class Obstacle(Exception):
    """Why a conflict goes to the fall-back."""


def unit(name):
    plain = name[1:] if name.startswith("_") else name
    fitting = [t for t in TYPES if plain.endswith(t)]
    return plain[: len(plain) - max(map(len, fitting), default=0)]


def touched(changes):
    """The units that updates point into, whatever comes of it; a test only looks."""
    names = set()
    for change in changes:
        if change["type"] == "UPDATE":
            for operation in j.parse(change["payload"]):
                if operation["op"] != "test":
                    names.add(unit(patch.segments(operation["path"])[0]))
    return names


def three_way(before, ours, theirs, by_ours, by_theirs):
    """The merged content."""
    names = {unit(k) for content in (before, ours, theirs) for k in content}
    merged = {}
    for name in names:
        parts = [{k: v for k, v in x.items() if unit(k) == name} for x in (before, ours, theirs)]
        mine, other = parts[1:]
        if name in by_ours and name in by_theirs and mine != other:
            raise Obstacle("MEMBERS")
        merged.update(mine if name in by_ours else other)
    return merged


def _names(changes):
    return {(change["id"]["replica_id"], change["id"]["counter"]) for change in changes}


def _created_apart(creator, other):
    first = creator["changes"][:1]
    if not first or first[0]["type"] != "INSERT":
        return False
    known = _names(other["changes"]) | {(i["replica_id"], i["counter"]) for i in other["absorbed"]}
    return not _names(first) <= known


def _is_copy(ours, theirs):
    by_name = {(x["id"]["replica_id"], x["id"]["counter"]): x for x in ours["changes"]}
    for change in theirs["changes"]:
        known = by_name.get((change["id"]["replica_id"], change["id"]["counter"]))
        if known and any(known[k] != change[k] for k in ("type", "payload")):
            return True
    return False


def merge(ours, base_content, theirs):
    """The resolution, and the content that it leads to."""
    if _is_copy(ours, theirs):
        raise Obstacle("COPIED_STORE")
    if not ours["resource"] or not theirs["resource"]:
        raise Obstacle("DELETED")
    if _created_apart(ours, theirs) or _created_apart(theirs, ours):
        raise Obstacle("TWO_CREATIONS")
    if c.order(ours.get("base"), theirs.get("base")) != "same":
        raise Obstacle("BASE_UNKNOWN")
    if "base" in ours and not base_content:
        raise Obstacle("BASE_UNKNOWN")
    O, T = ours["changes"], theirs["changes"]
    shared = 0
    while shared < min(len(O), len(T)) and O[shared]["id"] == T[shared]["id"]:
        shared += 1
    start = j.parse(base_content) if base_content else None
    before = patch.replay(O[:shared], start)
    mine, other = patch.replay(O[shared:], before), patch.replay(T[shared:], before)
    by_ours, by_theirs = touched(O[shared:]), touched(T[shared:])
    merged = three_way(before, mine, other, by_ours, by_theirs)
    # A side can stand for both only if it touches whatever the other one does.
    is_ours = merged == mine and by_theirs <= by_ours
    is_theirs = merged == other and by_ours <= by_theirs
    if is_ours and is_theirs:
        first, second = O[shared]["id"], T[shared]["id"]
        order = [(i["replica_id"], i["counter"]) for i in (first, second)]
        return ("ours" if order[0] < order[1] else "theirs"), merged
    if is_ours:
        return "ours", merged
    return ("theirs" if is_theirs else "merged"), merged
