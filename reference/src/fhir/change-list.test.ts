import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LocalChange } from '../wire/messages.ts';
import { ChangeType } from '../wire/messages.ts';
import type { Squashed } from './change-list.ts';
import { rebase, replay, squashByConcatenation, squashByDiff } from './change-list.ts';
import { diffPatch } from './diff.ts';
import { isEntryFault } from './entry-fault.ts';
import { stringifyLossless } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { equalOutsideServerMeta } from './json-value.ts';
import { applyPatch, encodePatch } from './patch.ts';
import { change, insert, patient, remove, update } from './testing/entries.ts';
import { json, octetsOf, propertySeed, resources } from './testing/json-values.ts';

const decoder = new TextDecoder();

/** The content after changes as text; the requirement a fault breaks; or `deleted`. */
function replayed(
  changes: readonly LocalChange[],
  start?: string,
  base?: { readonly versionId: string; readonly lastUpdated: string },
): string {
  const end = replay(changes, start === undefined ? undefined : json(start), base);
  if (isEntryFault(end)) return `${end.requirement}: ${end.detail}`;
  return end === undefined ? 'deleted' : decoder.decode(stringifyLossless(end));
}

const set = (key: string, value: string): LocalChange =>
  update(`[{"op":"add","path":"/${key}","value":${value}}]`);

describe('replay', () => {
  it('PSP-CHG-9 applies changes in their order, lexemes as they are (S35)', () => {
    const changes = [insert('{"a":1.10}'), set('b', '[12345678901234567890]'), set('b/0', '1.0')];
    expect(replayed(changes)).toBe('{"a":1.10,"b":[1.0,12345678901234567890]}');
    expect(replayed(changes.slice(1), '{"a":2}')).toContain('{"a":2,"b":[1.0,');
    expect(replayed([...changes, remove()])).toBe('deleted');
    expect(replayed([], '{"a":1}')).toBe('{"a":1}');
    expect(replayed([])).toBe('deleted');
  });

  it.each<[string, LocalChange[], string | undefined]>([
    ['PSP-CHG-4: change 1', [insert('{}'), insert('{}')], undefined],
    ['PSP-CHG-4: change 0', [insert('{}')], '{}'],
    ['PSP-CHG-4: change 0', [set('a', '1')], undefined],
    ['PSP-CHG-4: change 0', [remove()], undefined],
    ['PSP-CHG-4: change 1', [remove(), set('a', '1')], '{}'],
    ['PSP-CHG-4: change 0', [change(ChangeType.UNSPECIFIED)], '{}'],
    ['PSP-DATA-4: change 0', [insert('{')], undefined],
    [
      'PSP-CHG-7: change 0: operation 0',
      [update('[{"op":"move","from":"/a","path":"/b"}]')],
      '{"a":1}',
    ],
    [
      'PSP-CHG-10: change 1: operation 0',
      [set('a', '1'), update('[{"op":"remove","path":"/b"}]')],
      '{}',
    ],
  ])('%s is at fault', (expected, changes, start) => {
    expect(replayed(changes, start)).toContain(expected);
  });

  it('PSP-CHG-8 sees a version go with the whole of meta, in each single operation', () => {
    const start = '{"meta":{"versionId":"1"}}';
    const away = '{"op":"remove","path":"/meta"}';
    const back = '{"op":"add","path":"/meta","value":{"versionId":"1"}}';
    const other = '{"op":"replace","path":"/meta","value":{"versionId":"1","tag":[]}}';
    expect(replayed([update(`[${away}]`)], start)).toContain('PSP-CHG-8');
    expect(replayed([update(`[${away},${back}]`)], start)).toContain(
      'PSP-CHG-8: change 0: operation 0',
    );
    expect(replayed([update(`[${back}]`)], '{}')).toContain('PSP-CHG-8');
    expect(replayed([update(`[${other}]`)], start)).toContain('"tag":[]');
    expect(replayed([update(`[${away}]`)], '{"meta":{"tag":[]}}')).toBe('{}');
    expect(
      replayed([update('[{"op":"test","path":"/meta","value":{}}]')], '{"meta":{}}'),
    ).toContain('PSP-CHG-8');
  });

  it('PSP-CHG-8 goes by the base of the entry, not by the content that is known of it', () => {
    const version = { versionId: '1', lastUpdated: '' };
    const all = update('[{"op":"add","path":"/meta","value":{"versionId":"1","tag":[]}}]');
    for (const start of ['{}', '{"meta":{"versionId":"2"}}', '{"meta":{"lastUpdated":"x"}}']) {
      expect(replayed([all], start)).toContain('PSP-CHG-8');
      expect(replayed([all], start, version)).toBe('{"meta":{"versionId":"1","tag":[]}}');
      const other = { ...version, versionId: '2' };
      expect(replayed([all], start, other)).toContain('PSP-CHG-8');
    }
  });
});

/** A list of UPDATEs from one version of a resource to the next. */
const histories = fc.array(resources, { minLength: 2, maxLength: 5 }).map((wanted) => {
  const [start] = wanted as [JsonValue];
  let content: JsonValue = start;
  const changes = wanted.slice(1).map((next) => {
    const operations = diffPatch(content, next);
    const result = applyPatch(content, operations);
    if (isEntryFault(result)) throw new Error(result.detail);
    content = result;
    return update(decoder.decode(encodePatch(operations)));
  });
  return { start, changes, end: content };
});

/** What a squashed list makes of the content it starts from. */
function outcome(squashed: Squashed | ReturnType<typeof replay>, start?: JsonValue): unknown {
  const step = squashed as Squashed;
  switch (step.kind) {
    case 'nothing':
      return start;
    case 'insert':
      return step.resource;
    case 'update':
      return start === undefined ? 'an update of nothing' : applyPatch(start, step.operations);
    case 'delete':
      return undefined;
  }
}

describe('squash', () => {
  it('PSP-CHG-6 comes to the same as the sequence', () => {
    let updates = 0;
    const property = fc.property(histories, ({ start, changes, end }) => {
      for (const squashed of [squashByDiff(changes, start), squashByConcatenation(changes)]) {
        const result = outcome(squashed, start) as JsonValue;
        expect(equalOutsideServerMeta(result, end)).toBe(true);
        if ((squashed as Squashed).kind === 'update') updates += 1;
      }
      const created = [insert(decoder.decode(stringifyLossless(start))), ...changes];
      for (const squashed of [squashByDiff(created), squashByConcatenation(created)]) {
        expect(squashed).toMatchObject({ kind: 'insert' });
        expect(equalOutsideServerMeta(outcome(squashed as Squashed) as JsonValue, end)).toBe(true);
      }
    });
    fc.assert(property, propertySeed);
    expect(updates).toBeGreaterThan(300);
  });

  it('PSP-CHG-6 keeps positions right where merging by path would not (S7)', () => {
    const changes = [
      update('[{"op":"remove","path":"/telecom/0"}]'),
      update('[{"op":"replace","path":"/telecom/0","value":"B2"}]'),
    ];
    const start = json('{"telecom":["A","B","C"]}');
    for (const squashed of [squashByDiff(changes, start), squashByConcatenation(changes)]) {
      expect(outcome(squashed as Squashed, start)).toEqual(json('{"telecom":["B2","C"]}'));
    }
  });

  it('S12 deletes what a server has, and forgets what none ever saw', () => {
    const edits = [set('a', '1'), remove()];
    const start = json('{}');
    expect(squashByDiff(edits, start)).toEqual({ kind: 'delete' });
    expect(squashByConcatenation(edits)).toEqual({ kind: 'delete' });
    expect(squashByDiff([insert('{}'), ...edits])).toEqual({ kind: 'nothing' });
    expect(squashByConcatenation([insert('{}'), ...edits])).toEqual({ kind: 'nothing' });
    expect(squashByConcatenation([])).toEqual({ kind: 'nothing' });
    expect(squashByDiff([set('a', '1')], json('{"a":1}'))).toEqual({ kind: 'nothing' });
  });

  it('PSP-CHG-4 refuses what is no list of changes', () => {
    expect(squashByConcatenation([set('a', '1'), insert('{}')])).toMatchObject({
      requirement: 'PSP-CHG-4',
    });
    expect(squashByConcatenation([remove(), set('a', '1')])).toMatchObject({
      requirement: 'PSP-CHG-4',
    });
    expect(squashByConcatenation([update('{}')])).toMatchObject({ requirement: 'PSP-CHG-15' });
    expect(squashByDiff([set('a/b', '1')], json('{}'))).toMatchObject({
      requirement: 'PSP-CHG-10',
    });
  });
});

describe('rebase', () => {
  const server = octetsOf(` ${patient('"meta" : {"versionId":"2"}, "v" : 1.10')}`);

  it('PSP-CLS-10 puts changes on top of a newer server version', () => {
    const result = rebase(server, [set('a', '1.0'), set('b', '"é"')]);
    const expected = patient('"meta":{"versionId":"2"},"v":1.10,"a":1.0,"b":"é"');
    expect(decoder.decode(result as Uint8Array)).toBe(expected);
  });

  it('PSP-DATA-1 leaves the very octets where there is nothing to put on top', () => {
    expect(rebase(server, [])).toBe(server);
  });

  it('PSP-CLS-10 gives no octets for a deletion, and the fault of what does not apply', () => {
    expect(rebase(server, [set('a', '1'), remove()])).toEqual(new Uint8Array(0));
    expect(rebase(server, [set('a/b', '1')])).toMatchObject({ requirement: 'PSP-CHG-10' });
    expect(rebase(octetsOf('{'), [set('a', '1')])).toMatchObject({ requirement: 'PSP-DATA-4' });
  });
});
