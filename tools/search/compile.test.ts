// The compiler of the table on definitions small enough to read.
import { describe, expect, it } from 'vitest';
import { compileParameters, type Compiled } from './compile.ts';
import { Definitions } from './definitions.ts';

const element = (path: string, types: readonly string[], rest: object = {}): object => ({
  path,
  type: types.map((code) => ({ code })),
  ...rest,
});
const structure = (type: string, elements: readonly object[]): object => ({
  resourceType: 'StructureDefinition',
  type,
  snapshot: { element: elements },
});
const bound = (valueSet: string, strength = 'required'): object => ({
  binding: { strength, valueSet: `${valueSet}|4.0.1` },
});
const codes = (url: string, ...systems: readonly string[]): object => ({
  resourceType: 'ValueSet',
  url,
  compose: { include: systems.map((system) => ({ system })) },
});

const published = [
  codes('urn:one', 'urn:system'),
  codes('urn:two', 'urn:system', 'urn:other'),
  { ...structure('canonical', []), baseDefinition: 'http://hl7.org/fhir/StructureDefinition/uri' },
  structure('Coding', [element('Coding.code', ['code'])]),
  structure('CodeableConcept', [element('CodeableConcept.text', ['string'])]),
  structure('Thing', [
    element('Thing.id', ['http://hl7.org/fhirpath/System.String']),
    element('Thing.status', ['code'], bound('urn:one')),
    element('Thing.mixed', ['code'], bound('urn:two')),
    element('Thing.loose', ['code'], bound('urn:one', 'preferred')),
    element('Thing.amount', ['Quantity']),
    element('Thing.owner', ['Reference']),
    element('Thing.value[x]', ['string', 'dateTime', 'CodeableConcept']),
    element('Thing.link[x]', ['uri', 'canonical', 'Reference']),
    element('Thing.part', ['BackboneElement']),
    element('Thing.part.code', ['Coding']),
    { path: 'Thing.part.sub', contentReference: '#Thing.part' },
  ]),
  // A profile says nothing new of the type.
  {
    ...structure('Thing', [element('Thing.status', ['Coding'])]),
    derivation: 'constraint',
  },
] as { resourceType: string }[];

function compiled(type: string, expression: string, more: object = {}): Compiled {
  const fixed = { id: 'x', url: 'urn:x', code: 'x', base: ['Thing'], xpathUsage: 'normal' };
  const parameter = { ...fixed, type, expression, ...more };
  return compileParameters([parameter], new Definitions(published));
}

const rowOf = (type: string, expression: string, more?: object): string | undefined =>
  compiled(type, expression, more).rows.get('Thing')?.get('x');

describe('compiling an expression', () => {
  it.each([
    ['token', 'Thing.id', 'token id id'],
    ['token', 'Thing.status', 'token status code urn:system'],
    ['token', 'Thing.mixed', 'token mixed code'],
    ['token', 'Thing.loose', 'token loose code'],
    ['token', 'status | mixed', 'token status code urn:system | mixed code'],
    ['token', 'Other.status | Thing.status', 'token status code urn:system'],
    ['token', 'Thing.part.sub.sub.code', 'token part.sub.sub.code Coding'],
    ['token', '(Thing.value as CodeableConcept)', 'token valueCodeableConcept CodeableConcept'],
    ['string', '(Thing.value as CodeableConcept).text', 'string valueCodeableConcept.text string'],
    ['string', 'Thing.value.as(string)', 'string valueString string'],
    ['date', 'Thing.value.ofType(dateTime)', 'date valueDateTime dateTime'],
    ['date', 'Thing.value', 'date valueDateTime dateTime'],
    ['reference', '(Thing.link as uri)', 'reference linkUri uri | linkCanonical canonical'],
    ['reference', '(Thing.link as canonical)', 'reference linkCanonical canonical'],
    [
      'reference',
      'Thing.owner.where(resolve() is Patient)',
      'reference owner[is=Patient] Reference',
    ],
    ['token', "Thing.part.where(code='a-b').code", 'token part[code=a-b].code Coding'],
    [
      'token',
      "Thing.part.where(hasExtension('http://a.b/c')).code",
      'token part[extension=http://a.b/c].code Coding',
    ],
    ['token', 'Thing.value.exists() and Thing.value != false', undefined],
  ])('%s of %s', (type, expression, row) => {
    const flag =
      'flag valueString string | valueDateTime dateTime | valueCodeableConcept CodeableConcept';
    expect(rowOf(type, expression)).toBe(row ?? flag);
  });

  it.each([
    ['token', 'Thing.amount'],
    ['token', 'Thing.status | Thing.amount'],
    ['token', 'Thing.nothing'],
    ['token', 'Thing'],
    ['token', 'Other.status'],
    ['token', 'Thing.part[0].code'],
    ['token', 'Thing.part.first().code'],
    ['token', "Thing.part.where(code='a' and code='b').code"],
    ['token', "Thing.extension('urn:x')"],
    ['token', 'Thing.status.exists() and Thing.mixed != false'],
    ['date', '(Thing.value as Period)'],
    ['reference', 'Thing.part.where(resolve() is Patient)'],
  ])('leaves out a %s of %s', (type, expression) => {
    const { rows, leftOut } = compiled(type, expression);
    expect(rows.size).toBe(0);
    expect(leftOut.get('Thing.x')).toContain(expression);
  });

  it('leaves out what is searched by sound, and what has no expression', () => {
    expect(rowOf('string', 'Thing.value.as(string)', { xpathUsage: 'phonetic' })).toBeUndefined();
    const { leftOut } = compiled('token', '', { expression: undefined });
    expect(leftOut.get('Thing.x')).toBe('no expression is published');
  });

  it('passes by other kinds and examples', () => {
    expect(compiled('quantity', 'Thing.amount').leftOut.size).toBe(0);
    expect(rowOf('token', 'Thing.status', { id: 'example-x' })).toBeUndefined();
  });

  it('would notice one name with two meanings', () => {
    const one = { id: 'x', url: 'urn:x', code: 'x', base: ['Thing'], xpathUsage: 'normal' };
    const two = ['Thing.status', 'Thing.mixed'].map((expression) => ({
      ...one,
      type: 'token',
      expression,
    }));
    expect(() => compileParameters(two, new Definitions(published))).toThrow('published twice');
  });
});
