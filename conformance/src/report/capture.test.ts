// Captures, read by a strict reader of their blocks, and by tshark with the dissector where it is
// installed.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { handover, SessionMaker } from '../observer/testing/session-maker.ts';
import { ready } from '../security/cpace.ts';
import { toHex } from '../wire/octets.ts';
import { captureOf } from './capture.ts';
import { dissectorNames } from './dissector-names.ts';
import { transcriptOf } from './results-of.ts';
import { pcapngOf } from './pcapng.ts';
import { programOr } from './testing/programs.ts';
import {
  failureWithTranscript,
  goldenTranscript,
  sampleCase,
  sampleResults,
} from './testing/sample-results.ts';

const script = fileURLToPath(new URL('../../wireshark/fhir-peer-sync.lua', import.meta.url));
const octetByOctet = {
  ...goldenTranscript(),
  entries: goldenTranscript().entries.flatMap((entry) =>
    entry.kind === 'octets'
      ? (entry.hex?.match(/../g) ?? []).map((hex) => ({ ...entry, hex }))
      : [entry],
  ),
};
const results = sampleResults([
  failureWithTranscript('RCV-0001'),
  sampleCase('RCV-0002', { delivery: 'octet', transcripts: [octetByOctet] }),
  sampleCase('RCV-0003'),
]);
let capture = new Uint8Array();
beforeAll(async () => {
  await ready();
  capture = Uint8Array.from(captureOf(results));
});

interface Block {
  readonly type: number;
  readonly body: DataView;
}

function blocks(octets: Uint8Array): Block[] {
  const out: Block[] = [];
  for (let at = 0; at < octets.length;) {
    const view = new DataView(octets.buffer, octets.byteOffset + at);
    const length = view.getUint32(4);
    expect(length % 4).toBe(0);
    expect(view.getUint32(length - 4)).toBe(length);
    const body = new DataView(octets.buffer, octets.byteOffset + at + 8, length - 12);
    out.push({ type: view.getUint32(0), body });
    at += length;
  }
  return out;
}

describe('the capture', () => {
  it('is a section, one Ethernet interface, and packets', () => {
    const [section, link, ...packets] = blocks(capture);
    expect([section?.type, section?.body.getUint32(0)]).toEqual([0x0a0d0d0a, 0x1a2b3c4d]);
    expect([link?.type, link?.body.getUint16(0)]).toEqual([1, 1]);
    expect(new Set(packets.map(({ type }) => type))).toEqual(new Set([6]));
  });

  it('carries every octet of each side, in streams whose sequence numbers fit', () => {
    const streams = new Map<string, { hex: string; next: number }>();
    for (const { body } of blocks(capture).slice(2)) {
      const size = body.getUint32(12);
      const packet = new Uint8Array(body.buffer, body.byteOffset + 20, size);
      const view = new DataView(packet.buffer, packet.byteOffset, size);
      const name = `${view.getUint16(34)} ${view.getUint16(36)}`;
      const stream = streams.get(name) ?? { hex: '', next: view.getUint32(38) };
      expect(view.getUint32(38)).toBe(stream.next);
      const data = packet.subarray(54);
      // SYN and FIN take a number each.
      const taken = (view.getUint8(47) & 3) !== 0 ? 1 : 0;
      const next = stream.next + data.length + taken;
      streams.set(name, { hex: stream.hex + toHex(data), next });
    }
    const of = (side: string): string =>
      goldenTranscript()
        .entries.flatMap((entry) => (entry.side === side ? (entry.hex ?? '') : []))
        .join('');
    expect(streams.get('7340 20000')?.hex).toBe(of('kit'));
    expect(streams.get('20000 7340')?.hex).toBe(of('testee'));
    expect(streams.get('7340 20001')?.hex).toBe(of('kit'));
    expect(streams.size).toBe(4);
  });
});

describe('a capture of a full run', () => {
  it('has more packets than a call has arguments', () => {
    const one = { side: 'kit' as const, kind: 'octets' as const, hex: '00' };
    const entries = Array.from({ length: 200_000 }, () => one);
    const transcript = { ...goldenTranscript(), entries };
    const long = pcapngOf([{ transcript, comments: [], marks: new Map() }], 'x');
    const view = new DataView(long.buffer);
    let count = 0;
    for (let at = 0; at < long.length; at += view.getUint32(at + 4)) count += 1;
    expect(count).toBe(200_005);
  });
});

describe('the dissector', () => {
  it('has the names of the schema, all of them', () => {
    const text = readFileSync(script, 'utf8');
    const [, names] = /-- names: begin[^\n]*\n([^]*)\n-- names: end/.exec(text) ?? [];
    expect(names).toBe(dissectorNames());
  });
});

const tshark = programOr(
  ['tshark'],
  'skipped: tshark is not installed, so captures and the dissector are not tried in Wireshark',
);
const folder = mkdtempSync(join(tmpdir(), 'peersync-capture-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(tshark === undefined)('Wireshark', () => {
  const path = join(folder, 'capture.pcapng');
  const read = (...args: readonly string[]): string => {
    const lua = ['-X', `lua_script:${script}`];
    const checks = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE'];
    const all = ['-n', '-r', path, ...lua, ...checks, ...args];
    return execFileSync(tshark ?? '', all, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  };
  beforeAll(() => {
    writeFileSync(path, capture);
  });

  it('opens the capture: whole streams, right checksums, nothing lost or malformed', () => {
    const bad =
      'tcp.analysis.lost_segment or tcp.analysis.retransmission or tcp.analysis.out_of_order or ' +
      'tcp.checksum.status == 0 or ip.checksum.status == 0 or _ws.malformed or peersync.malformed';
    expect(read('-Y', bad)).toBe('');
    const streams = read('-T', 'fields', '-e', 'tcp.stream').split('\n').filter(Boolean);
    expect(new Set(streams)).toEqual(new Set(['0', '1']));
  });

  it.each([0, 1])('names each message of stream %i, sealed ones too, in any delivery', (stream) => {
    const fields = ['-T', 'fields', '-e', 'peersync.message'];
    const names = read('-2', '-Y', `tcp.stream == ${stream} and peersync`, ...fields);
    expect(names.trim().split(/[\n,]/)).toEqual(
      'Initiate Accept Confirm Confirm Identity Request Offer Payload Ack Complete Receipt'.split(
        ' ',
      ),
    );
  });

  it('shows fields by name, and the findings at their packets', () => {
    const ack = read('-2', '-V', '-Y', 'tcp.stream == 0 and peersync.message == "Ack"');
    expect(ack).toMatch(/through_sequence: 1\n.*window: Window\n.*max_unacked_payloads: 8\n/);
    expect(ack).toContain('breaks PSP-ACK-1 (MUST)');
    const offer = read('-2', '-V', '-Y', 'tcp.stream == 0 and peersync.message == "Offer"');
    expect(offer).toContain('cursor_disposition: FRESH');
  });

  it('opens Payloads of any size: over several comments, over several packets', () => {
    const sizes = [1_950, 40_000, 70_000, 1_300_000];
    const payloads = sizes.map((octets, index) => ({
      by: 'sender' as const,
      send: 'Payload',
      id: `payload-${index}`,
      rawEntries: [{ resource_type: 'Patient', resource: `utf8:${'a'.repeat(octets)}` }],
    }));
    const at = handover.findIndex(({ id }) => id === 'first');
    const moves = handover.toSpliced(at, 0, ...payloads);
    const { entries, ...rest } = transcriptOf(new SessionMaker('receiver').play(moves));
    // As one write carries them: the packets in which frames end are others than the first.
    const isPayload = (step = ''): boolean => step.startsWith('payload-');
    const whole = entries.filter(({ step }) => isPayload(step));
    const joined = { ...whole[0], hex: whole.map(({ hex = '' }) => hex).join('') };
    const first = entries.findIndex(({ step }) => isPayload(step));
    const others = entries.filter(({ step }) => !isPayload(step));
    const transcript = { ...rest, entries: others.toSpliced(first, 0, joined as never) };
    const large = sampleResults([sampleCase('RCV-0004', { transcripts: [transcript] })]);
    writeFileSync(path, captureOf(large));
    const names = read('-2', '-Y', 'peersync', '-T', 'fields', '-e', 'peersync.message');
    const found = names.split(/[\n,]/).filter((name) => name === 'Payload');
    expect(found).toHaveLength(sizes.length + 2);
    expect(read('-2', '-Y', 'peersync.closed or peersync.malformed')).toBe('');
    const text = read('-2', '-V', '-Y', 'peersync.message == "Payload"');
    const told = [...text.matchAll(/uncompressed_octets: (\d+)/g)].map(
      ([, count]) => +(count ?? 0),
    );
    for (const [index, octets] of sizes.entries()) {
      expect(told[index]).toBeGreaterThan(octets);
      // Tags and lengths around the resource.
      expect(told[index]).toBeLessThan(octets + 40);
    }
    // The last Payload is deflated: its entries show all the same.
    expect(text.slice(text.lastIndexOf('encoding: DEFLATE'))).toContain('resource_id: "p3"');
  });

  it('without the comments of the kit, sealed frames are shown as sealed', () => {
    writeFileSync(
      path,
      Buffer.from(capture).toString('latin1').replaceAll('peersync-opened', 'xxxxxxxx-opened'),
      'latin1',
    );
    const sealed = read(
      '-2',
      '-Y',
      'tcp.stream == 0 and peersync.closed',
      '-T',
      'fields',
      '-e',
      'frame.number',
    );
    expect(sealed.trim().split('\n')).toHaveLength(7);
  });
});
