import { describe, expect, it, beforeAll } from 'vitest';
import { sealAt } from '../security/record.ts';
import { ready } from '../security/cpace.ts';
import { concat, fromHex, toHex } from '../wire/octets.ts';
import { rowsOf } from './field-rows.ts';
import type { ResultTranscript, ResultTranscriptEntry } from './results.ts';
import { failureWithTranscript, goldenTranscript } from './testing/sample-results.ts';
import { framesOf, type TranscriptEvent, type TranscriptFrame } from './transcript-frames.ts';
import { transcriptView } from './transcript-view.ts';

beforeAll(ready);

const golden = goldenTranscript();

function isFrame(item: TranscriptFrame | TranscriptEvent): item is TranscriptFrame {
  return item.kind === 'frame';
}

function frames(transcript: ResultTranscript): TranscriptFrame[] {
  return framesOf(transcript).filter(isFrame);
}

function changed(change: (entries: ResultTranscriptEntry[]) => void): ResultTranscript {
  const entries = [...golden.entries];
  change(entries);
  return { ...golden, entries };
}

const named = (transcript: ResultTranscript): string[] =>
  frames(transcript).map(({ side, name, sealing }) => `${side} ${name} ${sealing}`);

describe('frames of a transcript', () => {
  it('reads the golden session: clear before keys, opened after, numbers by side', () => {
    expect(named(golden)).toEqual([
      'kit Initiate clear',
      'testee Accept clear',
      'testee Confirm clear',
      'kit Confirm clear',
      'kit Identity opened',
      'testee Request opened',
      'kit Offer opened',
      'kit Payload opened',
      'testee Ack opened',
      'kit Complete opened',
      'testee Receipt opened',
    ]);
    const ack = frames(golden)[8];
    expect([ack?.number, ack?.counter, ack?.step]).toEqual([3, 1, undefined]);
    expect(
      framesOf(golden)
        .slice(-2)
        .map(({ kind }) => kind),
    ).toEqual(['fin', 'fin']);
  });

  it('opens the same with the roles the other way round: the kit as receiver', () => {
    const other = (side: 'kit' | 'testee'): 'kit' | 'testee' => (side === 'kit' ? 'testee' : 'kit');
    const entries = golden.entries.map((entry) => ({ ...entry, side: other(entry.side) }));
    const mirrored: ResultTranscript = { ...golden, role: 'sender', entries };
    // The scalar is the sender's, which is now the testee: nothing opens with it.
    expect(frames(mirrored).some(({ sealing }) => sealing === 'opened')).toBe(false);
    expect(frames(mirrored).at(-1)?.name).toBe('unreadable');
  });

  it('PSP-FRAME-8: cuts mean nothing', () => {
    const octetByOctet = golden.entries.flatMap((entry): ResultTranscriptEntry[] =>
      entry.kind === 'octets'
        ? (entry.hex?.match(/../g) ?? []).map((hex) => ({ ...entry, hex }))
        : [entry],
    );
    expect(named({ ...golden, entries: octetByOctet })).toEqual(named(golden));
    const [, accept, confirm] = golden.entries;
    const joined = changed((entries) => {
      const hex = `${accept?.hex}${confirm?.hex}`;
      entries.splice(1, 2, { side: 'testee', kind: 'octets', hex });
    });
    expect(named(joined)).toEqual(named(golden));
  });

  it('shows octets without their frame as a rest, and clear text after keys as such', () => {
    const cut = changed((entries) => {
      entries.splice(4, 8, { side: 'kit', kind: 'octets', hex: '0000001012' });
    });
    expect(framesOf(cut).find(({ kind }) => kind === 'rest')?.wire).toEqual(fromHex('0000001012'));
    const clear = changed((entries) => {
      entries[4] = { side: 'kit', kind: 'octets', hex: '000000011e' };
    });
    expect(named(clear)[4]).toBe('kit KeepAlive clear');
    // The counter stays with the frames that were sealed.
    expect(named(clear)[6]).toBe('kit Offer odd');
  });

  it('PSP-SEAL-4: a repeated frame and one of another counter are shown opened, as odd', () => {
    const repeated = changed((entries) => entries.splice(5, 0, ...entries.slice(4, 5)));
    expect(named(repeated).slice(4, 6)).toEqual(['kit Identity opened', 'kit Identity odd']);
    const broken = changed((entries) => {
      const hex = entries[4]?.hex ?? '';
      entries[4] = {
        side: 'kit',
        kind: 'octets',
        hex: `${hex.slice(0, -1)}${hex.endsWith('0') ? 1 : 0}`,
      };
    });
    expect(named(broken)[4]).toBe('kit unreadable closed');
    expect(named(broken)[6]).toBe('kit Offer opened');
    const keys = { key: new Uint8Array(32), iv: new Uint8Array(12) };
    const foreign = changed((entries) => {
      const hex = toHex(sealAt(keys, 0, fromHex('1e')));
      entries[4] = { side: 'kit', kind: 'octets', hex };
    });
    expect(named(foreign)[4]).toBe('kit unreadable closed');
  });

  it('stays silent on what a hostile peer sends: no frame makes it throw', () => {
    for (const hex of ['00000000', '0000000100', '00000001ff', '0000000201ff', 'ffffffff00']) {
      const item = { side: 'testee' as const, kind: 'octets' as const, hex };
      const entries = [item, ...golden.entries, item];
      const hostile = { ...golden, entries };
      for (const frame of frames(hostile)) expect(rowsOf(frame).length).toBeGreaterThan(0);
    }
    expect(frames({ ...golden, scalar: '00' }).at(-1)?.sealing).toBe('closed');
  });
});

describe('rows of a frame', () => {
  it('are all of its octets, each once, in order', () => {
    for (const frame of frames(golden)) {
      const rows = rowsOf(frame);
      expect(rows[0]?.from).toBe(0);
      expect(rows.at(-1)?.to).toBe(frame.wire.length);
      for (const [index, row] of rows.entries()) expect(row.from).toBe(rows[index - 1]?.to ?? 0);
    }
  });

  it('name fields, nested ones and the batch inside, with values', () => {
    const rows = rowsOf(frames(golden)[7]!);
    const texts = rows.map(({ depth, name, value }) => `${depth} ${name} ${value}`);
    expect(texts.slice(0, 6)).toEqual([
      '0 length 889',
      '0 type Payload',
      '1 sequence 1',
      '1 encoding IDENTITY',
      '1 uncompressed_octets 828',
      '1 batch Batch, 828 octets',
    ]);
    expect(texts).toContain('3 resource_type "Patient"');
    expect(texts.at(-1)).toBe('0 tag of the seal');
    const versions = rowsOf(frames(golden)[0]!).find(({ name }) => name === 'versions');
    expect([versions?.value, versions?.hex]).toEqual(['1', '0a0101']);
  });

  it('show unknown fields, wrong wire types, and octets that are no message', () => {
    const withBody = (hex: string): string[] => {
      const octets = concat(fromHex('000000'), Uint8Array.of(hex.length / 2), fromHex(hex));
      const entries = [{ side: 'kit' as const, kind: 'octets' as const, hex: toHex(octets) }];
      return rowsOf(frames({ ...golden, entries })[0]!).map(
        ({ name, value }) => `${name}: ${value}`,
      );
    };
    expect(withBody('1e9a750161')).toContain('field 1875: unknown to version 1; 1 octets');
    expect(withBody('1f0a0108')).toContain('code: wire type 2, so unknown');
    expect(withBody('1fff')[2]).toMatch(/^unreadable: /);
    expect(withBody('8b0102')).toEqual(['length: 3', 'type: Ignorable', 'message: undefined']);
  });
});

describe('what the page shows', () => {
  it('marks the row that a finding is about, and the whole frame where all of it is', () => {
    const { findings = [] } = failureWithTranscript();
    const { items, marks } = transcriptView(golden, findings);
    expect(items[8]?.marks?.[0]?.rows).toEqual([2, 2]);
    expect(items[8]?.rows?.[2]?.[3]).toBe('through_sequence');
    expect(items[7]?.marks?.[0]?.rows).toBeUndefined();
    expect(marks).toEqual([]);
  });

  it('finds the frame by its octets alone; a finding without any comes last', () => {
    const [, finding] = failureWithTranscript().findings ?? [];
    const { side, requirement, level, session, detail, octets } = finding!;
    const nowhere = { side, requirement, level, session, detail };
    const byOctets = { ...nowhere, octets: octets! };
    expect(transcriptView(golden, [byOctets]).items[8]?.marks).toHaveLength(1);
    const view = transcriptView(golden, [nowhere]);
    expect(view.items.every(({ marks }) => marks === undefined)).toBe(true);
    expect(view.marks).toHaveLength(1);
  });

  it('leaves out the middle of a very long connection, but nothing that is marked', () => {
    const keepAlive: ResultTranscriptEntry = { side: 'testee', kind: 'octets', hex: '000000011e' };
    const entries = Array.from({ length: 1_000 }, () => keepAlive);
    const [finding] = failureWithTranscript().findings ?? [];
    const mark = { ...finding!, side: 'testee' as const, frame: 500 };
    const { items } = transcriptView({ ...golden, entries }, [mark]);
    const gaps = items.filter(({ kind }) => kind === 'gap').map(({ name }) => name);
    expect(gaps).toEqual([
      '380 frames and events are left out',
      '379 frames and events are left out',
    ]);
    expect(items.filter(({ marks }) => marks)).toHaveLength(1);
  });
});
