// Entries that break one rule each, told by the sentence of the sender, with the session going on;
// and the table of rules against the sentences of the specification.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ready } from '../security/cpace.ts';
import type { TextFields } from '../wire/message-text.ts';
import { observation } from './observe.ts';
import { rules } from './rules.ts';
import { changed, contextOf, handover, SessionMaker } from './testing/session-maker.ts';

beforeAll(async () => {
  await ready();
});

const resource = 'utf8:{"resourceType":"Patient","id":"p1"}';
const base = { version_id: '1' };
const id = { replica_id: `hex:${'cc'.repeat(16)}`, counter: 1 };
const good: TextFields = { resource_type: 'Patient', resource_id: 'p1', resource, base };
const created: TextFields = {
  resource_type: 'Patient',
  resource_id: 'p1',
  resource,
  changes: [{ id, type: 'INSERT', payload: resource }],
};
const edited = (payload: string, more: TextFields = {}): TextFields => ({
  ...good,
  changes: [{ id, type: 'UPDATE', payload: `utf8:${payload}`, ...more }],
});
const patch = (path: string): string => `[{"op":"add","path":"${path}","value":"x"}]`;
const insert = (counter: number): TextFields => ({
  id: { ...id, counter },
  type: 'INSERT',
  payload: resource,
});
const update = (counter: number, payload: string): TextFields => ({
  id: { ...id, counter },
  type: 'UPDATE',
  payload: `utf8:${payload}`,
});

const broken: readonly (readonly [string, TextFields])[] = [
  ['PSP-DATA-2', { ...good, resource: 'hex:', changes: [update(1, patch('/a'))] }],
  ['PSP-DATA-2', { ...good, changes: [{ id, type: 'DELETE' }] }],
  ['PSP-DATA-3', { resource_type: 'Patient', resource_id: 'p1', resource }],
  ['PSP-DATA-4', { ...good, resource: 'utf8:{' }],
  [
    'PSP-DATA-5',
    { ...good, resource: 'utf8:{"resourceType":"Patient","id":"p1","constructor":1}' },
  ],
  ['PSP-DATA-6', { ...good, resource_id: 'p_1' }],
  ['PSP-DATA-7', { ...good, resource_id: 'p2' }],
  ['PSP-DATA-12', { ...good, base: { version_id: '' } }],
  [
    'PSP-LIM-4',
    { ...good, absorbed: Array.from({ length: 1_001 }, (_, i) => ({ ...id, counter: i + 1 })) },
  ],
  ['PSP-CHG-4', { ...good, changes: [{ id, type: 'DELETE' }, update(2, patch('/a'))] }],
  ['PSP-CHG-5', { ...created, base }],
  ['PSP-CHG-6', edited('[{"op":"move","from":"/a","path":"/b"}]')],
  ['PSP-CHG-6', edited('{}')],
  ['PSP-CHG-8', edited(patch('/id'))],
  ['PSP-CHG-9', { ...created, changes: [insert(1), update(2, patch('/gender'))] }],
  ['PSP-CHG-10', { ...created, changes: [insert(1), update(2, patch('/name/0/family'))] }],
  ['PSP-CHG-11', { ...good, changes: [update(1, patch('/a')), update(1, patch('/a'))] }],
  ['PSP-CHG-13', { ...created, changes: [update(1, patch('/a'))] }],
  ['PSP-CHG-16', edited(patch('/a'), { id: { ...id, counter: 0 } })],
  ['PSP-CHG-17', edited(patch('/a'), { recorded_at: 'x'.repeat(65) })],
];

function findings(rawEntries: readonly TextFields[]): string[] {
  const moves = changed(handover, 'first', { entries: [], rawEntries });
  const transcript = new SessionMaker('receiver').play(moves);
  const { findings: found, done } = observation(transcript, contextOf());
  expect(done).toEqual({});
  return found.map(({ requirement, side }) => `${side} ${requirement}`);
}

describe('an entry', () => {
  it.each([good, created, edited(patch('/gender')), { ...good, resource: 'hex:' }])(
    'PSP-DATA-2 keeps the rules: %j',
    (entry) => {
      expect(findings([entry])).toEqual([]);
    },
  );

  it.each(broken)('%s is broken once, and the session goes on', (rule, entry) => {
    expect(findings([entry])).toEqual([`kit ${rule}`]);
  });

  it.each(broken)('PSP-DATA-14 no testee sends what %s refuses', (cause, entry) => {
    const moves = changed(handover, 'first', { entries: [], rawEntries: [entry] });
    const transcript = new SessionMaker('sender').play(moves);
    const [finding, ...more] = observation(transcript, contextOf()).findings;
    const isOwn = ['PSP-CHG-6', 'PSP-CHG-13', 'PSP-DATA-2'].includes(cause);
    expect(finding?.requirement).toBe(isOwn ? cause : 'PSP-DATA-14');
    expect(isOwn || finding?.detail.includes(cause)).toBe(true);
    expect([finding?.side, more]).toEqual(['testee', []]);
  });

  it('PSP-CHG-1 is broken by one id for two changes in one session', () => {
    const other = { ...edited(patch('/birthDate')), resource };
    expect(findings([edited(patch('/gender')), edited(patch('/gender'))])).toEqual([]);
    expect(findings([edited(patch('/gender')), other])).toEqual(['kit PSP-CHG-1']);
  });

  it('PSP-ERR-1 each broken entry is one finding', () => {
    const two = [broken[3]![1], good, broken[5]![1]];
    expect(findings(two)).toEqual(['kit PSP-DATA-4', 'kit PSP-DATA-6']);
  });
});

interface Listed {
  readonly requirements: readonly { readonly id: string; readonly level: string }[];
}

describe('the table of rules', () => {
  const file = new URL('../../data/requirements.json', import.meta.url);
  const { requirements } = JSON.parse(readFileSync(file, 'utf8')) as Listed;
  const levels = new Map(requirements.map(({ id: name, level }) => [name, level]));

  it('names sentences of the specification only, all of them binding', () => {
    const strange = Object.keys(rules).filter((name) => !levels.get(name)?.startsWith('MUST'));
    // What a reader may refuse, no writer has a use for: it warns.
    expect(strange).toEqual(['PSP-MSG-24']);
    const warns = Object.entries(rules).filter(([, { level }]) => level === 'SHOULD');
    expect(warns.map(([name]) => name)).toEqual(strange);
  });

  it('has a refusal for every entry rule', () => {
    const shown = new Set([...broken.map(([rule]) => rule), 'PSP-CHG-1', 'PSP-DATA-14']);
    const missing = Object.entries(rules).filter(
      ([name, { looksAt }]) => looksAt.startsWith('an entry of a Payload') && !shown.has(name),
    );
    expect(missing).toEqual([]);
  });
});
