// Cases from files: what is made of them.
import { describe, expect, it } from 'vitest';
import { faultLine, loadCases } from './load.ts';
import type { Case } from './case.ts';
import { folderWith, head, whole } from './testing/folders.ts';

function loadOne(more: string): Case {
  const { cases, faults } = loadCases(folderWith({ 'cases/receiver/a.yaml': head + whole + more }));
  expect(faults.map(faultLine)).toEqual([]);
  return cases[0]!;
}

describe('a case', () => {
  it('kit: has the defaults that the guide promises', () => {
    expect(loadOne('')).toMatchObject({
      id: 'RCV-0001',
      family: 'some',
      level: 'MUST',
      breaks: [],
      expectation: { kind: 'continues' },
      results: ['completed'],
      store: { kind: 'model' },
      deliveries: ['whole', 'octet', 'header-split', 'coalesced'],
      script: {
        secret: '417204934',
        shown: ['417204934'],
        serverUrl: 'https://fhir.example.org/r4',
        store: { entries: [{ id: 'p' }] },
        params: { mode: 'FULL' },
        listen: false,
      },
    });
  });

  it('kit: without a change has no twin', () => {
    expect(loadOne('').twin).toBeUndefined();
  });

  it('kit: takes its level from the first requirement', () => {
    const text = whole.replace('PSP-PAY-2', 'PSP-DEF-5, PSP-PAY-2');
    const { cases } = loadCases(folderWith({ 'cases/receiver/a.yaml': head + text }));
    expect(cases[0]?.level).toBe('SHOULD');
  });

  it('kit: that ends plays nothing after its change; its twin plays all', () => {
    const found = loadOne(
      '    mutate: { at: payload, set: { sequence: 2 } }\n' +
        '    expect: { abort: SEQUENCE_INVALID }\n',
    );
    expect(found.changedStep).toBe('payload');
    expect(found.script.steps.map(({ id }) => id)).toEqual([
      'initiate',
      'accept',
      'offer',
      'payload',
    ]);
    expect(found.script.steps.at(-1)).toMatchObject({
      tamper: { kind: 'set', fields: { sequence: 2 } },
      entries: [{ id: 'p' }],
    });
    expect(found.twin?.steps).toHaveLength(7);
    expect(found.twin?.steps[3]).not.toHaveProperty('tamper');
    expect(found.results).toEqual([]);
    expect(found.expectation).toEqual({
      kind: 'ends',
      endings: [{ kind: 'abort', codes: ['SEQUENCE_INVALID'] }],
    });
  });

  it('kit: that continues plays everything, the change included', () => {
    const found = loadOne('    mutate: { at: payload, wild: descending }\n');
    expect(found.script.steps).toHaveLength(7);
    expect(found.changedStep).toBe('payload');
  });

  it.each([
    ['before', ['initiate', 'accept', 'x'], 'x'],
    ['after', ['initiate', 'accept', 'offer', 'x'], 'x'],
  ])('kit: with steps put in %s a step ends with the last of them', (how, ids, changed) => {
    const change = `    mutate: { at: offer, ${how}: [{ id: x, raw: 'hex:2a' }] }\n`;
    const found = loadOne(`${change}    expect: { abort: UNEXPECTED_MESSAGE }\n`);
    expect(found.script.steps.map(({ id }) => id)).toEqual(ids);
    expect(found.changedStep).toBe(changed);
  });

  it('kit: with a dropped step does not wait for what would have answered it', () => {
    const found = loadOne(
      '    mutate: { at: payload, drop: true }\n    expect: { abort: COUNT_MISMATCH }\n',
    );
    expect(found.script.steps.map(({ id }) => id)).toEqual([
      'initiate',
      'accept',
      'offer',
      'complete',
    ]);
    expect(found.changedStep).toBe('complete');
  });

  it('kit: gives its own differences to the twin as well', () => {
    const own = `    with:
      params: { strategy: ours }
      fields: { offer: { indeterminate: true } }
      entries: { payload: [{ like: p, count: 3 }] }
      after: { ack: [{ id: alive, send: KeepAlive }] }
      without: [close]
    mutate: { at: payload, fill: 70000 }
`;
    const { script, twin } = loadOne(own);
    for (const found of [script, twin!]) {
      expect(found.params).toEqual({ mode: 'FULL', strategy: 'ours' });
      expect(found.steps[2]).toMatchObject({ fields: { indeterminate: true } });
      expect(found.steps[3]).toMatchObject({
        entries: [
          { id: 'p-1', resource: '{"resourceType":"Patient","id":"p-1"}' },
          { id: 'p-2' },
          { id: 'p-3' },
        ],
      });
      expect(found.steps.map(({ id }) => id)).toContain('alive');
      expect(found.steps.map(({ id }) => id)).not.toContain('close');
    }
    expect(script.steps[3]).toMatchObject({ tamper: { kind: 'fill', octets: 70000 } });
    expect(twin?.steps[3]).not.toHaveProperty('tamper');
  });

  it('kit: shows the right one of the codes that are typed, unless it says others', () => {
    expect(loadOne("    with: { secret: ['1', '417204934'] }\n").script.shown).toEqual([
      '417204934',
    ]);
    expect(loadOne("    with: { secret: null, shown: ['000000000'] }\n").script).toMatchObject({
      secret: null,
      shown: ['000000000'],
    });
  });

  it('kit: writes long values shortly', () => {
    const change = `    mutate:
      at: offer
      set: { totals: { $items: { resource_type: 'T{n}', entries: 1 }, times: 3 } }
`;
    const { script } = loadOne(change);
    expect(script.steps[2]).toMatchObject({
      tamper: { fields: { totals: [{ resource_type: 'T1' }, {}, { resource_type: 'T3' }] } },
    });
    const raw = "    mutate: { at: offer, raw: { $repeat: '00', times: 4, prefix: 'hex:12' } }\n";
    expect(loadOne(raw).script.steps[2]).toMatchObject({
      tamper: { kind: 'raw', body: Uint8Array.of(0x12, 0, 0, 0, 0) },
    });
    const ends = "times: 2, prefix: 'hex:12', suffix: '34'";
    const between = `    mutate: { at: offer, raw: { $repeat: '00', ${ends} } }\n`;
    expect(loadOne(between).script.steps[2]).toMatchObject({
      tamper: { kind: 'raw', body: Uint8Array.of(0x12, 0, 0, 0x34) },
    });
  });
});
