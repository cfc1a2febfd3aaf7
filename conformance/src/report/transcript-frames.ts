// A transcript as frames: where each begins and ends in the stream of its side, what stands inside
// where keys open it, and what else happened. It judges nothing; CPace has to be ready.
import { isFault } from '../fault.ts';
import { keysOf, shareFor, type Keys, type Secret } from '../peer/exchange.ts';
import { openAt, type DirectionKeys } from '../security/record.ts';
import { decodeBody, messageToText, type TextFields } from '../wire/message-text.ts';
import { fromHex } from '../wire/octets.ts';
import { schemaOfType } from '../wire/schema.ts';
import { octetsOf } from '../peer/scene.ts';
import type { ResultTranscript, ResultTranscriptEntry } from './results.ts';

type Side = ResultTranscriptEntry['side'];

/** How a frame's body can be read. */
export type Sealing =
  /** In clear, as before keys. */
  | 'clear'
  /** Sealed, and opened with the keys of the session. */
  | 'opened'
  /** Sealed, with the counter or the direction of another frame. */
  | 'odd'
  /** Nobody can read it: sealed otherwise, or no message. */
  | 'closed';

/** One frame of a side. */
export interface TranscriptFrame {
  readonly kind: 'frame';
  readonly side: Side;
  /** Among the frames of its side, from 0. */
  readonly number: number;
  /** Octet of its side's stream at which it begins. */
  readonly start: number;
  /** As it went over the wire, length octets included. */
  readonly wire: Uint8Array;
  readonly sealing: Sealing;
  /** Type octet and message; the body as it is where nobody can read it. */
  readonly body: Uint8Array;
  /** Of the sealed frames of its side, from 0. */
  readonly counter?: number;
  /** Name of the message, or what it is instead. */
  readonly name: string;
  /** Step of the script, for the kit's frames. */
  readonly step?: string;
  /** Position among the transcript's entries of its last octet. */
  readonly entry: number;
}

/** What is no frame: an end, a note, or octets without the rest of their frame. */
export interface TranscriptEvent {
  readonly kind: 'fin' | 'rst' | 'note' | 'rest';
  readonly side: Side;
  readonly start: number;
  readonly wire: Uint8Array;
  readonly text: string;
  readonly entry: number;
}

interface RawFrame {
  readonly side: Side;
  readonly start: number;
  readonly wire: Uint8Array;
  readonly step?: string;
  readonly entry: number;
}

class SideStream {
  #pieces: Uint8Array[] = [];
  #size = 0;
  /** Octets of the frame that has begun, once they are known. */
  #wanted: number | undefined;
  start = 0;

  /** Frames that are complete with this piece; a length is believed as it is. */
  push(piece: Uint8Array): { start: number; wire: Uint8Array }[] {
    this.#pieces.push(piece);
    this.#size += piece.length;
    const out: { start: number; wire: Uint8Array }[] = [];
    for (let length = this.#length(); this.#size >= length; length = this.#length()) {
      const all = this.rest;
      out.push({ start: this.start, wire: all.subarray(0, length) });
      this.start += length;
      this.#pieces = [all.subarray(length)];
      this.#size -= length;
      this.#wanted = undefined;
    }
    return out;
  }

  get rest(): Uint8Array {
    if (this.#pieces.length > 1) this.#pieces = [Uint8Array.from(Buffer.concat(this.#pieces))];
    return this.#pieces[0] ?? new Uint8Array();
  }

  #length(): number {
    if (this.#wanted !== undefined) return this.#wanted;
    if (this.#size < 4) return Infinity;
    const head = this.rest;
    // Looked at once for each frame: single octets stay linear.
    this.#wanted = 4 + new DataView(head.buffer, head.byteOffset).getUint32(0);
    return this.#wanted;
  }
}

function cut(entries: readonly ResultTranscriptEntry[]): (RawFrame | TranscriptEvent)[] {
  const streams = { kit: new SideStream(), testee: new SideStream() };
  const out: (RawFrame | TranscriptEvent)[] = [];
  const none = new Uint8Array();
  for (const [entry, { side, kind, hex, step }] of entries.entries()) {
    const stream = streams[side];
    if (kind !== 'octets') {
      const text = kind === 'note' ? (step ?? '') : '';
      out.push({ kind, side, start: stream.start, wire: none, text, entry });
      continue;
    }
    const frames = stream.push(fromHex(hex ?? ''));
    for (const frame of frames) out.push({ side, ...frame, ...(step && { step }), entry });
  }
  for (const side of ['kit', 'testee'] as const) {
    const { rest, start } = streams[side];
    if (rest.length === 0) continue;
    const entry = entries.findLastIndex((one) => one.side === side && one.kind === 'octets');
    out.push({ kind: 'rest', side, start, wire: rest, text: 'an incomplete frame', entry });
  }
  return out;
}

function isClear(body: Uint8Array): boolean {
  const type = body[0];
  if (type === undefined || schemaOfType(type) === undefined) return false;
  return !isFault(decodeBody(body));
}

function fieldsOf(body: Uint8Array): TextFields | undefined {
  const message = decodeBody(body);
  return message === undefined || isFault(message) ? undefined : messageToText(message);
}

interface Opening {
  readonly sealing: Sealing;
  readonly body: Uint8Array;
  readonly counter?: number;
}

/** Reads the frames of a transcript one after the other. */
class Reader {
  readonly #transcript: ResultTranscript;
  readonly #bodies = new Map<string, Uint8Array>();
  readonly #confirmed = new Set<Side>();
  readonly #counters = { kit: 0, testee: 0 };
  #keys: Keys | undefined;

  constructor(transcript: ResultTranscript) {
    this.#transcript = transcript;
  }

  read(side: Side, wire: Uint8Array): Opening & { readonly name: string } {
    const body = wire.subarray(4);
    const opening = this.#confirmed.has(side) ? this.#open(side, body) : this.#clear(body);
    if (body.length === 0) return { ...opening, name: 'empty frame' };
    if (opening.sealing === 'closed') return { ...opening, name: 'unreadable' };
    const type = opening.body[0] ?? 0;
    const name = schemaOfType(type)?.name ?? (type >= 0x80 ? 'Ignorable' : 'unknown type');
    if (opening.sealing === 'clear') this.#note(side, name, opening.body);
    return { ...opening, name };
  }

  #clear(body: Uint8Array): Opening {
    return { sealing: body.length > 0 ? 'clear' : 'closed', body };
  }

  #note(side: Side, name: string, body: Uint8Array): void {
    if (!this.#bodies.has(name)) this.#bodies.set(name, body);
    if (name !== 'Confirm') return;
    this.#confirmed.add(side);
    this.#keys ??= this.#derive();
  }

  #derive(): Keys | undefined {
    const { role, secret, scalar } = this.#transcript;
    const initiate = this.#bodies.get('Initiate');
    const accept = this.#bodies.get('Accept');
    if (initiate === undefined || accept === undefined || scalar === undefined) return undefined;
    const [offered, taken] = [fieldsOf(initiate), fieldsOf(accept)];
    if (offered === undefined || taken === undefined) return undefined;
    const shares = (offered['pake_shares'] ?? []) as readonly TextFields[];
    const named = shares.find((share) => share['secret_kind'] === taken['secret_kind']) ?? {};
    const own: Secret = { kind: secret.kind, octets: fromHex(secret.hex) };
    const sid = octetsOf(offered, 'session_nonce');
    try {
      const share = shareFor(own, sid, fromHex(scalar));
      const isSender = role === 'receiver';
      const ya = isSender ? share : octetsOf(named, 'share');
      const yb = isSender ? octetsOf(taken, 'pake_share') : share;
      const found = { testee: role, sid, initiate, accept, ya, yb, scalar: fromHex(scalar) };
      const keys = keysOf(found);
      return isFault(keys) ? undefined : keys;
    } catch {
      // What a hostile peer put there need not make sense; then nothing can be opened.
      return undefined;
    }
  }

  #directions(side: Side): DirectionKeys[] {
    if (this.#keys === undefined) return [];
    const { s2r, r2s } = this.#keys;
    const isSender = (this.#transcript.role === 'sender') === (side === 'testee');
    return isSender ? [s2r, r2s] : [r2s, s2r];
  }

  #open(side: Side, body: Uint8Array): Opening {
    const next = this.#counters[side];
    const [own, other] = this.#directions(side);
    const counters = [next, next + 1, next - 1].filter((counter) => counter >= 0);
    for (const [keys, isOwn] of [[own, true] as const, [other, false] as const]) {
      for (const counter of keys === undefined ? [] : counters) {
        const message = keys && openAt(keys, counter, body);
        if (message === undefined || isFault(message)) continue;
        this.#counters[side] = Math.max(next, counter + 1);
        const sealing = isOwn && counter === next ? 'opened' : 'odd';
        return { sealing, body: message, counter };
      }
    }
    if (isClear(body)) return { sealing: 'clear', body };
    this.#counters[side] = next + 1;
    return { sealing: 'closed', body };
  }
}

/** Everything that happened on a connection, in order of the last octet of each frame. */
export function framesOf(transcript: ResultTranscript): (TranscriptFrame | TranscriptEvent)[] {
  const reader = new Reader(transcript);
  const numbers = { kit: 0, testee: 0 };
  return cut(transcript.entries).map((item) => {
    if ('kind' in item) return item;
    const number = numbers[item.side];
    numbers[item.side] += 1;
    return { kind: 'frame', ...item, number, ...reader.read(item.side, item.wire) };
  });
}
