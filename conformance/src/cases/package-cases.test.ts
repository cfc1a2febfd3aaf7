// The cases of the package: that all of them load, and that every cell of both state tables is
// accounted for.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { faultLine, loadCases } from './load.ts';

const { cases, faults, flows, untestableCells } = loadCases();

interface StateTable {
  readonly states: readonly { readonly name: string }[];
  readonly events: readonly { readonly name: string }[];
  readonly transitions: Readonly<
    Record<string, Readonly<Record<string, { next?: string; actions?: readonly string[] }>>>
  >;
}

function table(role: string): StateTable {
  const path = new URL(`../../../spec/v1/states/${role}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as StateTable;
}

function cellsOf(role: string): string[] {
  const { states, events } = table(role);
  return states.flatMap(({ name }) => events.map((event) => `${name}/${event.name}`));
}

describe('the cases of the package', () => {
  it('kit: load without a fault', () => {
    expect(faults.map(faultLine)).toEqual([]);
    expect(cases.length).toBeGreaterThan(400);
  });

  it('kit: play every flow unchanged at least once, so that each twin is a case', () => {
    const played = new Set(
      cases.filter(({ twin }) => twin === undefined).map((c) => c.script.flow),
    );
    expect([...flows.keys()].filter((name) => !played.has(name))).toEqual([]);
  });

  it('kit: say which rule is broken where the peer is to blame for the end', () => {
    const blamed = new Set(['MALFORMED_FRAME', 'FRAME_TOO_LARGE', 'MALFORMED_MESSAGE']);
    const silent = cases.filter(
      ({ expectation, breaks }) =>
        expectation.kind === 'ends' &&
        breaks.length === 0 &&
        expectation.endings.every(
          (ending) => ending.kind !== 'close' && ending.codes.every((code) => blamed.has(code)),
        ),
    );
    expect(silent.map(({ id }) => id)).toEqual([]);
  });
});

describe.each(['receiver', 'sender'] as const)('the state table of the %s', (role) => {
  const ofRole = cases.filter((found) => found.role === role);
  const cased = ofRole.flatMap(({ cell }) => cell ?? []);
  const named = untestableCells.filter((found) => found.role === role).map(({ cell }) => cell);

  it('kit: PSP-STATE-1 has each cell exactly once, in a case or named with a reason', () => {
    expect([...cased, ...named].sort()).toEqual(cellsOf(role).sort());
  });

  it('kit: PSP-STATE-1 expects of each case what its cell says', () => {
    const { transitions } = table(role);
    const wrong = ofRole.flatMap(({ id, cell = '', expectation, changedStep }) => {
      const [state = '', event = ''] = cell.split('/');
      const found = transitions[state]?.[event];
      // A flow without a change goes through the cell on its way to the end.
      if (found === undefined || changedStep === undefined) return [];
      const actions = found.actions ?? [];
      const sent = actions.find((name) => name === 'SEND_REJECT' || name === 'SEND_ABORT');
      const ends = found.next === 'CLOSING' || found.next === 'CLOSED';
      const isReceipt = event === 'RECEIPT' && sent === undefined;
      const wanted = sent === undefined ? 'close' : sent === 'SEND_ABORT' ? 'abort' : 'reject';
      const kinds = expectation.kind === 'ends' ? expectation.endings.map(({ kind }) => kind) : [];
      const isRight =
        state !== 'CLOSING' && ends && !isReceipt ? kinds.includes(wanted) : kinds.length === 0;
      return isRight ? [] : [`${id} ${cell}`];
    });
    expect(wrong).toEqual([]);
  });
});
