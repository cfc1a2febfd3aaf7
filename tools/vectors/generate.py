#!/usr/bin/env python3
"""Writes the golden vectors. With --check it writes nothing and fails where a file differs.

Needs Python 3.9 and nothing else. It reads the schema's text for field numbers and shares no code
with the reference or the kit, so that one mistake cannot hide in all three.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from areas import areas, summary  # noqa: E402  (the path comes first)

TARGET = Path(__file__).resolve().parents[2] / "vectors" / "v1"


def main(arguments):
    if arguments not in ([], ["--check"]):
        print("usage: python3 tools/vectors/generate.py [--check]", file=sys.stderr)
        return 2
    stale = []
    for area in areas():
        text = json.dumps(area.document(), indent=1, ensure_ascii=False) + "\n"
        path = TARGET / f"{area.name}.json"
        if arguments:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale.append(path.name)
        else:
            TARGET.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if stale:
        print("vectors differ from their generator: " + ", ".join(stale), file=sys.stderr)
        print("run: python3 tools/vectors/generate.py", file=sys.stderr)
        return 1
    print(summary(areas()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
