// Transcripts as a capture that Wireshark opens: each connection a TCP stream, with Ethernet, IP
// and TCP headers made up around the octets. Pure; times are made up too, for order alone.
import { concat, fromHex, utf8 } from '../wire/octets.ts';
import type { CaseResult, ResultTranscript, ResultTranscriptEntry } from './results.ts';

/** The port of the kit in every stream; the dissector is bound to it. */
export const kitPort = 7340;
const firstTesteePort = 20_000;
const testeePorts = 40_000;
const segmentOctetsMax = 32_768;
const stepMicroseconds = 1_000n;
const addresses = { kit: [10, 0, 0, 1], testee: [10, 0, 0, 2] } as const;
const flags = { syn: 0x02, synAck: 0x12, ack: 0x10, push: 0x18, fin: 0x11, rst: 0x14 } as const;

const nothing = new Uint8Array();

type Side = ResultTranscriptEntry['side'];

function block(type: number, body: Uint8Array): Uint8Array {
  const padding = (4 - (body.length % 4)) % 4;
  const length = 12 + body.length + padding;
  const out = new Uint8Array(length);
  const view = new DataView(out.buffer);
  view.setUint32(0, type);
  view.setUint32(4, length);
  out.set(body, 8);
  view.setUint32(length - 4, length);
  return out;
}

function words(...values: readonly (readonly [octets: 2 | 4, value: number])[]): Uint8Array {
  const out = new Uint8Array(values.reduce((sum, [octets]) => sum + octets, 0));
  const view = new DataView(out.buffer);
  let at = 0;
  for (const [octets, value] of values) {
    if (octets === 2) view.setUint16(at, value);
    else view.setUint32(at, value);
    at += octets;
  }
  return out;
}

function option(code: number, value: Uint8Array): Uint8Array {
  const padding = new Uint8Array((4 - (value.length % 4)) % 4);
  return concat(words([2, code], [2, value.length]), value, padding);
}

const endOfOptions = words([2, 0], [2, 0]);
const commentCode = 1;
/** An option's length has two octets; readers round it up to four. */
export const commentOctetsMax = 65_532;

function comments(texts: readonly string[]): Uint8Array {
  if (texts.length === 0) return new Uint8Array();
  const octets = texts.map((text) => option(commentCode, utf8(text).subarray(0, commentOctetsMax)));
  return concat(...octets, endOfOptions);
}

function checksum(octets: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < octets.length; at += 2) {
    sum += ((octets[at] ?? 0) << 8) | (octets[at + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

interface Segment {
  readonly from: Side;
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledged: number;
  readonly testeePort: number;
  readonly data: Uint8Array;
}

function tcpOf({
  from,
  flags: bits,
  sequence,
  acknowledged,
  testeePort,
  data,
}: Segment): Uint8Array {
  const ports = from === 'kit' ? [kitPort, testeePort] : [testeePort, kitPort];
  const header = words(
    [2, ports[0] ?? 0],
    [2, ports[1] ?? 0],
    [4, sequence],
    [4, acknowledged],
    [2, 0x5000 | bits],
    [2, 0xffff],
    [4, 0],
  );
  const tcp = concat(header, data);
  const [source, target] =
    from === 'kit' ? (['kit', 'testee'] as const) : (['testee', 'kit'] as const);
  const pseudo = concat(
    Uint8Array.from([...addresses[source], ...addresses[target]]),
    words([2, 6], [2, tcp.length]),
  );
  new DataView(tcp.buffer).setUint16(16, checksum(concat(pseudo, tcp)));
  return tcp;
}

function packetOf(segment: Segment): Uint8Array {
  const tcp = tcpOf(segment);
  const { from } = segment;
  const to = from === 'kit' ? 'testee' : 'kit';
  const ip = concat(
    words([2, 0x4500], [2, 20 + tcp.length], [4, 0x4000], [2, 0x4006], [2, 0]),
    Uint8Array.from([...addresses[from], ...addresses[to]]),
  );
  new DataView(ip.buffer).setUint16(10, checksum(ip));
  const mac = (side: Side): Uint8Array => Uint8Array.of(2, 0, 0, 0, 0, side === 'kit' ? 1 : 2);
  return concat(mac(to), mac(from), words([2, 0x0800]), ip, tcp);
}

/** Writes packets one after the other. */
class Capture {
  readonly #blocks: Uint8Array[] = [];
  #at = 1_767_225_600_000_000n;

  constructor(comment: string) {
    // Section header, byte order as written here, version 1.0, length unknown.
    const section = concat(
      words([4, 0x1a2b3c4d], [2, 1], [2, 0], [4, 0xffffffff], [4, 0xffffffff]),
      comments([comment]),
    );
    // One Ethernet interface, times in microseconds.
    this.#blocks.push(block(0x0a0d0d0a, section), block(1, words([2, 1], [2, 0], [4, 0])));
  }

  packet(segment: Segment, texts: readonly string[] = []): void {
    const octets = packetOf(segment);
    const padding = new Uint8Array((4 - (octets.length % 4)) % 4);
    this.#at += stepMicroseconds;
    const [high, low] = [Number(this.#at >> 32n), Number(this.#at & 0xffffffffn)];
    const head = words([4, 0], [4, high], [4, low], [4, octets.length], [4, octets.length]);
    this.#blocks.push(block(6, concat(head, octets, padding, comments(texts))));
  }

  octets(): Uint8Array {
    // Not as arguments of one call: a full run has more packets than a call may have arguments.
    const out = new Uint8Array(this.#blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const one of this.#blocks) {
      out.set(one, at);
      at += one.length;
    }
    return out;
  }
}

/** One TCP stream from its handshake to its end. */
class TcpStream {
  readonly #capture: Capture;
  readonly #testeePort: number;
  readonly #sent = { kit: 0, testee: 0 };

  constructor(capture: Capture, testeePort: number, texts: readonly string[]) {
    this.#capture = capture;
    this.#testeePort = testeePort;
    this.#send('testee', flags.syn, nothing, texts);
    this.#sent.testee = 1;
    this.#send('kit', flags.synAck);
    this.#sent.kit = 1;
    this.#send('testee', flags.ack);
  }

  add({ side, kind, hex = '', step }: ResultTranscriptEntry, marks: readonly Mark[]): void {
    const first = step === undefined || side === 'testee' ? [] : [`step ${step}`];
    if (kind === 'octets') this.#data(side, fromHex(hex), first, marks);
    else if (kind === 'fin') {
      this.#send(side, flags.fin, nothing, first);
      this.#sent[side] += 1;
    } else if (kind === 'rst') this.#send(side, flags.rst, nothing, first);
  }

  /** A reader looks at a frame when its last octet has come: that packet carries its texts. */
  #data(side: Side, octets: Uint8Array, first: readonly string[], marks: readonly Mark[]): void {
    for (let at = 0; at < octets.length; at += segmentOctetsMax) {
      const data = octets.subarray(at, at + segmentOctetsMax);
      // The SYN took the first number.
      const start = this.#sent[side] - 1;
      const own = marks.filter(({ end }) => end > start && end <= start + data.length);
      const texts = own.map(({ text }) => text);
      this.#send(side, flags.push, data, at === 0 ? [...first, ...texts] : texts);
      this.#sent[side] += data.length;
    }
  }

  #send(from: Side, bits: number, data: Uint8Array = nothing, texts: readonly string[] = []): void {
    const to = from === 'kit' ? 'testee' : 'kit';
    const acknowledged = bits === flags.syn ? 0 : this.#sent[to];
    const sequence = this.#sent[from];
    const testeePort = this.#testeePort;
    const segment = { from, flags: bits, sequence, acknowledged, testeePort, data };
    this.#capture.packet(segment, texts);
  }
}

/** A text about a frame. */
export interface Mark {
  readonly text: string;
  /** Octets of its side's stream up to and with the frame. */
  readonly end: number;
}

/** What becomes a stream of its own. */
export interface CapturedStream {
  readonly transcript: ResultTranscript;
  /** Texts for its first packet: the case, the keys. */
  readonly comments: readonly string[];
  /** Texts about frames that end in an entry, by the entry's position. */
  readonly marks: ReadonlyMap<number, readonly Mark[]>;
}

/** A capture of connections, each with a port of its own. */
export function pcapngOf(streams: readonly CapturedStream[], comment: string): Uint8Array {
  const capture = new Capture(comment);
  for (const [index, { transcript, comments: texts, marks }] of streams.entries()) {
    const stream = new TcpStream(capture, firstTesteePort + (index % testeePorts), texts);
    for (const [at, entry] of transcript.entries.entries()) stream.add(entry, marks.get(at) ?? []);
  }
  return capture.octets();
}

/** Name of a result's connection, for files and comments. */
export function connectionName(
  { id, delivery, transcripts = [] }: CaseResult,
  session: number,
): string {
  return `${id}.${delivery}${transcripts.length > 1 ? `.${session + 1}` : ''}`;
}
