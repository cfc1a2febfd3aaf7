// Unknown fields that travel on with an entry or are lost, from messages as they were said.
import { describe, expect, it } from 'vitest';
import type { Spoken } from '../peer/hearing.ts';
import { encodeNested, octetsToText, type TextFields } from '../wire/message-text.ts';
import { lostOnTheWay } from './passed-on.ts';

const change: TextFields = {
  id: { replica_id: 'hex:ffeeddccbbaa99887766554433221100', counter: 21 },
  type: 'INSERT',
  payload: 'utf8:{}',
};
const entry = (more: TextFields = {}): TextFields => ({
  resource_type: 'Patient',
  resource_id: 'x1',
  resource: 'utf8:{}',
  changes: [change],
  ...more,
});
const says = (side: Spoken['side'], ...entries: TextFields[]) => {
  const batch = octetsToText(encodeNested('Batch', { entries }));
  const fields = { encoding: 'IDENTITY', batch };
  return { connections: [{ spoken: [{ side, name: 'Payload', fields }] }] };
};
const lost = (came: TextFields, went: TextFields, seeded: readonly string[] = []): string[] =>
  lostOnTheWay([says('kit', came), says('testee', went)], seeded);

// Fields 20 and 21, the second twice.
const unknown = ['hex:a00101', 'hex:aa010161', 'hex:aa010162'];
const whole = entry({ $unknown: unknown, changes: [{ ...change, $unknown: unknown }] });

describe('what a forwarded entry lost', () => {
  it('PSP-MSG-20: is nothing where the fields of each number came in their order', () => {
    const moved = ['hex:aa010161', 'hex:aa010162', 'hex:a00101'];
    const other = entry({ $unknown: moved, changes: [{ ...change, $unknown: unknown }] });
    expect([lost(whole, whole), lost(whole, other), lost(entry(), entry())]).toEqual([[], [], []]);
  });

  it('PSP-MSG-11: is told where a field is missing, too many, changed or out of order', () => {
    const ways = [[], unknown.slice(1), [...unknown, 'hex:a80101'], unknown.toReversed()];
    for (const way of [...ways, ['hex:a00102', ...unknown.slice(1)]]) {
      const found = lost(whole, { ...whole, $unknown: way });
      expect(found).toEqual([expect.stringMatching(/^the unknown fields of Patient\/x1 were not/)]);
    }
  });

  it('PSP-MSG-11: is told of a change, and of an entry that had none to begin with', () => {
    const found = lost(whole, { ...whole, changes: [change] });
    expect(found).toEqual([expect.stringContaining('of change 0 of Patient/x1 were not kept')]);
    expect(lost(entry(), whole)).toHaveLength(2);
  });

  it('kit: is not known of an entry that was there, came twice, or is another now', () => {
    const bare = entry();
    expect(lost(whole, bare, ['Patient/x1'])).toEqual([]);
    expect(lost(whole, entry({ resource: 'utf8:{"a":1}' }))).toEqual([]);
    expect(lost(whole, entry({ changes: [] }))).toEqual([]);
    const twice = says('kit', whole, bare);
    expect(lostOnTheWay([twice, says('testee', bare)], [])).toEqual([]);
  });

  it('kit: is looked for in earlier sessions alone', () => {
    expect(lostOnTheWay([says('testee', entry()), says('kit', whole)], [])).toEqual([]);
  });
});
