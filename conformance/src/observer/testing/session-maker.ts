// Makes transcripts of whole sessions for tests: both ends honest, one message spoiled where a test
// says so. It judges nothing.
import { isFault, KitError } from '../../fault.ts';
import type { Entry } from '../../control/values.ts';
import { peerOf } from '../conversation.ts';
import type { SessionContext } from '../../run/judging.ts';
import { secretOf } from '../../peer/exchange.ts';
import { Recorder } from '../../peer/recorder.ts';
import { Scene } from '../../peer/scene.ts';
import type { Tampering } from '../../peer/script.ts';
import { declaring, spoiledSeal, tamperedBody, withChanges } from '../../peer/tampering.ts';
import type { Role, Side, Transcript } from '../../peer/transcript.ts';
import { validFields } from '../../peer/valid-messages.ts';
import { sealAt } from '../../security/record.ts';
import { frameOf } from '../../wire/frame.ts';
import { decodeToText, type TextFields } from '../../wire/message-text.ts';
import { toHex } from '../../wire/octets.ts';

/** One message, or an end. */
export interface Move {
  readonly by: Role;
  /** A message, or `fin` or `rst`. */
  readonly send: string;
  /** Name for a test to find it by; default: the message. */
  readonly id?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly entries?: readonly Entry[];
  readonly rawEntries?: readonly TextFields[];
  readonly deflate?: boolean;
  readonly tamper?: Tampering;
  /** Octets in the place of a frame. */
  readonly octets?: Uint8Array;
}

/** The URL of both ends. */
export const serverUrl = 'https://fhir.example.org/r4';
const replicas = { kit: new Uint8Array(16).fill(0xaa), testee: new Uint8Array(16).fill(0xbb) };

/** A patient that only a server has had. */
export function patient(id: string, more = ''): Entry {
  const resource = `{"resourceType":"Patient","id":"${id}"${more}}`;
  return { type: 'Patient', id, resource, base: { versionId: '1' } };
}

/** What the judges are told of a session of the maker. */
export function contextOf(more: Partial<SessionContext> = {}): SessionContext {
  return {
    params: {},
    kitReplica: toHex(replicas.kit),
    testeeReplica: toHex(replicas.testee),
    serverUrl,
    capabilities: [],
    isClockVirtual: false,
    ...more,
  };
}

/** A session from Initiate to Receipt. */
export const handover: readonly Move[] = [
  { by: 'sender', send: 'Initiate', fields: { capabilities: [{ id: 1 }] } },
  { by: 'receiver', send: 'Accept', fields: { capabilities: [{ id: 1 }] } },
  { by: 'receiver', send: 'Confirm', id: 'Tb' },
  { by: 'sender', send: 'Confirm', id: 'Ta' },
  { by: 'sender', send: 'Identity' },
  { by: 'receiver', send: 'Request' },
  { by: 'sender', send: 'Offer' },
  { by: 'sender', send: 'Payload', id: 'first', entries: [patient('p1'), patient('p2')] },
  { by: 'receiver', send: 'Ack', id: 'ack-first' },
  { by: 'sender', send: 'KeepAlive' },
  { by: 'sender', send: 'Payload', id: 'second', entries: [patient('p3')], deflate: true },
  { by: 'receiver', send: 'Ack', id: 'ack-second' },
  { by: 'sender', send: 'Complete' },
  { by: 'receiver', send: 'Receipt' },
  { by: 'receiver', send: 'fin', id: 'receiver-fin' },
  { by: 'sender', send: 'fin', id: 'sender-fin' },
];

/** Moves up to and with one of them, which is changed. */
export function upTo(moves: readonly Move[], id: string, change: Partial<Move> = {}): Move[] {
  const at = moves.findIndex((move) => (move.id ?? move.send) === id);
  if (at < 0) throw new KitError(`no move ${id}`);
  return moves.slice(0, at + 1).map((move, i) => (i === at ? { ...move, ...change } : move));
}

/** Moves with one of them changed, and all that follow. */
export function changed(moves: readonly Move[], id: string, change: Partial<Move>): Move[] {
  return [...upTo(moves, id, change), ...moves.slice(upTo(moves, id).length)];
}

/** Plays moves into a transcript. */
export class SessionMaker {
  readonly #kitRole: Role;
  readonly #scenes: Readonly<Record<Role, Scene>>;
  readonly #recorder: Recorder;
  readonly #counters = { sender: 0, receiver: 0 };
  readonly #confirmed = new Set<Role>();
  readonly #last: Partial<Record<Role, Uint8Array>> = {};

  constructor(testee: Role, secrets: readonly string[] = ['417204934'], url = serverUrl) {
    this.#kitRole = testee === 'sender' ? 'receiver' : 'sender';
    const made = secrets.map(secretOf);
    const scene = (role: Role, fill: number): Scene =>
      new Scene({
        testee: role === 'sender' ? 'receiver' : 'sender',
        secrets: made,
        replica: replicas[this.#sideOf(role)],
        serverUrl: url,
        release: 'R4',
        random: (count) => new Uint8Array(count).fill(fill),
      });
    this.#scenes = { sender: scene('sender', 7), receiver: scene('receiver', 9) };
    const [first] = made;
    if (first === undefined) throw new KitError('no secret');
    this.#recorder = new Recorder(testee, first, () => 0);
    this.#recorder.scalar(this.#scenes[this.#kitRole].scalar);
  }

  /** The transcript of some moves. */
  play(moves: readonly Move[]): Transcript {
    for (const move of moves) this.#move(move);
    return this.#recorder.transcript();
  }

  #sideOf(role: Role): Side {
    return role === this.#kitRole ? 'kit' : 'testee';
  }

  #move(move: Move): void {
    const side = this.#sideOf(move.by);
    if (move.send === 'fin' || move.send === 'rst') return this.#recorder.end(side, move.send);
    const scene = this.#scenes[move.by];
    const fields = withChanges(validFields(move.send, scene, move), move.fields ?? {});
    const body = tamperedBody(move.send, fields, move.tamper);
    if (move.send === 'Initiate') scene.initiate ??= body;
    if (move.send === 'Accept') scene.accept ??= body;
    if (move.send === 'Payload') scene.count(fields);
    const frame = move.octets ?? this.#frame(move, body);
    this.#recorder.octets(side, frame, move.id ?? move.send);
    this.#hear(move, body);
  }

  #hear({ by, send }: Move, body: Uint8Array): void {
    if (send === 'Confirm') this.#confirmed.add(by);
    const message = decodeToText(body);
    const other = this.#scenes[by === 'sender' ? 'receiver' : 'sender'];
    if (!isFault(message)) other.hear(message, body);
  }

  #frame({ by, tamper }: Move, body: Uint8Array): Uint8Array {
    const isSealed = this.#confirmed.has('sender') && this.#confirmed.has(by);
    if (!isSealed) return tampered(frameOf(body), tamper);
    const keys = this.#scenes[by].keys();
    if (isFault(keys)) throw new KitError(keys.detail);
    const [own, other] = by === 'sender' ? [keys.s2r, keys.r2s] : [keys.r2s, keys.s2r];
    const counter = this.#counters[by];
    this.#counters[by] += 1;
    if (tamper?.kind === 'seal') {
      return spoiledSeal(tamper.how, body, { own, other, counter, last: this.#last[by] });
    }
    const frame = sealAt(own, counter, body);
    this.#last[by] = frame;
    return tampered(frame, tamper);
  }
}

function tampered(frame: Uint8Array, tamper: Tampering | undefined): Uint8Array {
  if (tamper?.kind === 'length') return declaring(tamper.octets, frame);
  return tamper?.kind === 'cut' ? frame.subarray(0, tamper.octets) : frame;
}

/** Both ways to see a session: the kit as sender and as receiver. */
export const views: readonly Role[] = ['receiver', 'sender'];

/** The side that a role is played by, by the testee's role. */
export function sideOf(role: Role, testee: Role): Side {
  return role === testee ? 'testee' : peerOf('testee');
}
