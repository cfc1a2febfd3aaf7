"""Every area of vectors, in the order of the specification."""

from . import classification, cpace, deflate, entry, frame, future, instants, keys, merging
from . import message, search, secrets, selection, squash, transcript, wild


def areas():
    return [
        frame.area(),
        message.area(),
        wild.area(),
        future.area(),
        secrets.server(),
        secrets.access_code(),
        cpace.area(),
        keys.key_schedule(),
        keys.sealed_frame(),
        deflate.area(),
        entry.area(),
        instants.area(),
        squash.area(),
        selection.area(),
        search.area(),
        classification.area(),
        merging.area(),
        transcript.area(),
    ]


def summary(all_areas):
    vectors = [v for a in all_areas for g in a.groups for v in g["vectors"]]
    invalid = sum(v["result"] == "invalid" for v in vectors)
    return f"{len(vectors)} vectors in {len(all_areas)} areas, {invalid} of them invalid"
