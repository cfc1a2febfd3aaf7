// Seeds and commands that the tests of the testee share.

type Json = Record<string, unknown>;

export const replicaA = '00112233445566778899aabbccddeeff';
export const replicaB = 'ffeeddccbbaa99887766554433221100';
export const now = '2026-03-01T08:00:00Z';

/** Text of a patient; `more` is put in as it is. */
export function patient(id: string, more = ''): string {
  return `{"resourceType":"Patient","id":"${id}"${more === '' ? '' : `,${more}`}}`;
}

/** A patient as the server has it, untouched. */
export function fromServer(id: string, versionId = '1'): Json {
  const resource = patient(id, `"meta":{"versionId":"${versionId}"}`);
  return { type: 'Patient', id, resource, base: { versionId } };
}

/** A patient that was created on a device. */
export function created(id: string, replica: string, counter: number, more = ''): Json {
  const resource = patient(id, more);
  const change = { replica, counter, type: 'INSERT', payload: resource };
  return { type: 'Patient', id, resource, changes: [change] };
}

/** Members of a reset. */
export function resetTo(replica: string, entries: readonly Json[], more: Json = {}): Json {
  return { case: 'TEST-1', replica, now, seed: { entries }, ...more };
}

/** A store with something of every kind. */
export const everything: readonly Json[] = [
  created('o1', replicaA, 3, '"weight":1.10,"text":"\\u00e9\u2028"'),
  {
    type: 'Patient',
    id: 'p1',
    resource: patient('p1', '"meta":{"versionId":"1"},"gender":"other"'),
    base: { versionId: '1', lastUpdated: '2026-02-01T12:00:00.000+01:00' },
    baseResource: patient('p1', '"meta":{"versionId":"1"}'),
    changes: [
      {
        replica: replicaB,
        counter: '9007199254740993',
        type: 'UPDATE',
        payload: '[ {"op":"add","path":"/gender","value":"other"} ]',
        baseVersionId: '1',
        recordedAt: '2026-02-28T10:00:00Z',
      },
    ],
    absorbed: [{ replica: replicaB, counter: 4 }],
  },
  { type: 'Patient', id: 'p0', resource: null, base: { versionId: '9' } },
];
