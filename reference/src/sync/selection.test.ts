import { describe, expect, it } from 'vitest';
import { ErrorCode, SelectionMode, type Request, type TypeParams } from '../wire/messages.ts';
import { isViolation } from '../wire/violation.ts';
import { resourceSyncParams, scopeOf } from './scope.ts';
import { isSelected, selectionOf, type Selection } from './selection.ts';
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
    const parameters = [{ name: 'name:exact', value: 'Secret' }];
    const given = request(CURSOR, [type('Task'), { ...type('Patient'), parameters }]);
    const detail = 'search parameter name:exact of Patient is not supported';
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
