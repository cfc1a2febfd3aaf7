// Changes whose beginning the server has and whose rest does not apply to what it holds.
import { expect, it } from 'vitest';
import { Theirs } from '../sync/conflict-resolution.ts';
import { sync } from '../sync/testing/devices.ts';
import { octets } from '../sync/testing/entries.ts';
import { at, held, openField, patient } from './testing/field.ts';

it('PSP-CLS-10: a first meta on a creation that was uploaded meanwhile is a conflict', async () => {
  const field = await openField();
  const [a, b] = [field.device('a'), field.device('b')];
  await a.create(octets(patient('a')), at);
  await sync(a, b);
  // Without a base the whole meta is added; onto the server's own one that must not be done.
  await b.update(octets(patient('a', ',"meta":{"tag":[{"code":"x"}]}')), at);
  await field.upload(a);
  const { resources } = await field.upload(b);
  expect(resources.items).toMatchObject([
    { outcome: 'conflict', conflict: 'exists', alreadyThere: 1, resolution: 'deferred' },
  ]);
  expect(await held(b)).toBe('- [a1 b1] {"meta":{"tag":[{"code":"x"}]}}');
  // It is settled like any other; it never waits in silence for an upload that cannot do it.
  const settled = await field.upload(b, { strategy: Theirs });
  expect(settled.resources.items).toMatchObject([{ outcome: 'conflict', resolution: 'theirs' }]);
  expect(await held(b)).toBe('1 [] {}');
  await field.server.close();
});
