// Changes that are taken back, here or at the server, while a peer still carries what was there
// before: no merge onto the server may bring it again.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FhirServer } from '../../testing/fhir-server/fhir-server.ts';
import type { Store } from '../store/store.ts';
import { Defer } from '../sync/conflict-resolution.ts';
import { decideWith } from '../sync/decide.ts';
import { sync } from '../sync/testing/devices.ts';
import { bare, held, openField, outcomes, patient, write, type Field } from './testing/field.ts';
import { mergeOntoServer, obstacleOntoServer } from './onto-server.ts';

const merging = { strategy: mergeOntoServer(Defer) };

let field: Field;
let [a, b]: Store[] = [];

beforeEach(() => open());

afterEach(() => field.server.close());

/** Two devices, and a patient without members at the server and on both. */
async function open(behaviour: Parameters<typeof openField>[0] = {}): Promise<void> {
  field = await openField(behaviour);
  [a, b] = ['a', 'b'].map((letter) => field.device(letter));
  field.server.put(patient('a'));
  for (const store of [a!, b!]) await field.download(store);
}

/** Somebody else writes these members at the server; undefined removes one. */
function elsewhere(server: FhirServer, members: object): void {
  const there = JSON.parse(server.current('Patient', 'a') ?? '') as object;
  server.put(JSON.stringify({ ...there, ...members }));
}

const there = (): string => bare(field.server.current('Patient', 'a'));

/** Tries to merge the entry of a store, and finds it deferred. */
async function expectDeferred(store: Store): Promise<void> {
  const [before, versions] = [await held(store), field.server.history('Patient', 'a').length];
  const report = await field.upload(store, merging);
  expect(report.resources.items).toMatchObject([
    { outcome: 'conflict', conflict: 'server-moved', resolution: 'deferred' },
  ]);
  expect(await held(store)).toBe(before);
  expect(field.server.history('Patient', 'a')).toHaveLength(versions);
}

describe('S8: taken back here', () => {
  it('after a peer had brought it: undone by the merge, though both cancel out', async () => {
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    await write(a!, 'a');
    await field.upload(b!);
    elsewhere(field.server, { gender: 'female' });
    expect(outcomes(await field.upload(a!, merging))).toEqual(['a uploaded']);
    // The peer's upload had the first change; without the second it would stand there for ever.
    expect(there()).toBe('{"gender":"female"}');
    expect(await held(a!)).toBe('4 [] {"gender":"female"}');
  });

  it('after its author had merged it there under a new id: both are kept', async () => {
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    elsewhere(field.server, { gender: 'female' });
    expect(outcomes(await field.upload(a!, merging))).toEqual(['a uploaded']);
    await write(b!, 'a');
    await expectDeferred(b!);
    expect(await held(b!)).toBe('1 [a1 b1] {}');
  });

  it('and never there: a merge would leave no trace of it, and a carrier bring it', async () => {
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    await write(a!, 'a', ',"birthDate":"1990"');
    elsewhere(field.server, { gender: 'female' });
    await expectDeferred(a!);
    expect(outcomes(await field.upload(b!, merging))).toEqual(['a uploaded']);
    expect(there()).toBe('{"gender":"female","active":true}');
    await expectDeferred(a!);
  });

  it('and never there: whoever asks for the merge is told what is in its way', async () => {
    await write(a!, 'a', ',"active":true');
    await write(a!, 'a', ',"birthDate":"1990"');
    elsewhere(field.server, { gender: 'female' });
    await field.upload(a!);
    const seen: unknown[] = [];
    const asked = mergeOntoServer({
      name: 'asks',
      resolve: (conflict) => {
        seen.push(obstacleOntoServer(conflict));
        return 'defer';
      },
    });
    await a!.settleDeferred(1, decideWith(asked));
    expect(seen).toEqual([{ kind: 'undone', members: ['active'] }]);
  });
});

describe('S8: taken back at the server', () => {
  it('after a peer had merged it there: not set again, for its history shows it', async () => {
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    elsewhere(field.server, { gender: 'female' });
    expect(outcomes(await field.upload(b!, merging))).toEqual(['a uploaded']);
    elsewhere(field.server, { active: undefined });
    await expectDeferred(a!);
    expect(there()).toBe('{"gender":"female"}');
  });

  it('in the version that a peer wrote: the rest of the change shows it', async () => {
    await write(a!, 'a', ',"active":true,"birthDate":"1990"');
    await sync(a!, b!);
    await write(b!, 'a', ',"birthDate":"1990"');
    // One PATCH with both: no version ever had the member.
    expect(outcomes(await field.upload(b!))).toEqual(['a uploaded']);
    await expectDeferred(a!);
    expect(there()).toBe('{"birthDate":"1990"}');
  });

  it('where the server has no history: nothing shows it, so nothing is merged', async () => {
    await field.server.close();
    await open({ history: false });
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    expect(outcomes(await field.upload(b!))).toEqual(['a uploaded']);
    elsewhere(field.server, { active: undefined, gender: 'female' });
    await expectDeferred(a!);
    expect(there()).toBe('{"gender":"female"}');
  });

  it('to the very content of our base: not sent again, a version between had it', async () => {
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    expect(outcomes(await field.upload(b!))).toEqual(['a uploaded']);
    elsewhere(field.server, { active: undefined });
    expect(outcomes(await field.upload(a!))).toEqual(['a already-there']);
    expect(await held(a!)).toBe('3 [] {}');
    expect(there()).toBe('{}');
  });

  it('to the content of our base, and ours went on: only the rest goes there', async () => {
    await write(a!, 'a', ',"active":true');
    await sync(a!, b!);
    await write(a!, 'a', ',"active":true,"birthDate":"1990"');
    expect(outcomes(await field.upload(b!))).toEqual(['a uploaded']);
    elsewhere(field.server, { active: undefined });
    expect(outcomes(await field.upload(a!, merging))).toEqual(['a uploaded']);
    expect(there()).toBe('{"birthDate":"1990"}');
  });

  it('what others did to other members, and undid, is in nobody’s way', async () => {
    await write(a!, 'a', ',"active":true');
    elsewhere(field.server, { gender: 'female', birthDate: '1990' });
    elsewhere(field.server, { birthDate: undefined });
    expect(outcomes(await field.upload(a!, merging))).toEqual(['a uploaded']);
    expect(there()).toBe('{"gender":"female","active":true}');
  });
});

describe('S14: deleted at the server and created again', () => {
  it('takes no edits of the life before', async () => {
    await write(a!, 'a', ',"active":true');
    field.server.delete('Patient', 'a');
    field.server.put(patient('a', ',"gender":"female"'));
    await expectDeferred(a!);
    expect(there()).toBe('{"gender":"female"}');
  });
});
