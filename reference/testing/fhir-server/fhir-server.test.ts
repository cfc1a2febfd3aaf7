// The test server against what R4 says of it: a test that passes against a wrong server shows
// nothing.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFhirServer, type FhirServer } from './fhir-server.ts';

let server: FhirServer;

beforeEach(async () => {
  server = await startFhirServer();
});

afterEach(async () => {
  await server.close();
});

interface Reply {
  readonly status: number;
  readonly etag: string | null;
  readonly text: string;
}

async function ask(
  method: string,
  path: string,
  body?: string,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const url = path.startsWith('http') ? path : `${server.url}/${path}`;
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body }), headers });
  return {
    status: response.status,
    etag: response.headers.get('etag'),
    text: await response.text(),
  };
}

const patient = (id: string, rest = ''): string => `{"resourceType":"Patient","id":"${id}"${rest}}`;
const shown = { prefer: 'return=representation' };
const json = (reply: Reply): Record<string, unknown> =>
  JSON.parse(reply.text) as Record<string, unknown>;
const patchType = { 'content-type': 'application/json-patch+json' };
const addActive = '[{"op":"add","path":"/active","value":true}]';

describe('one resource', () => {
  it('creates by PUT with a version and an instant of its own, numbers as they were', async () => {
    const made = await ask(
      'PUT',
      'Patient/a',
      patient('a', ',"x":1.10,"meta":{"versionId":"9"}'),
      shown,
    );
    expect(made).toMatchObject({ status: 201, etag: 'W/"1"' });
    expect(made.text).toContain('"x":1.10');
    expect(json(made)['meta']).toEqual({ versionId: '1', lastUpdated: '2024-01-01T00:00:01.000Z' });
    expect(await ask('GET', 'Patient/a')).toEqual({ ...made, status: 200 });
    expect((await ask('PUT', 'Patient/a', patient('a'))).status).toBe(200);
    expect((await ask('GET', 'Patient/a/_history/1')).text).toBe(made.text);
    expect((await ask('GET', 'Patient/a/_history/3')).status).toBe(404);
  });

  it('answers writes without a body unless asked for one', async () => {
    expect((await ask('PUT', 'Patient/a', patient('a'))).text).toBe('');
    server.behaviour.representation = false;
    expect((await ask('PUT', 'Patient/a', patient('a'), shown)).text).toBe('');
  });

  it('creates only, where asked to', async () => {
    const only = { 'if-none-match': '*' };
    expect((await ask('PUT', 'Patient/a', patient('a'), only)).status).toBe(201);
    expect((await ask('PUT', 'Patient/a', patient('a'), only)).status).toBe(412);
    await ask('DELETE', 'Patient/a');
    expect((await ask('PUT', 'Patient/a', patient('a'), only)).status).toBe(201);
    server.behaviour.createOnly = false;
    expect((await ask('PUT', 'Patient/a', patient('a'), only)).status).toBe(200);
  });

  it('writes with If-Match on the present version alone', async () => {
    await ask('PUT', 'Patient/a', patient('a'));
    const on = (match: string) => ({ ...patchType, 'if-match': match });
    expect((await ask('PATCH', 'Patient/a', addActive, on('W/"2"'))).status).toBe(412);
    expect((await ask('PATCH', 'Patient/a', addActive, on('W/"1"'))).status).toBe(200);
    expect((await ask('PUT', 'Patient/a', patient('a'), { 'if-match': 'W/"1"' })).status).toBe(412);
    expect((await ask('DELETE', 'Patient/a', undefined, { 'if-match': '"1"' })).status).toBe(412);
    expect((await ask('DELETE', 'Patient/a', undefined, { 'if-match': '"2"' })).status).toBe(204);
    expect((await ask('PUT', 'Patient/b', patient('b'), { 'if-match': '"1"' })).status).toBe(412);
  });

  it('compares ETags strongly where it sends strong ones, and sends none where told', async () => {
    server.behaviour.etags = 'strong';
    expect((await ask('PUT', 'Patient/a', patient('a'))).etag).toBe('"1"');
    const on = (match: string) => ({ ...patchType, 'if-match': match });
    expect((await ask('PATCH', 'Patient/a', addActive, on('W/"1"'))).status).toBe(412);
    expect((await ask('PATCH', 'Patient/a', addActive, on('"1"'))).status).toBe(200);
    server.behaviour.etags = 'none';
    expect((await ask('GET', 'Patient/a')).etag).toBeNull();
  });

  it('patches as a whole or not at all', async () => {
    await ask('PUT', 'Patient/a', patient('a'));
    const bad = '[{"op":"add","path":"/active","value":true},{"op":"remove","path":"/x"}]';
    expect((await ask('PATCH', 'Patient/a', bad, patchType)).status).toBe(422);
    expect((await ask('PATCH', 'Patient/a', '{}', patchType)).status).toBe(400);
    expect((await ask('PATCH', 'Patient/a', addActive)).status).toBe(415);
    expect((await ask('PATCH', 'Patient/b', addActive, patchType)).status).toBe(404);
    const rename = '[{"op":"replace","path":"/id","value":"b"}]';
    expect((await ask('PATCH', 'Patient/a', rename, patchType)).status).toBe(400);
    expect(server.history('Patient', 'a')).toHaveLength(1);
  });

  it('keeps deletions as versions', async () => {
    await ask('PUT', 'Patient/a', patient('a'));
    expect(await ask('DELETE', 'Patient/a')).toMatchObject({ status: 204, etag: 'W/"2"' });
    expect((await ask('DELETE', 'Patient/a')).status).toBe(204);
    const onGone = { 'if-match': 'W/"1"' };
    expect((await ask('DELETE', 'Patient/a', undefined, onGone)).status).toBe(412);
    expect((await ask('GET', 'Patient/a')).status).toBe(410);
    expect((await ask('GET', 'Patient/a/_history/2')).status).toBe(410);
    expect((await ask('PATCH', 'Patient/a', addActive, patchType)).status).toBe(410);
    const history = json(await ask('GET', 'Patient/a/_history'))['entry'];
    expect(history).toMatchObject([
      { request: { method: 'DELETE' }, response: { etag: 'W/"2"' } },
      { request: { method: 'PUT' }, resource: { meta: { versionId: '1' } } },
    ]);
    expect((history as object[])[0]).not.toHaveProperty('resource');
    const first = json(await ask('GET', 'Patient/a/_history?_count=1'));
    expect(first).toMatchObject({ entry: [{ request: { method: 'DELETE' } }] });
    const [next] = first['link'] as { url: string }[];
    const second = json(await ask('GET', next!.url));
    expect(second).toMatchObject({ link: [], entry: [{ request: { method: 'PUT' } }] });
    server.behaviour.gone = false;
    expect((await ask('GET', 'Patient/a')).status).toBe(404);
    server.behaviour.history = false;
    expect((await ask('GET', 'Patient/a/_history')).status).toBe(404);
  });

  it('refuses what is no resource, has another name, or is objected to', async () => {
    for (const body of ['', '{', '[]', patient('b'), '{"resourceType":"Group","id":"a"}']) {
      expect((await ask('PUT', 'Patient/a', body)).status).toBe(400);
    }
    server.behaviour.objection = () => 'no such patients here';
    const refused = await ask('PUT', 'Patient/a', patient('a'));
    expect(refused.status).toBe(422);
    expect(refused.text).toContain('no such patients here');
    expect((await ask('GET', 'Patient/a')).status).toBe(404);
    expect((await ask('PUT', 'patient/a', patient('a'))).status).toBe(404);
  });

  it('creates by POST, once for each condition', async () => {
    const body = '{"resourceType":"Patient","identifier":[{"system":"s","value":"v"}]}';
    const once = { 'if-none-exist': 'identifier=s|v' };
    expect((await ask('POST', 'Patient', body, once)).status).toBe(201);
    expect((await ask('POST', 'Patient', body, once)).status).toBe(200);
    expect((await ask('POST', 'Patient', body)).status).toBe(201);
    expect((await ask('POST', 'Patient', body, once)).status).toBe(412);
    expect(server.current('Patient', 's2')).toContain('"value":"v"');
  });

  it('checks references where told, of writes and of deletions', async () => {
    server.behaviour.referencesChecked = true;
    const visit = '{"resourceType":"Encounter","id":"e","subject":{"reference":"Patient/a"}}';
    expect((await ask('PUT', 'Encounter/e', visit)).status).toBe(422);
    expect(server.current('Encounter', 'e')).toBeUndefined();
    await ask('PUT', 'Patient/a', patient('a'));
    expect((await ask('PUT', 'Encounter/e', visit)).status).toBe(201);
    expect((await ask('DELETE', 'Patient/a')).status).toBe(409);
    await ask('DELETE', 'Encounter/e');
    expect((await ask('DELETE', 'Patient/a')).status).toBe(204);
  });
});

describe('search', () => {
  const ids = (reply: Reply): string[] =>
    (json(reply)['entry'] as { resource: { id: string } }[]).map(({ resource }) => resource.id);

  it('goes page by page, octets as they were', async () => {
    for (const id of ['a', 'b', 'c', 'd', 'e']) server.put(patient(id, ',"x":1.0'));
    server.delete('Patient', 'b');
    const seen: string[] = [];
    let next: string | undefined = 'Patient?_count=2';
    while (next !== undefined) {
      const page = await ask('GET', next);
      expect(page.text).toContain('"x":1.0');
      seen.push(...ids(page));
      const links = json(page)['link'] as { relation: string; url: string }[];
      next = links.find(({ relation }) => relation === 'next')?.url;
    }
    expect(seen).toEqual(['a', 'c', 'd', 'e']);
    expect(server.requests).toHaveLength(2);
  });

  it('knows _id and _lastUpdated, and refuses the rest by name', async () => {
    for (const id of ['a', 'b', 'c']) server.put(patient(id));
    expect(ids(await ask('GET', 'Patient?_id=a,c'))).toEqual(['a', 'c']);
    const later = `Patient?_lastUpdated=${encodeURIComponent('gt2024-01-01T01:00:01+01:00')}`;
    expect(ids(await ask('GET', later))).toEqual(['b', 'c']);
    expect((await ask('GET', 'Patient?_lastUpdated=yesterday')).status).toBe(400);
    expect((await ask('GET', 'Patient?name=x')).text).toContain('the parameter name');
  });
});
