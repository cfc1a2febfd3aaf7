import { describe, expect, it } from 'vitest';
import { edited } from './edits.ts';
import { patientRecord } from './record.ts';

const everything = Array.from({ length: 200 }, (_, index) => patientRecord(7, index)).flat();

describe('generator: records', () => {
  it('gives the same record for the same seed and index, in any order', () => {
    expect(patientRecord(7, 41)).toEqual(patientRecord(7, 41));
    expect(patientRecord(7, 41)).not.toEqual(patientRecord(8, 41));
    expect(patientRecord(7, 41)).not.toEqual(patientRecord(7, 42));
  });

  it('gives every id once, and a text whose type and id are the resource’s', () => {
    expect(new Set(everything.map((r) => r.id)).size).toBe(everything.length);
    for (const { resourceType, id, text } of everything) {
      expect(JSON.parse(text)).toMatchObject({ resourceType, id });
      expect(id).toMatch(/^[A-Za-z0-9\-.]{1,64}$/);
    }
  });

  it('refers only to resources that stand before the referrer', () => {
    const seen = new Set<string>();
    for (const { resourceType, id, text } of everything) {
      for (const [, target] of text.matchAll(/"reference":"([^"]+)"/g)) {
        expect(seen).toContain(target);
      }
      seen.add(`${resourceType}/${id}`);
    }
  });

  it('holds every type, decimals with trailing zeros and text beyond ASCII', () => {
    const types = new Set(everything.map((r) => r.resourceType));
    expect([...types].sort()).toEqual([
      'Condition',
      'Encounter',
      'Observation',
      'Patient',
      'QuestionnaireResponse',
    ]);
    expect(everything.some((r) => /"value":[0-9]+\.[0-9]*0[,}]/.test(r.text))).toBe(true);
    expect(everything.some((r) => /[\u0080-\uffff]/.test(r.text))).toBe(true);
    expect(everything.every((r) => !r.text.includes('@'))).toBe(true);
  });
});

describe('generator: edits', () => {
  it('changes every resource and leaves it valid, with its type and id', () => {
    for (const resource of everything) {
      const after = edited(resource, 7, 0);
      expect(after.text).not.toBe(resource.text);
      expect(JSON.parse(after.text)).toMatchObject({
        resourceType: resource.resourceType,
        id: resource.id,
      });
    }
  });
});
