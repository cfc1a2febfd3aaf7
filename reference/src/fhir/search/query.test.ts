import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonFrom, type JsonValue } from '../json-value.ts';
import { compileQuery, isUnsupportedSearch, matchesQuery, type Query } from './query.ts';
import { folded } from './string-match.ts';

function queryOf(type: string, parameters: Readonly<Record<string, string>>): Query {
  const listed = Object.entries(parameters).map(([name, value]) => ({ name, value }));
  const query = compileQuery(type, listed, 'https://fhir.example/r4');
  if (isUnsupportedSearch(query)) throw new Error(query.unsupported);
  return query;
}

function refused(type: string, name: string, value: string): string {
  const query = compileQuery(type, [{ name, value }]);
  if (!isUnsupportedSearch(query)) throw new Error('expected a refusal');
  return query.unsupported;
}

const patientWith = (rest: object): JsonValue =>
  jsonFrom({ resourceType: 'Patient', id: 'p1', ...rest });
const has = (name: string, value: string, patient: JsonValue): boolean =>
  matchesQuery(queryOf('Patient', { [name]: value }), patient);

// Few letters, so that matches are as frequent as misses.
const code = fc.constantFrom('a', 'b', 'c', 'd');
const codes = fc.array(code, { minLength: 1, maxLength: 3 });
const identifier = fc.record({
  system: fc.option(fc.constantFrom('urn:s', 'urn:t'), { nil: undefined }),
  value: fc.option(code, { nil: undefined }),
});
const patient = fc
  .record({ identifier: fc.array(identifier, { maxLength: 3 }) })
  .map((rest) => jsonFrom(JSON.parse(JSON.stringify({ resourceType: 'Patient', ...rest }))));
const check = { seed: 15, numRuns: 300 };

describe('the laws of a query', () => {
  it('PSP-SEL-9: a list of values is the disjunction of its values', () => {
    const law = fc.property(patient, codes, (resource, list) => {
      const any = list.some((each) => has('identifier', each, resource));
      expect(has('identifier', list.join(','), resource)).toBe(any);
    });
    fc.assert(law, check);
  });

  it('PSP-SEL-9: parameters are a conjunction, the same one twice too', () => {
    const law = fc.property(patient, code, code, (resource, a, b) => {
      const parameters = [a, b].map((value) => ({ name: 'identifier', value }));
      const both = compileQuery('Patient', parameters) as Query;
      const each = has('identifier', a, resource) && has('identifier', b, resource);
      expect(matchesQuery(both, resource)).toBe(each);
    });
    fc.assert(law, check);
  });

  it('PSP-SEL-16: :not is the complement, of a list as of one value', () => {
    const law = fc.property(patient, codes, (resource, list) => {
      const value = list.join(',');
      expect(has('identifier:not', value, resource)).toBe(!has('identifier', value, resource));
    });
    fc.assert(law, check);
  });

  it('PSP-SEL-14: a code is found under its system, or under none, and nowhere else', () => {
    const law = fc.property(patient, code, (resource, value) => {
      const under = ['urn:s|', 'urn:t|', '|'].map((before) => `${before}${value}`);
      const any = under.some((each) => has('identifier', each, resource));
      expect(has('identifier', value, resource)).toBe(any);
    });
    fc.assert(law, check);
  });

  it('PSP-SEL-23: :missing=true and :missing=false share all resources out', () => {
    const law = fc.property(patient, (resource) => {
      const isMissing = has('identifier:missing', 'true', resource);
      expect(has('identifier:missing', 'false', resource)).toBe(!isMissing);
    });
    fc.assert(law, check);
  });

  it('PSP-SEL-13: any text is found by its escaped self, and by no other text', () => {
    const text = fc.string({ unit: fc.constantFrom('a', ',', '|', '$', '\\', 'é') });
    const law = fc.property(text.filter(Boolean), text.filter(Boolean), (one, other) => {
      const resource = patientWith({ identifier: [{ value: one }] });
      const escaped = other.replace(/[,|$\\]/g, '\\$&');
      expect(has('identifier', escaped, resource)).toBe(one === other);
    });
    fc.assert(law, check);
  });
});

describe('strings', () => {
  const text = fc.string({ unit: 'grapheme', minLength: 1 });

  it('PSP-SEL-17: folding twice is folding once', () => {
    fc.assert(
      fc.property(text, (each) => {
        expect(folded(folded(each))).toBe(folded(each));
      }),
      { ...check, numRuns: 2_000 },
    );
  });

  it('PSP-SEL-17: every beginning is found, and every part with :contains', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'É', 'ß', 'ς', 'क'), minLength: 1 });
    const law = fc.property(letters, fc.nat(), fc.nat(), (family, x, y) => {
      const [from, to] = [x % family.length, y % family.length].sort((a, b) => a - b);
      const resource = patientWith({ name: [{ family }] });
      expect(has('family', family.slice(0, to! + 1).toLowerCase(), resource)).toBe(true);
      expect(has('family:contains', family.slice(from, to! + 1), resource)).toBe(true);
    });
    fc.assert(law, check);
  });

  it('PSP-SEL-17: a syllable of Hangul is one letter, not the beginning of a longer one', () => {
    const resource = patientWith({ name: [{ family: '각\u0301' }] });
    expect(has('family', '가', resource)).toBe(false);
    expect(has('family', '각', resource)).toBe(true);
  });

  it.each([
    ['İstanbul', 'istanbul'],
    ['STRAẞE', 'strasse'],
    ['ﬁn', 'FIN'],
    ['a\u0308', 'Ä'],
    ['각', '\u1100\u1161\u11a8'],
    ['Καλὸς', 'ΚΑΛΟΣ'],
    ['de\u00a0 la', ' de la'],
  ])('PSP-SEL-17: %s is %s', (one, other) => {
    expect(folded(one)).toBe(folded(other));
  });

  it.each([
    ['का', 'की'],
    ['가', '각'],
    ["O'Neill", 'ONeill'],
    ['ø', 'o'],
  ])('PSP-SEL-17: %s is not %s', (one, other) => {
    expect(folded(one)).not.toBe(folded(other));
  });
});

describe('refusals', () => {
  const secret = 'Amina Otieno';

  it.each([
    ['Patient', 'nickname', secret, 'search parameter nickname of Patient'],
    ['Patient', 'name:text', secret, 'search parameter name:text of Patient'],
    ['Patient', 'birthdate', secret, 'a value of search parameter birthdate of Patient'],
    ['Patient', 'name', `${secret}|`, 'a value of search parameter name of Patient'],
    ['Patient', 'name:missing', secret, 'a value of search parameter name:missing of Patient'],
    ['Patient', 'birthdate', 'sa1990', 'prefix sa of search parameter birthdate of Patient'],
    ['Patient', 'birthdate', 'xx1990', 'a value of search parameter birthdate of Patient'],
    ['Starship', 'name', secret, 'search parameter name of Starship'],
    ['__proto__', 'toString', secret, 'search parameter toString of __proto__'],
  ])('PSP-REQ-3, PSP-SEL-26: %s?%s is refused without its value', (type, name, value, shown) => {
    expect(refused(type, name, value)).toBe(shown);
  });

  it('PSP-SEL-5: one unsupported parameter refuses all', () => {
    const parameters = ['gender', 'nickname'].map((name) => ({ name, value: 'x' }));
    expect(compileQuery('Patient', parameters)).toEqual({
      unsupported: 'search parameter nickname of Patient',
    });
  });

  it('PSP-SEL-5: no text makes it throw', () => {
    const law = fc.property(fc.string(), fc.string(), (modifier, value) => {
      for (const name of ['identifier', 'name', 'birthdate', 'organization']) {
        const query = compileQuery('Patient', [{ name: `${name}${modifier}`, value }]);
        if (!isUnsupportedSearch(query)) matchesQuery(query, patientWith({ name: [3] }));
      }
    });
    fc.assert(law, check);
  });

  it('parameters of every type are those of types without any too', () => {
    const resource = jsonFrom({ resourceType: 'Starship', id: 's1' });
    expect(matchesQuery(queryOf('Starship', { _id: 's1' }), resource)).toBe(true);
  });
});
