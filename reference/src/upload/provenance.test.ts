// Provenances of uploads: what they say, and that each is there once whatever happens on the way.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Store } from '../store/store.ts';
import { Defer } from '../sync/conflict-resolution.ts';
import { sync } from '../sync/testing/devices.ts';
import { octets } from '../sync/testing/entries.ts';
import type { SeenRequest } from '../../testing/fhir-server/behaviour.ts';
import { mergeOntoServer } from './onto-server.ts';
import { replicaUri } from './provenance.ts';
import { at, openField, patient, write, type Field } from './testing/field.ts';
import type { UploadReport } from './upload-report.ts';

let field: Field;
let store: Store;

beforeEach(async () => {
  field = await openField();
  store = field.device('a');
});

afterEach(async () => {
  await field.server.close();
});

const provenance = true;
const uriOf = (device: Store): string => replicaUri(Buffer.from(device.replicaId).toString('hex'));
const results = (report: UploadReport): string[] =>
  report.resources.items.flatMap((one) => (one.provenance ?? []).map(({ result }) => result));
const isProvenance = ({ method, path, body }: SeenRequest): boolean =>
  path.startsWith('Provenance/') ? method === 'PUT' : body.includes('"url":"Provenance/');

interface Written {
  readonly id: string;
  readonly target: { reference?: string; type?: string; identifier?: { value: string } }[];
  readonly agent: { who: { identifier: { value: string } } }[];
  readonly entity: { role: string; what: { identifier: { value: string } } }[];
}

/** Every Provenance that the server has, each with one version. */
function written(): Written[] {
  const ids = new Set<string>();
  for (const { path, body } of field.server.requests) {
    for (const [, id = ''] of `${path} ${body}`.matchAll(/Provenance\/([0-9a-f]{64})/g))
      ids.add(id);
  }
  return [...ids].flatMap((id) => {
    const history = field.server.history('Provenance', id);
    expect(history.length).toBeLessThanOrEqual(1);
    return history.map((resource) => JSON.parse(resource ?? '') as Written);
  });
}

const agents = ({ agent }: Written): string[] => agent.map(({ who }) => who.identifier.value);
const entities = ({ entity }: Written): string[] =>
  entity.map(({ role, what }) => `${role} ${what.identifier.value}`);

async function edited(...ids: string[]): Promise<void> {
  for (const id of ids) field.server.put(patient(id));
  await field.download(store);
  for (const id of ids) await write(store, id, ',"x":1');
}

describe('what it says', () => {
  it('S43: names every author, not who brought it, and each change by its id', async () => {
    await edited('a');
    await write(store, 'a', ',"x":2');
    const carrier = field.device('b');
    await sync(store, carrier);
    await carrier.update(octets(patient('a', ',"x":3')), '');
    expect(results(await field.upload(carrier, { provenance }))).toEqual(['written']);
    const [one] = written();
    const [a, b] = [uriOf(store), uriOf(carrier)];
    const uri = { system: 'urn:ietf:rfc:3986' };
    const named = (value: string, display?: string): object => ({
      ...(display === undefined ? { type: 'Device' } : {}),
      identifier: { ...uri, value },
      ...(display === undefined ? {} : { display }),
    });
    const author = {
      coding: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/provenance-participant-type',
          code: 'author',
        },
      ],
    };
    expect(a).toMatch(/^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(one).toMatchObject({
      resourceType: 'Provenance',
      target: [{ reference: 'Patient/a/_history/2' }],
      recorded: '2024-05-01T12:00:00.000Z',
      activity: {
        coding: [
          { system: 'http://terminology.hl7.org/CodeSystem/v3-DataOperation', code: 'UPDATE' },
        ],
      },
      agent: [
        { type: author, who: named(a) },
        { type: author, who: named(b) },
      ],
      entity: [
        { role: 'source', what: named(`${a}#1`, `UPDATE, recorded ${at}`) },
        { role: 'source', what: named(`${a}#2`, `UPDATE, recorded ${at}`) },
        { role: 'source', what: named(`${b}#1`, 'UPDATE') },
      ],
    });
  });

  it('tells creations and deletions; what is gone is named by its URL', async () => {
    await edited('a');
    await store.delete('Patient', 'a', at);
    await write(store, 'b');
    expect(results(await field.upload(store, { provenance }))).toEqual(['written', 'written']);
    const codes = written().map((one) => JSON.stringify(one).match(/"code":"([A-Z]+)"/)?.[1]);
    expect(codes).toEqual(['CREATE', 'DELETE']);
    expect(written().map(({ target: [target] }) => target)).toMatchObject([
      { reference: 'Patient/b/_history/1' },
      { type: 'Patient', identifier: { value: `${field.server.url}/Patient/a` } },
    ]);
  });

  it('S8: of a merge it names what the merge is made of', async () => {
    field.server.put(patient('a', ',"x":0'));
    await field.download(store);
    await write(store, 'a', ',"x":0,"y":1');
    const carrier = field.device('b');
    await sync(store, carrier);
    field.server.put(patient('a', ',"x":5'));
    await field.upload(carrier, { provenance, strategy: mergeOntoServer(Defer) });
    const [a, b] = [uriOf(store), uriOf(carrier)];
    expect(written().map(entities)).toEqual([[`source ${b}#1`, `derivation ${a}#1`]]);
    expect(written().map(agents)).toEqual([[b, a]]);
  });

  it('is not written unless asked for, nor by a dry run, nor where nothing was taken', async () => {
    await edited('a', 'b');
    field.server.put(patient('b', ',"x":9'));
    await field.upload(store, { provenance, dryRun: true });
    const report = await field.upload(store);
    expect([results(report), written()]).toEqual([[], []]);
    expect(results(await field.upload(store, { provenance }))).toEqual([]);
  });
});

describe.each([
  ['alone', 1],
  ['together', 50],
])('once, %s', (_title, bundleEntriesMax) => {
  const options = { provenance, bundleEntriesMax };

  it.each(['lost-request', 'lost-response'] as const)('after a %s', async (kind) => {
    await edited('a', 'b', 'c');
    field.server.fail({ kind }, isProvenance, 2);
    const report = await field.upload(store, options);
    expect(report.outcomes).toEqual({ uploaded: 3 });
    expect(written()).toHaveLength(3);
    expect(results(report)).toHaveLength(3);
    expect(results(report)).not.toContain('not-written');
  });

  it('after the answer to the changes themselves was lost', async () => {
    await edited('a', 'b');
    field.server.fail({ kind: 'lost-response' }, ({ body }) => body.includes('/x'));
    const report = await field.upload(store, options);
    expect(results(report)).toEqual(['written', 'written']);
    expect(written()).toHaveLength(2);
  });

  it('where several devices bring the same changes, and the server heeds nothing', async () => {
    field.server.behaviour.createOnly = false;
    await edited('a', 'b');
    const carrier = field.device('b');
    await sync(store, carrier);
    await field.upload(store, options);
    const again = await field.upload(carrier, options);
    expect(again.outcomes).toEqual({ 'already-there': 2 });
    expect(results(again)).toEqual(['there', 'there']);
    expect(written()).toHaveLength(2);
  });

  it('a run that was cut off before it is made good by the next', async () => {
    await edited('a', 'b');
    const abort = new AbortController();
    const until = new Promise<void>(() => undefined);
    field.server.fail({ kind: 'slow', until }, (request) => {
      if (isProvenance(request)) abort.abort();
      return isProvenance(request);
    });
    const cut = await field.upload(store, { ...options, signal: abort.signal });
    expect(cut.stopped?.reason).toBe('cancelled');
    const next = await field.upload(store, options);
    expect(next.outcomes['already-there']).toBe(bundleEntriesMax === 1 ? 1 : 2);
    expect(written()).toHaveLength(2);
    expect(written().every(({ target }) => target[0]?.reference?.endsWith('/_history/2'))).toBe(
      true,
    );
  });

  it('a refused one undoes nothing, and is reported with the reason', async () => {
    field.server.behaviour.objection = (content) =>
      content.get('resourceType') === 'Provenance' ? 'no Provenance here' : undefined;
    await edited('a', 'b');
    const report = await field.upload(store, options);
    expect(report.outcomes).toEqual({ uploaded: 2 });
    expect(report.problems.items).toMatchObject([
      { provenance: [{ result: 'not-written', detail: 'HTTP 422: no Provenance here' }] },
      { outcome: 'uploaded', recorded: 'settled' },
    ]);
    expect((await field.upload(store, options)).outcomes).toEqual({});
  });

  it('no answer at all is told after several tries', async () => {
    await edited('a', 'b');
    field.server.fail({ kind: 'answer', status: 503 }, isProvenance, 1000);
    const report = await field.upload(store, { ...options, attemptsMax: 3 });
    expect(results(report)).toEqual(['not-written', 'not-written']);
    expect(report.outcomes).toEqual({ uploaded: 2 });
    field.server.relent();
  });
});
