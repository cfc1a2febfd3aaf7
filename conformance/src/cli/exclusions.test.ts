// The exclusions of the package: form, classes, and that they and the cases leave nothing open.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { packageFolder } from '../cases/load.ts';
import { requirements } from '../cases/requirements.ts';
import { allCases } from './case-choice.ts';
import { coverageOf, readExclusions } from './coverage-command.ts';
import { program } from './testing/program-run.ts';

const schema = JSON.parse(
  readFileSync(join(packageFolder, 'schema', 'exclusions-v1.json'), 'utf8'),
) as object;
const isValid = new Ajv2020({ strict: true }).compile(schema);
const exclusions = readExclusions();
const rows = coverageOf(requirements().values(), allCases(), exclusions);

describe('exclusions', () => {
  it('have the form of their schema', () => {
    expect(isValid({ exclusions })).toBe(true);
    expect(Object.keys(exclusions).length).toBeGreaterThan(0);
  });

  it.each([
    ['a class that is not on the list', { class: 'hard', reason: `Because ${'x'.repeat(60)}.` }],
    ['a reason that says nothing', { class: 'device', reason: 'No.' }],
    ['no reason', { class: 'device' }],
  ])('are refused with %s', (_, exclusion) => {
    expect(isValid({ exclusions: { 'PSP-ID-4': exclusion } })).toBe(false);
  });

  it('are of sentences that exist', () => {
    const known = new Set(rows.map(({ id }) => id));
    expect(Object.keys(exclusions).filter((id) => !known.has(id))).toEqual([]);
  });

  it('are of sentences that no case names', () => {
    const overtaken = rows.filter(
      ({ exclusion, proves, touches }) =>
        exclusion !== undefined && proves.length + touches.length > 0,
    );
    expect(overtaken.map(({ id }) => id)).toEqual([]);
  });

  it('call permission only what no MUST says, and each sentence that binds has its reason', () => {
    const permissions = rows.filter(({ exclusion }) => exclusion?.class === 'permission');
    expect(permissions.filter(({ level }) => level.startsWith('MUST'))).toEqual([]);
  });

  it('leave nothing open together with the cases', async () => {
    const { status, stdout } = await program(['coverage', '--missing', '--strict']);
    expect(stdout.split('\n').filter((line) => line.startsWith('PSP-'))).toEqual([]);
    expect(status).toBe(0);
  });

  it('would leave it open where one is taken away', () => {
    for (const id of Object.keys(exclusions)) {
      const others = Object.fromEntries(Object.entries(exclusions).filter(([key]) => key !== id));
      const row = coverageOf(requirements().values(), allCases(), others).find(
        (one) => one.id === id,
      );
      expect([row?.exclusion, row?.proves, row?.touches]).toEqual([undefined, [], []]);
    }
  });
});
