// The generated table against published example resources; what is expected was read by hand.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isEntryFault } from '../entry-fault.ts';
import { parseLossless } from '../json-text.ts';
import { jsonAt, type JsonValue } from '../json-value.ts';
import { parameterDefinition } from './element-paths.ts';
import { searchParameters } from './parameters.ts';
import { compileQuery, isUnsupportedSearch, matchesQuery } from './query.ts';

const folder = join(import.meta.dirname, '../../../testdata/hl7-fhir-r4-examples');
const examples: readonly JsonValue[] = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => {
    const value = parseLossless(readFileSync(join(folder, name)));
    if (isEntryFault(value)) throw new Error(name);
    return value;
  });

/** Ids of the examples that a search of one type finds, in order. */
function found(type: string, name: string, value: string): string[] {
  const query = compileQuery(type, [{ name, value }], 'http://hl7.org/fhir');
  if (isUnsupportedSearch(query)) throw new Error(query.unsupported);
  return examples
    .filter((each) => jsonAt(each, 'resourceType') === type && matchesQuery(query, each))
    .map((each) => String(jsonAt(each, 'id') as string))
    .sort();
}

describe('the table on published examples', () => {
  it.each([
    ['Patient', 'family', 'chal', ['example']],
    ['Patient', 'name', 'jim', ['example']],
    ['Patient', 'address', 'PLEASANT', ['example']],
    ['Patient', 'address-postalcode', '3999', ['example']],
    ['Patient', 'phone', '(03) 3410 5613', ['example']],
    ['Patient', 'identifier', 'http://nema.org/examples/patients|', ['dicom']],
    ['Patient', 'organization', 'Organization/1', ['ch-example', 'dicom', 'example']],
    ['Patient', 'birthdate', '1974', ['ch-example', 'example']],
    ['Patient', 'birthdate:missing', 'true', ['dicom']],
    ['Encounter', 'class', 'http://terminology.hl7.org/CodeSystem/v3-ActCode|HH', ['home']],
    ['Encounter', 'date', '2015-01-17', ['home']],
    ['Encounter', 'date', 'gt2017-02-01', ['emerg']],
    ['Encounter', 'practitioner', 'Practitioner/example', ['home']],
    ['Encounter', 'location', 'home', []],
    ['Immunization', 'date', '2013-01-10', ['example']],
    ['Immunization', 'vaccine-code', 'urn:oid:1.2.36.1.2001.1005.17|FLUVAX', ['example']],
    ['Immunization', 'lot-number', 'aajn', ['example']],
    ['Immunization', 'performer', 'Practitioner/example', ['example']],
    ['QuestionnaireResponse', 'patient', 'Patient/1', ['bb']],
    ['QuestionnaireResponse', 'authored', '2013-02-19T04:15Z', ['bb']],
    ['MedicationRequest', 'medication:missing', 'false', ['medrx0306']],
    ['MedicationRequest', 'intended-dispenser:missing', 'false', []],
    ['MedicationRequest', 'authoredon', '2015-01', ['medrx0306']],
    ['Condition', 'onset-date', 'le2011', ['f001']],
    ['Condition', 'evidence', '426396005', ['f001']],
    ['Observation', '_profile', 'http://hl7.org/fhir/StructureDefinition/vitalsigns', undefined],
    ['Observation', 'code', 'http://loinc.org|8302-2', ['body-height']],
    ['Observation', 'category', 'vital-signs', undefined],
  ] as const)('PSP-SEL-12: %s?%s=%s', (type, name, value, expected) => {
    const ids = found(type, name, value);
    if (expected === undefined) expect(ids).toContain('body-height');
    else expect(ids).toEqual(expected);
  });

  it('finds every example by its id, and none of its type by :not', () => {
    for (const example of examples) {
      const [type, id] = ['resourceType', 'id'].map((key) => jsonAt(example, key) as string);
      expect(found(type!, '_id', id!)).toEqual([id]);
      expect(found(type!, '_id:not', id!)).not.toContain(id);
    }
  });
});

describe('the table', () => {
  const rows = Object.entries(searchParameters).flatMap(([type, codes]) =>
    Object.keys(codes).map((code) => [type, code] as const),
  );

  it('is read whole: every row has places, every place steps and a type of its kind', () => {
    const types = {
      token: /^(Coding|CodeableConcept|Identifier|ContactPoint|code|boolean|id|string|uri)$/,
      flag: /^(boolean|dateTime)$/,
      string: /^(string|markdown|HumanName|Address)$/,
      reference: /^(Reference|canonical|uri)$/,
      date: /^(date|dateTime|instant|Period|Timing)$/,
    };
    for (const [type, code] of rows) {
      const { kind, paths } = parameterDefinition(type, code)!;
      const shown = paths.map(({ steps }) => steps.length > 0);
      expect(shown, `${type}.${code}`).not.toContain(false);
      for (const path of paths) expect(path.type, `${type}.${code}`).toMatch(types[kind]);
    }
    expect(rows.length).toBeGreaterThan(1_500);
  });

  it('reads back what the generator wrote of filters, to the last character', () => {
    for (const [type, code] of rows) {
      const { kind, paths } = parameterDefinition(type, code)!;
      const text = paths.map(({ steps, type: element, system }) => {
        const path = steps.map(({ member, filter }) =>
          filter === undefined ? member : `${member}[${filter.join('=')}]`,
        );
        return [path.join('.'), element, ...(system === undefined ? [] : [system])].join(' ');
      });
      expect(`${kind} ${text.join(' | ')}`).toBe(searchParameters[type]![code]);
    }
  });
});
