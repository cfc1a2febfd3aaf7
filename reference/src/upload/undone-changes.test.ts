// A change that a peer brought to the server before it was undone here.
import { expect, it } from 'vitest';
import { Defer } from '../sync/conflict-resolution.ts';
import { sync } from '../sync/testing/devices.ts';
import { bare, held, openField, patient, write } from './testing/field.ts';
import { mergeOntoServer } from './onto-server.ts';

it('S8: what was undone here is undone by the merge, though both cancel out', async () => {
  const field = await openField();
  const [a, b] = [field.device('a'), field.device('b')];
  field.server.put(patient('a'));
  await field.download(a);
  await field.download(b);
  await write(a, 'a', ',"active":true');
  await sync(a, b);
  await write(a, 'a');
  await field.upload(b);
  const there = JSON.parse(field.server.current('Patient', 'a') ?? '') as object;
  field.server.put(JSON.stringify({ ...there, gender: 'female' }));
  const report = await field.upload(a, { strategy: mergeOntoServer(Defer) });
  expect(report.resources.items).toMatchObject([{ outcome: 'uploaded' }]);
  // The peer's upload had the first change; without the second it would stand there for ever.
  expect(bare(field.server.current('Patient', 'a'))).toBe('{"gender":"female"}');
  expect(await held(a)).toBe('4 [] {"gender":"female"}');
  await field.server.close();
});
