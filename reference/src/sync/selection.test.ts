import { describe, expect, it } from 'vitest';
import {
  ErrorCode,
  FhirRelease,
  SelectionMode,
  type Request,
  type SyncPayload,
  type TypeParams,
} from '../wire/messages.ts';
import { isViolation } from '../wire/violation.ts';
import { resourceSyncParams, scopeOf } from './scope.ts';
import { isSelected as isEntrySelected, selectionOf, type Selection } from './selection.ts';
import { entry, replica } from './testing/entries.ts';

function request(mode: SelectionMode, types: TypeParams[] = []): Request {
  const fixed = { replicaId: replica('b'), displayName: '', serverUrl: '', window: undefined };
  return { ...fixed, mode, params: { types }, cursor: new Uint8Array() };
}

const type = (resourceType: string, lastUpdated = ''): TypeParams => ({
  resourceType,
  parameters: [],
  lastUpdated,
});

const isSelected = (selection: Selection, payload: SyncPayload): boolean =>
  isEntrySelected(selection, { resourceType: payload.resourceType, payload });

function refused(given: Request, policy?: { types: string[] }): string {
  const found = selectionOf(given, policy);
  if (!isViolation(found)) throw new Error('expected a violation');
  const code = Object.entries(ErrorCode).find(([, value]) => value === found.code)?.[0];
  expect(found.detail.length).toBeLessThanOrEqual(256);
  return `${code} ${found.requirement}: ${found.detail}`;
}

function accepted(given: Request, policy?: { types: string[] }): Selection {
  const found = selectionOf(given, policy);
  if (isViolation(found)) throw new Error(found.detail);
  return found;
}

const { FULL, CURSOR, LAST_UPDATED } = SelectionMode;

describe('what a request selects', () => {
  it('PSP-REQ-2: no params are a request for every type', () => {
    expect(accepted(request(FULL)).allowed).toBeUndefined();
    const absent = { ...request(FULL), params: undefined };
    expect(accepted(absent).requested).toBeUndefined();
  });

  it('PSP-REQ-4: is bounded by the export policy', () => {
    const policy = { types: ['Patient', 'Patient', 'Observation'] };
    expect(accepted(request(FULL), policy).allowed).toEqual(['Patient', 'Observation']);
    const some = request(FULL, [type('Patient'), type('Task')]);
    expect(accepted(some, policy)).toMatchObject({
      requested: ['Patient', 'Task'],
      allowed: ['Patient'],
    });
  });

  it('PSP-REQ-6: a policy that allows nothing of it refuses, without naming a type', () => {
    const refusal = 'SELECTION_REFUSED PSP-REQ-6: the export policy allows none of the ';
    expect(refused(request(FULL, [type('Task')]), { types: ['Patient'] })).toMatch(refusal);
    expect(refused(request(FULL), { types: [] })).not.toMatch('Task');
  });

  it.each([SelectionMode.UNSPECIFIED, 4 as SelectionMode, SelectionMode.UNRECOGNIZED])(
    'PSP-REQ-3: refuses mode %s by its number',
    (mode) => {
      const detail = `selection mode ${mode} is not supported`;
      expect(refused(request(mode))).toBe(`SELECTION_UNSUPPORTED PSP-REQ-3: ${detail}`);
    },
  );

  it('PSP-SEL-5, PSP-REQ-3: refuses a search parameter by name, without its value', () => {
    const parameters = [{ name: 'name:text', value: 'Secret' }];
    const given = request(CURSOR, [type('Task'), { ...type('Patient'), parameters }]);
    const detail = 'search parameter name:text of Patient is not supported';
    expect(refused(given)).toBe(`SELECTION_UNSUPPORTED PSP-REQ-3: ${detail}`);
  });

  it('PSP-ABORT-3: a name that is no name comes back harmless and short', () => {
    const parameters = [{ name: `\u001b[2J${'x'.repeat(120)}\u202e`, value: '' }];
    const text = refused(request(FULL, [{ ...type('Patient'), parameters }]));
    expect(text).toMatch(/^[ -~]+$/);
  });

  it('PSP-REQ-3: refuses what is no resource type', () => {
    expect(refused(request(FULL, [type('patient/1')]))).toContain('resource type patient/1');
  });

  it('PSP-REQ-1: a type listed twice is malformed', () => {
    const twice = request(FULL, [type('Task'), type('Task')]);
    expect(refused(twice)).toMatch(/^MALFORMED_MESSAGE PSP-REQ-1/);
  });
});

describe('search parameters', () => {
  const asked = (name: string, value: string): TypeParams => ({
    ...type('Patient'),
    parameters: [{ name, value }],
  });
  const [amina, tombstone] = [entry({ base: 'v1', family: 'Amina' }), entry({ changes: '-a1' })];

  it('PSP-SEL-11: select what matches, and what has no parameters', () => {
    const family = accepted(request(FULL, [asked('family', 'am'), type('Task')]));
    expect(isSelected(family, amina)).toBe(true);
    expect(isSelected(family, entry({ base: 'v1', family: 'Bakari' }))).toBe(false);
    expect(isSelected(family, { ...amina, resourceType: 'Task' })).toBe(true);
  });

  it('PSP-SEL-4, PSP-SEL-11: select a tombstone whatever they are', () => {
    for (const value of ['true', 'false']) {
      const given = request(FULL, [asked('gender:missing', value)]);
      expect(isSelected(accepted(given), tombstone)).toBe(true);
    }
  });

  it('PSP-SEL-3, PSP-SEL-11: both the instant and the parameters have to select', () => {
    const since = { ...asked('family', 'Amina'), lastUpdated: '2024-01-02T00:00:00Z' };
    const both = accepted(request(LAST_UPDATED, [since]));
    const shown = ['v1', 'v2'].flatMap((base) =>
      ['Amina', 'Bakari'].map((family) => isSelected(both, entry({ base, family }))),
    );
    expect(shown).toEqual([false, false, true, false]);
  });

  it('PSP-SEL-11: content that nobody can read is not hidden', () => {
    const given = accepted(request(FULL, [asked('family', 'Amina')]));
    expect(isSelected(given, { ...amina, resource: Uint8Array.of(0x7b) })).toBe(true);
  });

  it('PSP-SEL-19: the server of the store is what references are local to', () => {
    const context = { serverUrl: 'https://a.example', fhirRelease: FhirRelease.R4 };
    const given = request(FULL, [asked('organization', 'https://a.example/Organization/o1')]);
    const found = selectionOf(given, undefined, context);
    const text =
      '{"resourceType":"Patient","managingOrganization":{"reference":"Organization/o1"}}';
    const resource = new TextEncoder().encode(text);
    expect(isSelected(found as Selection, { ...amina, resource })).toBe(true);
    expect(isSelected(accepted(given), { ...amina, resource })).toBe(false);
  });

  it('PSP-SEL-5: are known of FHIR R4 only', () => {
    const context = { serverUrl: '', fhirRelease: FhirRelease.R5 };
    const found = selectionOf(request(FULL, [asked('family', 'x')]), undefined, context);
    expect(found).toMatchObject({ detail: 'search parameter family of Patient is not supported' });
    expect(selectionOf(request(FULL, [type('Patient')]), undefined, context)).not.toHaveProperty(
      'kind',
    );
  });

  it('PSP-SEL-5, PSP-SEL-25: are checked, but not kept, for a type that is withheld', () => {
    const policy = { types: ['Task'] };
    const given = [asked('family', 'x'), type('Task')];
    expect(accepted(request(FULL, given), policy).queries.size).toBe(0);
    expect(accepted(request(FULL, given)).queries.size).toBe(1);
    expect(refused(request(FULL, [asked('shoe', 'x'), type('Task')]), policy)).toContain('shoe');
  });
});

describe('the rule of LAST_UPDATED', () => {
  const since = '2024-01-02T00:00:00Z';
  const selection = accepted(request(LAST_UPDATED, [type('Patient', since)]));

  it.each([
    ['S21 equal', entry({ base: 'v2' }), true],
    ['later', entry({ base: 'v3' }), true],
    ['earlier', entry({ base: 'v1' }), false],
    ['earlier with changes', entry({ base: 'v1', changes: 'a1' }), true],
    ['never on a server', entry({ changes: '+a1' }), true],
    ['S23 without an instant', entry({ base: 'v1!' }), true],
  ])('PSP-SEL-3: %s', (_title, payload, expected) => {
    expect(isSelected(selection, payload)).toBe(expected);
  });

  it('PSP-SEL-3: a type without a value of the receiver is selected whole', () => {
    const none = accepted(request(LAST_UPDATED, [type('Patient')]));
    expect(isSelected(none, entry({ base: 'v1' }))).toBe(true);
  });

  it('PSP-SEL-3: a value that is no instant selects its type whole', () => {
    const vague = accepted(request(LAST_UPDATED, [type('Patient', '2024')]));
    expect(isSelected(vague, entry({ base: 'v1' }))).toBe(true);
  });

  it('PSP-SEL-1, PSP-SEL-2, PSP-REQ-9: other modes leave it to the range', () => {
    const full = accepted(request(FULL, [type('Patient', since)]));
    expect(isSelected(full, entry({ base: 'v1' }))).toBe(true);
  });

  it('PSP-SEL-1: what its type tells of, nobody reads', () => {
    const unread = {
      resourceType: 'Patient',
      get payload(): SyncPayload {
        throw new Error('it was read');
      },
    };
    expect(isEntrySelected(accepted(request(CURSOR, [type('Patient')])), unread)).toBe(true);
    const newer = accepted(request(LAST_UPDATED, [type('Patient', since)]));
    expect(() => isEntrySelected(newer, unread)).toThrow('it was read');
  });
});

describe('scopes', () => {
  it('PSP-RESUME-5: the same parameters in another order are the same scope', () => {
    const one = resourceSyncParams({ Task: {}, Patient: { name: 'a', _id: '1' } });
    const two = resourceSyncParams({ Patient: { _id: '1', name: 'a' }, Task: {} });
    expect(scopeOf(one)).toBe(scopeOf(two));
    expect(scopeOf(undefined)).toBe(scopeOf(resourceSyncParams({})));
  });

  it('PSP-RESUME-5: other types, names or values are another scope', () => {
    const scopes = [
      {},
      { Task: {} },
      { Task: { a: 'b' } },
      { Task: { a: 'c' } },
      { Task: { b: 'b' } },
    ];
    expect(new Set(scopes.map((map) => scopeOf(resourceSyncParams(map)))).size).toBe(5);
  });

  it('PSP-RESUME-5: the instants of LAST_UPDATED are no part of it', () => {
    expect(scopeOf({ types: [type('Task', '2024-01-01T00:00:00Z')] })).toBe(
      scopeOf({ types: [type('Task')] }),
    );
  });
});
