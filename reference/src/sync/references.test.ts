import { describe, expect, it } from 'vitest';
import { referencesIn, ReferenceTracker } from './references.ts';
import { octets } from './testing/entries.ts';

const found = (text: string): string[] => [...referencesIn(octets(text))];

describe('references in octets', () => {
  it('PSP-SEL-10: finds Type/id wherever a member is named reference', () => {
    const text = '{"subject":{"reference":"Patient/1"},"a":[{ "reference" :\n\t"Task/b.-2"}]}';
    expect(found(text)).toEqual(['Patient/1', 'Task/b.-2']);
    expect(found('{"reference":"Patient\\/1"}')).toEqual(['Patient/1']);
    expect(found('{"reference":"Patient/1/_history/3"}')).toEqual(['Patient/1']);
  });

  it.each([
    '{"reference":"#contained"}',
    '{"reference":"https://fhir.example/Patient/1"}',
    '{"reference":"urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0"}',
    '{"reference":{"reference":1}}',
    '{"text":"a \\"reference\\":\\"Patient/1\\""}',
    '{"reference":"Patient/1',
    '{"reference":',
    '{"reference"',
  ])('PSP-SEL-10: finds none in %s', (text) => {
    expect(found(text)).toEqual([]);
  });

  it('reads a view of a larger buffer', () => {
    const padded = octets('xx{"reference":"Patient/1"}"reference":"Task/2"');
    expect([...referencesIn(padded.subarray(2, 27))]).toEqual(['Patient/1']);
  });
});

/** Takes in a resource as an import does. */
async function take(tracker: ReferenceTracker, name: string, references: Uint8Array | string[]) {
  const [type = '', id = ''] = name.split('/');
  const targets = tracker.arriving(type, id, references) ?? [];
  if (tracker.stored(targets)) await tracker.catchUp();
}

describe('dangling references', () => {
  const here = new Set<string>();
  let asked = 0;
  const isHere = async (type: string, id: string): Promise<boolean> => {
    asked += 1;
    return here.has(`${type}/${id}`);
  };
  const to = (target: string): Uint8Array => octets(`{"reference":"${target}"}`);

  it('PSP-SEL-10 S32: reports what is neither here nor came later', async () => {
    here.clear();
    here.add('Patient/known');
    const tracker = new ReferenceTracker(isHere);
    await take(tracker, 'Task/1', to('Patient/late'));
    await take(tracker, 'Task/2', to('Patient/never'));
    await take(tracker, 'Task/3', to('Patient/never'));
    await take(tracker, 'Task/4', to('Patient/known'));
    await take(tracker, 'Patient/late', octets('{}'));
    const targets = { items: ['Patient/never'], more: 0 };
    expect(await tracker.report()).toEqual({ targets, capped: false });
  });

  it('PSP-SEL-10: takes texts of references as well as octets', async () => {
    here.clear();
    const tracker = new ReferenceTracker(isHere);
    await take(tracker, 'Task/1', ['Patient/1/_history/2', '#contained', 'urn:uuid:1', 'Task/1']);
    expect((await tracker.report()).targets.items).toEqual(['Patient/1']);
  });

  it('PSP-SEL-10: a target found missing early is looked up again at the end', async () => {
    here.clear();
    const limits = { pendingMax: 1, missingMax: 10, knownMax: 1 };
    const tracker = new ReferenceTracker(isHere, limits);
    await take(tracker, 'Task/1', to('Patient/a'));
    await take(tracker, 'Task/2', to('Patient/b'));
    here.add('Patient/a');
    expect((await tracker.report()).targets.items).toEqual(['Patient/b']);
  });

  it('PSP-SEL-10: what came just before is here, though it is not durable yet', async () => {
    here.clear();
    asked = 0;
    const tracker = new ReferenceTracker(isHere);
    expect(tracker.arriving('Patient', 'a', [])).toBeUndefined();
    expect(tracker.arriving('Task', '1', ['Patient/a', 'Task/1'])).toBeUndefined();
    expect(tracker.arriving('Task', '2', ['Patient/a/_history/1', 'Patient/b'])).toEqual([
      'Patient/b',
    ]);
    expect(tracker.stored(['Patient/b'])).toBe(false);
    // What waits to be looked for is not kept again.
    expect(tracker.arriving('Task', '3', ['Patient/b'])).toBeUndefined();
    expect((await tracker.report()).targets.items).toEqual(['Patient/b']);
    expect(asked).toBe(1);
  });

  it('PSP-SEL-10: stays within its caps and says so', async () => {
    here.clear();
    const limits = { pendingMax: 4, missingMax: 6, knownMax: 4 };
    const tracker = new ReferenceTracker(isHere, limits);
    for (let n = 0; n < 20; n += 1) await take(tracker, `Task/${n}`, to(`Patient/${n}`));
    const { targets, capped } = await tracker.report();
    expect(targets.items).toHaveLength(6);
    expect(capped).toBe(true);
  });

  it('looks a much referenced resource up once', async () => {
    here.clear();
    here.add('Patient/busy');
    asked = 0;
    const limits = { pendingMax: 2, missingMax: 10, knownMax: 100 };
    const tracker = new ReferenceTracker(isHere, limits);
    for (let n = 0; n < 50; n += 1) {
      await take(tracker, `Task/${n}`, to('Patient/busy'));
      if (n === 0) await take(tracker, 'Task/x', to('Patient/other'));
    }
    await tracker.report();
    // The other one is missing: once when it was noted, once at the end.
    expect(asked).toBe(3);
  });

  it('shows the first hundred', async () => {
    here.clear();
    const tracker = new ReferenceTracker(isHere);
    for (let n = 100; n < 250; n += 1) await take(tracker, `Task/${n}`, to(`Patient/${n}`));
    const { targets, capped } = await tracker.report();
    expect([targets.items.length, targets.more, capped]).toEqual([100, 50, false]);
    expect(targets.items[0]).toBe('Patient/100');
  });
});
