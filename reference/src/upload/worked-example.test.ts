// The worked example of the specification's appendix on uploading, played against a server: the
// requests in the text are the requests that are sent.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { SeenRequest } from '../../testing/fhir-server/behaviour.ts';
import { sync } from '../sync/testing/devices.ts';
import { octets } from '../sync/testing/entries.ts';
import { at, openField, patient } from './testing/field.ts';

const appendix = new URL('../../../spec/v1/appendix-g-upload.md', import.meta.url);

interface Request {
  readonly line: string;
  readonly ifMatch: string | undefined;
  readonly patch: unknown;
}

/** The requests of the `http` blocks, in order. */
function requestsInText(): Request[] {
  const blocks = readFileSync(appendix, 'utf8').matchAll(/^```http\n([\s\S]*?)^```$/gm);
  return [...blocks].map(([, block = '']) => {
    const [head = '', body = ''] = block.split('\n\n');
    const [, method, path] = /^(\w+) \/fhir\/(\S+)/.exec(head) ?? [];
    const ifMatch = /^If-Match: (.+)$/m.exec(head)?.[1];
    const patch = method === 'PATCH' ? (JSON.parse(body) as unknown) : undefined;
    return { line: `${method} ${path}`, ifMatch, patch };
  });
}

const asRequest = ({ method, path, headers, body }: SeenRequest): Request => ({
  line: `${method} ${path}`,
  ifMatch: headers['if-match'],
  patch: method === 'PATCH' ? (JSON.parse(body) as unknown) : undefined,
});

it('S2, S42: sends what appendix G shows, and ends as it says', async () => {
  const field = await openField();
  const [a, b] = [field.device('a'), field.device('b')];
  const members = ',"telecom":[{"value":"111"}]';
  for (let version = 1; version <= 7; version += 1) field.server.put(patient('p1', members));
  await field.download(a);
  await a.update(octets(patient('p1', `${members},"gender":"female"`)), at);
  await sync(a, b);
  const rest = `${members},"gender":"female","birthDate":"1980-01-01"`;
  await b.update(octets(patient('p1', rest)), at);
  await field.upload(a);
  field.asked();
  field.server.fail({ kind: 'lost-response' }, ({ headers }) => headers['if-match'] === 'W/"8"');
  const report = await field.upload(b);
  const sent = field.server.requests.map(asRequest);
  expect(sent).toHaveLength(5);
  expect(sent).toEqual(requestsInText());
  expect(field.server.requests.map(({ status }) => status)).toEqual([
    412,
    200,
    200,
    undefined,
    200,
  ]);
  expect(report.resources.items).toMatchObject([
    { outcome: 'already-there', alreadyThere: 2, versionId: '9', recorded: 'settled' },
  ]);
  expect(report.resources.items[0]?.authors).toHaveLength(2);
  expect(field.server.history('Patient', 'p1')).toHaveLength(9);
  await field.server.close();
});
