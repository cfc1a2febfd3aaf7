#!/usr/bin/env python3
"""A testee for the conformance kit of the FHIR Peer Sync Protocol, in Python 3.10 or later.

A testee is your implementation with this small test program around it. The kit writes one JSON
object on a line, the testee answers with one. All of it is explained in appendix H of the
specification ("control protocol").

Your way through this file; ask `peersync-conformance doctor` after each step:

  STEP 1, 2 minutes    say who you are: HELLO.
  STEP 2, 10 minutes   put your own store in place of the one in memory: Store.
  STEP 3, 15 minutes   run a session of your implementation: connect_session().
  STEP 4, later        declare more: the other role, then features, one after the other.

What comes after these speaks the control protocol and needs no change.
"""

from __future__ import annotations

import json
import re
import socket
import sys
from typing import Any, BinaryIO, NamedTuple

# ---- STEP 1: what it is -------------------------------------------------------------------------
# Declare what is true and no more. One role is enough to begin with: "receiver" or "sender".
HELLO: dict[str, Any] = {
    "control": 1,
    "impl": {"name": "My implementation", "version": "0.1.0", "language": "Python"},
    "versions": [1],
    "roles": ["receiver"],
    "features": [],  # STEP 4: names out of section H.10 of the specification
    "modes": ["FULL", "CURSOR", "LAST_UPDATED"],
    "strategies": ["theirs", "ours"],
    "releases": ["R4"],
    "secretKinds": ["digits"],
    "capabilities": [],
}


# ---- STEP 2: your store -------------------------------------------------------------------------
# `reset` makes an empty store and puts the seed into it, in order; `dump` reads it. Replace the
# dictionary by your own store, and read it here as your sessions read it. Resource texts are exact:
# what comes out is octet for octet what went in.
class ChangeId(NamedTuple):  # its order is that of a dump
    replica: str  # 32 hex digits
    counter: int  # unsigned, 64 bits


class Change(NamedTuple):
    id: ChangeId
    type: str  # INSERT, UPDATE or DELETE
    payload: str | None  # the exact text; none for DELETE
    base_version_id: str
    recorded_at: str


class Base(NamedTuple):
    version_id: str
    last_updated: str


class Entry(NamedTuple):
    type: str
    id: str
    resource: str | None  # None: deleted
    base: Base | None  # None: on no server yet
    base_resource: str | None  # the server's content at base, where it differs
    changes: list[Change]  # oldest first
    absorbed: list[ChangeId]


class RequestedType(NamedTuple):
    type: str
    parameters: list[tuple[str, str]]  # search parameters: name, value


class Cursor(NamedTuple):
    replica: str  # the sender that it is of
    cursor: str  # hex
    types: list[RequestedType] | None  # None: it was asked for every type


class Archived(NamedTuple):
    reason: str  # displaced, not-taken, deferred or merged
    peer: str  # whom the other state came from
    entry: Entry


class Device(NamedTuple):
    replica: str  # the store's replica id
    now: str  # what the wall clock says, and goes on saying
    server_url: str  # as a person configured it; empty: no server
    display_name: str


class Store:
    def __init__(self, device: Device) -> None:
        """Nothing of an earlier store is left.

        The URL has to be brought into its canonical form; for one that has none (PSP-SRV-3):
        raise Refusal("invalid", "...", "serverUrl").
        """
        self.device = device
        self._entries: dict[tuple[str, str], Entry] = {}
        self._cursors: list[Cursor] = []

    def put(self, entry: Entry) -> None:
        self._entries[entry.type, entry.id] = entry

    def put_cursor(self, cursor: Cursor) -> None:
        self._cursors.append(cursor)

    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    def cursors(self) -> list[Cursor]:
        return list(self._cursors)

    def archived(self) -> list[Archived]:
        """States that a conflict put aside, oldest first."""
        return []

    def close(self) -> None:
        """Called by `quit`."""


# ---- STEP 3: your session -----------------------------------------------------------------------
class Run(NamedTuple):
    role: str  # "sender" or "receiver": your role
    host: str  # dial this, in either role
    port: int
    # Receiver: typed one after the other, then the user gives up. Sender: on show.
    # Empty: the user does nothing.
    secrets: list[str]
    release: str  # FHIR release
    mode: str  # of a receiver: what to ask for
    types: list[RequestedType]  # empty: every type
    strategy: str  # what to do about conflicts
    capabilities: list[str]  # use these and no others


class TypeCounts(NamedTuple):
    type: str
    transferred: int
    outcomes: dict[str, int]  # STORED, DUPLICATE, ... as in chapter 21


class Outcome(NamedTuple):
    result: str  # completed, rejected, failed, cancelled, declined or interrupted
    reason: str | None = None  # name of the error code, where there is one
    detail: str | None = None  # anything that helps a person
    report: list[TypeCounts] | None = None  # as soon as it is known what to transfer


def connect_session(run: Run, store: Store) -> Outcome:
    """Runs one session from the connection to its close and says how it ended.

    A session that ended badly is an Outcome like any other; raise only when there was no connection
    at all. It waits for no answer of a user: the receiver agrees to every Offer at once.

    For example:
        with socket.create_connection((run.host, run.port)) as stream:
            end = my_sync.receive(stream, code=run.secrets[0], store=store, mode=run.mode)
        return Outcome("completed", report=[TypeCounts("Patient", 1, {"STORED": 1})])
    """
    raise NotImplementedError(
        "run is not connected to your implementation yet: see connect_session() in testee.py"
    )


# ---- The control protocol: nothing to change below ----------------------------------------------
Json = dict[str, Any]


class Refusal(Exception):
    """A command that is answered with `"ok": false`."""

    def __init__(self, kind: str, message: str, where: str | None = None) -> None:
        super().__init__(message)
        self.kind = kind  # unsupported or invalid
        self.where = where


class Members(dict[str, Any]):
    """The members of an object of a command; null means the same as absent."""

    def __init__(self, value: Any, path: str = "") -> None:
        if not isinstance(value, dict):
            raise Refusal("invalid", f"{path} has to be an object", path)
        super().__init__((name, each) for name, each in value.items() if each is not None)
        self._path = path

    def path(self, name: str) -> str:
        return f"{self._path}.{name}" if self._path else name

    def text(self, name: str, otherwise: str | None = None) -> str:
        value = self.get(name, otherwise)
        if isinstance(value, str):
            return value
        raise Refusal("invalid", f"{self.path(name)} has to be a string", self.path(name))

    def optional_text(self, name: str) -> str | None:
        return self.text(name) if name in self else None

    def object(self, name: str) -> Members:
        return Members(self.get(name), self.path(name))

    def items_of(self, name: str) -> list[Members]:
        value = self.get(name, [])
        if not isinstance(value, list):
            raise Refusal("invalid", f"{self.path(name)} has to be a list", self.path(name))
        return [Members(item, f"{self.path(name)}[{at}]") for at, item in enumerate(value)]

    def word(self, name: str, words: list[str], otherwise: str) -> str:
        if name in self and self.text(name) not in words:
            raise Refusal("unsupported", f"{name} {self.text(name)}", self.path(name))
        return self.text(name, otherwise)


def read_change_id(item: Members) -> ChangeId:
    counter = str(item.get("counter"))
    if not re.fullmatch(r"[0-9]{1,20}", counter):
        where = item.path("counter")
        raise Refusal("invalid", f"{where} is no counter", where)
    return ChangeId(item.text("replica"), int(counter))


def read_change(item: Members) -> Change:
    base, at = item.text("baseVersionId", ""), item.text("recordedAt", "")
    id, payload = read_change_id(item), item.optional_text("payload")
    return Change(id, item.text("type"), payload, base, at)


def read_entry(item: Members) -> Entry:
    base = item.object("base") if "base" in item else None
    return Entry(
        type=item.text("type"),
        id=item.text("id"),
        resource=item.optional_text("resource"),
        base=base and Base(base.text("versionId"), base.text("lastUpdated", "")),
        base_resource=item.optional_text("baseResource"),
        changes=[read_change(change) for change in item.items_of("changes")],
        absorbed=[read_change_id(each) for each in item.items_of("absorbed")],
    )


def read_types(holder: Members) -> list[RequestedType]:
    def parameters(item: Members) -> list[tuple[str, str]]:
        return [(pair.text("name"), pair.text("value")) for pair in item.items_of("parameters")]

    return [RequestedType(item.text("type"), parameters(item)) for item in holder.items_of("types")]


def read_cursor(item: Members) -> Cursor:
    types = read_types(item) if "types" in item else None
    return Cursor(item.text("replica"), item.text("cursor"), types)


def read_run(command: Members) -> Run:
    role = command.text("role")
    if role not in HELLO["roles"]:
        raise Refusal("unsupported", f"role {role}", "role")
    for name in ("listen", "inline", "clock"):
        if name in command:
            raise Refusal("unsupported", name, name)
    dial, params = command.object("dial"), command.object("params")
    of_receiver = {"mode", "types", "strategy"} if role == "receiver" else set()
    for name in params:
        # Never ignore one: a case would fail in a way that nobody understands.
        if name not in {"release", "capabilities"} | of_receiver:
            raise Refusal("unsupported", name, params.path(name))
    capabilities = params.get("capabilities", HELLO["capabilities"])
    if not set(capabilities) <= set(HELLO["capabilities"]):
        raise Refusal("unsupported", ", ".join(capabilities), "params.capabilities")
    secret = command.get("secret", [])
    return Run(
        role=role,
        host=dial.text("host"),
        port=int(dial["port"]),
        secrets=[secret] if isinstance(secret, str) else secret,
        release=params.word("release", HELLO["releases"], "R4"),
        mode=params.word("mode", HELLO["modes"], "CURSOR"),
        types=read_types(params),
        strategy=params.word("strategy", HELLO["strategies"], "theirs"),
        capabilities=capabilities,
    )


def id_form(id: ChangeId) -> Json:
    # Above 2^53 - 1 a JSON number is not safe in every language, so it travels as text.
    counter = id.counter if id.counter < 2**53 else str(id.counter)
    return {"replica": id.replica, "counter": counter}


def change_form(change: Change) -> Json:
    form = {**id_form(change.id), "type": change.type, "payload": change.payload}
    return {**form, "baseVersionId": change.base_version_id, "recordedAt": change.recorded_at}


def entry_form(entry: Entry) -> Json:
    base = entry.base
    return {
        "type": entry.type,
        "id": entry.id,
        "resource": entry.resource,
        "base": base and {"versionId": base.version_id, "lastUpdated": base.last_updated},
        "baseResource": entry.base_resource,
        "changes": [change_form(change) for change in entry.changes],
        "absorbed": [id_form(each) for each in sorted(entry.absorbed)],
    }


def cursor_form(cursor: Cursor) -> Json:
    types = cursor.types and [
        {"type": each.type, "parameters": [{"name": n, "value": v} for n, v in each.parameters]}
        for each in cursor.types
    ]
    return {"replica": cursor.replica, "cursor": cursor.cursor, "types": types}


class Testee:
    def __init__(self) -> None:
        self.store: Store | None = None
        verbs = (self.hello, self.reset, self.run, self.dump, self.quit)
        self.commands = {verb.__name__: verb for verb in verbs}

    def hello(self, command: Members) -> Json:
        if command.get("control") != 1:
            raise Refusal("unsupported", "control 1 only", "control")
        return HELLO

    def reset(self, command: Members) -> Json:
        print(f"case {command.text('case')}", file=sys.stderr)
        url, name = command.text("serverUrl", ""), command.text("displayName", "")
        store = Store(Device(command.text("replica"), command.text("now"), url, name))
        seed = command.object("seed")
        for item in seed.items_of("entries"):
            store.put(read_entry(item))
        for item in seed.items_of("cursors"):
            store.put_cursor(read_cursor(item))
        self.store = store
        return {}

    def run(self, command: Members) -> Json:
        store = self.open_store()
        end = connect_session(read_run(command), store)
        counts = end.report and sorted(end.report, key=lambda each: each.type)
        report = None if counts is None else {"types": [each._asdict() for each in counts]}
        return {"result": end.result, "reason": end.reason, "detail": end.detail, "report": report}

    def dump(self, _: Members) -> Json:
        store = self.open_store()
        entries = sorted(store.entries(), key=lambda entry: (entry.type, entry.id))
        cursors = sorted(store.cursors(), key=lambda each: (each.replica, each.cursor))
        content = {"entries": list(map(entry_form, entries)), "replica": store.device.replica}
        put_aside = store.archived()
        archive = [{**each._asdict(), "entry": entry_form(each.entry)} for each in put_aside]
        cursor_forms = list(map(cursor_form, cursors))
        return {"store": {**content, "cursors": cursor_forms, "archive": archive}}

    def quit(self, _: Members) -> Json:
        if self.store is not None:
            self.store.close()
        return {}

    def open_store(self) -> Store:
        if self.store is None:
            raise Refusal("invalid", "reset has to come first")
        return self.store

    def answer(self, command: Json) -> Json:
        try:
            carry_out = self.commands.get(str(command["cmd"]))
            if carry_out is None:
                raise Refusal("unsupported", f"no such command: {command['cmd']}")
            return {"id": command["id"], "ok": True, **carry_out(Members(command))}
        except Refusal as refusal:
            error = {"kind": refusal.kind, "message": str(refusal), "field": refusal.where}
        except Exception as fault:  # whatever breaks in a session must not end the testee
            error = {"kind": "failed", "message": (str(fault) or repr(fault))[:4096]}
        return {"id": command["id"], "ok": False, "error": error}

    def serve(self, source: BinaryIO, sink: BinaryIO) -> None:
        for line in source:  # of octets: cut at line feeds and nowhere else
            try:
                command = json.loads(line)
            except ValueError:
                print(f"not a command: {line[:200]!r}", file=sys.stderr)
                continue
            if isinstance(command, dict) and "id" in command and "cmd" in command:
                # The default of dumps writes ASCII only, so no locale can spoil a line.
                sink.write(json.dumps(self.answer(command)).encode() + b"\n")
                sink.flush()
                if command["cmd"] == "quit":
                    return


def main(arguments: list[str]) -> None:
    """Standard input and output, or `--connect HOST:PORT` where the kit can't start a program."""
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    sys.stdout = sys.stderr  # what a library prints must not run into an answer
    if arguments[:1] == ["--connect"]:
        host, _, port = arguments[1].rpartition(":")
        with socket.create_connection((host, int(port))) as stream, stream.makefile("rwb") as file:
            Testee().serve(file, file)
    else:
        Testee().serve(source, sink)


if __name__ == "__main__":
    main(sys.argv[1:])
