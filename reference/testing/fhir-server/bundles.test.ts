// Bundles and faults of the test server.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFhirServer, type FhirServer } from './fhir-server.ts';

let server: FhirServer;

beforeEach(async () => {
  server = await startFhirServer();
});

afterEach(async () => {
  await server.close();
});

const patient = (id: string): object => ({ resourceType: 'Patient', id });
const put = (id: string, more: object = {}): object => ({
  resource: patient(id),
  request: { method: 'PUT', url: `Patient/${id}`, ...more },
});
const patch = (id: string, ifMatch: string, path = '/active'): object => ({
  resource: {
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: btoa(JSON.stringify([{ op: 'add', path, value: true }])),
  },
  request: { method: 'PATCH', url: `Patient/${id}`, ifMatch },
});
const remove = (id: string): object => ({ request: { method: 'DELETE', url: `Patient/${id}` } });
const get = (url: string): object => ({ request: { method: 'GET', url } });

interface Sent {
  readonly status: number;
  readonly entries: { resource?: unknown; response: Record<string, unknown> }[];
}

async function send(type: string, entry: object[], prefer = 'return=minimal'): Promise<Sent> {
  const body = JSON.stringify({ resourceType: 'Bundle', type, entry });
  const response = await fetch(server.url, { method: 'POST', body, headers: { prefer } });
  const bundle = (await response.json()) as { entry?: Sent['entries'] };
  return { status: response.status, entries: bundle.entry ?? [] };
}

describe('transactions', () => {
  it('do all, deletes first, and answer in the order asked', async () => {
    server.put('{"resourceType":"Patient","id":"a"}');
    server.put('{"resourceType":"Patient","id":"b"}');
    const entries = [put('c'), patch('a', 'W/"1"'), get('Patient/c'), remove('b')];
    const done = await send('transaction', entries, 'return=representation');
    expect(done.status).toBe(200);
    expect(done.entries).toMatchObject([
      { resource: { id: 'c' }, response: { status: '201', etag: 'W/"1"' } },
      { resource: { active: true }, response: { status: '200', etag: 'W/"2"' } },
      { resource: { id: 'c' }, response: { status: '200' } },
      { response: { status: '204', etag: 'W/"2"' } },
    ]);
    expect(done.entries[1]!.response['lastModified']).toMatch(/^2024-01-01T00:00:0/);
  });

  it.each([
    ['a version that moved', [put('x'), patch('a', 'W/"7"')], 412],
    ['a patch that does not apply', [put('x'), patch('a', 'W/"1"', '/no/where')], 422],
    ['a create of what is there', [put('x'), put('a', { ifNoneMatch: '*' })], 412],
    ['a resource twice', [put('x'), put('x')], 400],
    [
      'a Binary of another kind',
      [put('x'), { ...put('a'), request: { method: 'PATCH', url: 'Patient/a' } }],
      400,
    ],
  ])('leave nothing of %s', async (_title, entries, status) => {
    server.put('{"resourceType":"Patient","id":"a"}');
    expect((await send('transaction', entries)).status).toBe(status);
    expect(server.history('Patient', 'x')).toEqual([]);
    expect(server.history('Patient', 'a')).toHaveLength(1);
  });

  it('number versions after a rollback as if it had not been', async () => {
    server.put('{"resourceType":"Patient","id":"a"}');
    await send('transaction', [remove('a'), patch('b', 'W/"1"')]);
    await send('transaction', [patch('a', 'W/"1"')]);
    expect(server.history('Patient', 'a')).toHaveLength(2);
  });

  it('may be limited, or without PATCH', async () => {
    server.put('{"resourceType":"Patient","id":"a"}');
    server.behaviour.bundleEntriesMax = 1;
    expect((await send('transaction', [put('x'), put('y')])).status).toBe(413);
    expect((await send('transaction', [put('x')])).status).toBe(200);
    server.behaviour.patchInBundles = false;
    expect((await send('transaction', [patch('a', 'W/"1"')])).status).toBe(400);
  });

  it('keep references whole at their end, not at each step', async () => {
    server.behaviour.referencesChecked = true;
    const link = (id: string, to: string): object => ({
      ...put(id),
      resource: { ...patient(id), link: [{ other: { reference: `Patient/${to}` } }] },
    });
    expect((await send('transaction', [link('x', 'y'), link('y', 'x')])).status).toBe(200);
    expect((await send('transaction', [link('z', 'nobody')])).status).toBe(422);
    expect(server.history('Patient', 'z')).toEqual([]);
  });
});

describe('batches', () => {
  it('do each entry by itself', async () => {
    server.put('{"resourceType":"Patient","id":"a"}');
    server.put('{"resourceType":"Patient","id":"b"}');
    server.delete('Patient', 'b');
    const entries = [get('Patient/a'), get('Patient/b'), get('Patient/c'), patch('a', 'W/"9"')];
    const done = await send('batch', entries);
    expect(done.entries).toMatchObject([
      { resource: { id: 'a' }, response: { status: '200', etag: 'W/"1"' } },
      { response: { status: '410', outcome: { resourceType: 'OperationOutcome' } } },
      { response: { status: '404' } },
      { response: { status: '412' } },
    ]);
  });

  it('are refused as a whole where they are no Bundle', async () => {
    for (const body of ['{', '{"resourceType":"Patient"}', '{"resourceType":"Bundle"}']) {
      expect((await fetch(server.url, { method: 'POST', body })).status).toBe(400);
    }
  });
});

describe('faults', () => {
  const write = (): Promise<Response> =>
    fetch(`${server.url}/Patient/a`, {
      method: 'PUT',
      body: '{"resourceType":"Patient","id":"a"}',
    });

  it('lose a request before, or a response after it is done', async () => {
    server.fail({ kind: 'lost-request' });
    await expect(write()).rejects.toThrow();
    expect(server.history('Patient', 'a')).toHaveLength(0);
    server.fail({ kind: 'lost-response' });
    await expect(write()).rejects.toThrow();
    expect(server.history('Patient', 'a')).toHaveLength(1);
    expect(server.log).toEqual(['PUT Patient/a lost', 'PUT Patient/a lost']);
    expect(server.faultsLeft).toBe(0);
  });

  it('answer what was asked for and do nothing, as often as asked, where it matches', async () => {
    const answer = { kind: 'answer', status: 429, headers: { 'retry-after': '2' } } as const;
    server.fail({ ...answer, diagnostics: 'slow down' }, ({ method }) => method === 'PUT', 2);
    expect((await fetch(`${server.url}/Patient/a`)).status).toBe(404);
    const refused = await write();
    expect(refused.headers.get('retry-after')).toBe('2');
    expect(await refused.text()).toContain('slow down');
    expect((await write()).status).toBe(429);
    expect((await write()).status).toBe(201);
    expect(server.history('Patient', 'a')).toHaveLength(1);
  });

  it('drop an ETag, and wait', async () => {
    server.fail({ kind: 'no-etag' });
    expect((await write()).headers.get('etag')).toBeNull();
    let release = (): void => undefined;
    const until = new Promise<void>((resolve) => (release = resolve));
    server.fail({ kind: 'slow', until }, ({ method }) => method === 'PUT');
    const waiting = write();
    const other = await fetch(`${server.url}/Patient/b`);
    expect(other.status).toBe(404);
    release();
    expect((await waiting).headers.get('etag')).toBe('W/"2"');
  });

  it('makes doubles of all numbers where it patches', async () => {
    const number = '12345678901234567890.120';
    const members = `"resourceType":"Patient","id":"a","x":[1.10,{"y":${number}}]`;
    const headers = { 'content-type': 'application/fhir+json' };
    await fetch(`${server.url}/Patient/a`, {
      method: 'PUT',
      headers,
      body: `{${members},"z":1e400}`,
    });
    server.behaviour.patchedNumbers = 'doubles';
    await fetch(`${server.url}/Patient/a`, {
      method: 'PATCH',
      headers: { 'content-type': 'application/json-patch+json' },
      body: '[{"op":"add","path":"/active","value":true}]',
    });
    expect(server.history('Patient', 'a')[0]).toContain(number);
    const [, patched] = server.history('Patient', 'a');
    expect(patched).toContain('"x":[1.1,{"y":12345678901234567000}],"z":1e400,');
  });

  it('alters content, and asks for a token', async () => {
    server.behaviour.alter = (content) => new Map(content).set('language', 'fr');
    await write();
    expect(server.current('Patient', 'a')).toContain('"language":"fr"');
    server.behaviour.token = 'secret';
    expect((await write()).status).toBe(401);
    const headers = { authorization: 'Bearer secret' };
    expect((await fetch(`${server.url}/Patient/a`, { headers })).status).toBe(200);
  });
});
