// Clinical records of invented patients: what a community health worker's device holds after
// months offline. Pure functions of (seed, index); nobody real is described.
import { draws, type Draws } from './random.ts';

/** One generated resource as JSON text. */
export interface GeneratedResource {
  readonly resourceType: string;
  readonly id: string;
  readonly text: string;
}

type Json = { readonly [key: string]: unknown };

const GIVEN = ['Amina', 'Joseph', 'Grace', 'Samuel', 'Zuhura', 'Élodie', 'Nguyễn', 'आशा', 'Mariam'];
const FAMILY = ['Mwangi', 'Okafor', 'Diallo', 'Njoroge', 'Traoré', 'Banda', 'Rahman', 'Silva'];
const VILLAGES = ['Kibera', 'Mto wa Mbu', 'Bamako Sud', 'Chittagong', 'Lilongwe', 'São Tomé'];
const REASONS = ['Fever', 'Antenatal visit', 'Growth monitoring', 'Cough', 'Follow-up', 'Injury'];
const CONDITIONS: readonly (readonly [string, string])[] = [
  ['61462000', 'Malaria'],
  ['233604007', 'Pneumonia'],
  ['62315008', 'Diarrhoea'],
  ['38341003', 'Hypertensive disorder'],
  ['77386006', 'Pregnancy'],
];
const MEASURES: readonly (readonly [string, string, string, number, number, number])[] = [
  ['8310-5', 'Body temperature', 'Cel', 35, 41, 1],
  ['29463-7', 'Body weight', 'kg', 3, 98, 2],
  ['8867-4', 'Heart rate', '/min', 50, 170, 0],
  ['59408-5', 'Oxygen saturation', '%', 82, 100, 0],
  ['8302-2', 'Body height', 'cm', 48, 190, 1],
];

/** Writes JSON; a string of the form `@1.50@` becomes the number with exactly these digits. */
function write(resource: Json): string {
  return JSON.stringify(resource).replace(/"@(-?[0-9.]+)@"/g, '$1');
}

function made(resourceType: string, id: string, body: Json): GeneratedResource {
  return { resourceType, id, text: write({ resourceType, id, ...body }) };
}

function day(draw: Draws, year: number): string {
  const pad = (n: number): string => String(n).padStart(2, '0');
  return `${year}-${pad(1 + draw.below(12))}-${pad(1 + draw.below(28))}`;
}

function narrative(sentence: string): Json {
  return {
    status: 'generated',
    div: `<div xmlns="http://www.w3.org/1999/xhtml"><p>${sentence}</p></div>`,
  };
}

function coding(system: string, code: string, display: string): Json {
  return { coding: [{ system, code, display }], text: display };
}

function patient(draw: Draws, index: number, id: string): GeneratedResource {
  const given = draw.pick(GIVEN);
  const family = draw.pick(FAMILY);
  const village = draw.pick(VILLAGES);
  return made('Patient', id, {
    text: narrative(`${given} ${family}, ${village}`),
    identifier: [
      { use: 'official', system: 'urn:oid:2.16.840.1.113883.4.999', value: `HH-${100000 + index}` },
    ],
    active: true,
    name: [{ use: 'official', family, given: [given] }],
    telecom: [
      { system: 'phone', value: `+2547${10000000 + draw.below(89999999)}`, use: 'mobile', rank: 1 },
      { system: 'phone', value: `+2541${10000000 + draw.below(89999999)}`, use: 'home', rank: 2 },
    ],
    gender: draw.pick(['female', 'male']),
    birthDate: day(draw, 1940 + draw.below(84)),
    address: [{ use: 'home', text: village, city: village, country: 'KE' }],
    contact: [{ name: { text: `${draw.pick(GIVEN)} ${family}` }, relationship: [{ text: 'kin' }] }],
  });
}

function encounter(draw: Draws, id: string, subject: Json, date: string): GeneratedResource {
  const reason = draw.pick(REASONS);
  return made('Encounter', id, {
    text: narrative(`${reason} on ${date}`),
    status: 'finished',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'HH' },
    subject,
    period: { start: `${date}T08:${10 + draw.below(49)}:00+03:00`, end: `${date}T11:00:00+03:00` },
    reasonCode: [{ text: reason }],
  });
}

function observation(draw: Draws, links: Json, date: string): GeneratedResource {
  const [code, display, unit, low, high, digits] = draw.pick(MEASURES);
  const value = draw.decimal(low, high, digits);
  return made('Observation', draw.uuid(), {
    text: narrative(`${display}: ${value} ${unit}`),
    status: 'final',
    category: [
      coding('http://terminology.hl7.org/CodeSystem/observation-category', 'vital-signs', 'Vital'),
    ],
    code: coding('http://loinc.org', code, display),
    ...links,
    effectiveDateTime: `${date}T09:${10 + draw.below(49)}:00+03:00`,
    valueQuantity: {
      value: `@${value}@`,
      unit,
      system: 'http://unitsofmeasure.org',
      code: unit,
    },
    note: draw.chance(0.3) ? [{ text: 'Measured twice; the second reading was kept.' }] : undefined,
  });
}

function condition(draw: Draws, links: Json, date: string): GeneratedResource {
  const [code, display] = draw.pick(CONDITIONS);
  return made('Condition', draw.uuid(), {
    text: narrative(display),
    clinicalStatus: coding(
      'http://terminology.hl7.org/CodeSystem/condition-clinical',
      'active',
      'Active',
    ),
    code: coding('http://snomed.info/sct', code, display),
    ...links,
    recordedDate: date,
  });
}

function questionnaireResponse(draw: Draws, links: Json, date: string): GeneratedResource {
  const questions = ['Sleeps under a net', 'Clean water', 'Latrine', 'Breast-feeding', 'Referred'];
  return made('QuestionnaireResponse', draw.uuid(), {
    questionnaire: 'http://example.org/fhir/Questionnaire/household-visit',
    status: 'completed',
    ...links,
    authored: `${date}T10:${10 + draw.below(49)}:30.125+03:00`,
    item: questions.map((text, position) => ({
      linkId: `${position + 1}`,
      text,
      answer: [
        position === 3 ? { valueInteger: draw.below(60) } : { valueBoolean: draw.chance(0.7) },
      ],
    })),
  });
}

/**
 * Everything known of patient `index` of a district `seed`, referenced resources first: 1 Patient,
 * 1 to 3 Encounters, each with 1 to 4 Observations, at times a Condition and a
 * QuestionnaireResponse. About ten resources, 0.5 to 1.5 KB each.
 */
export function patientRecord(seed: number, index: number): readonly GeneratedResource[] {
  const draw = draws(seed, index);
  const patientId = draw.uuid();
  const subject = { reference: `Patient/${patientId}` };
  const record: GeneratedResource[] = [patient(draw, index, patientId)];
  const visits = 1 + draw.below(3);
  for (let visit = 0; visit < visits; visit += 1) {
    const date = day(draw, 2025 + draw.below(2));
    const encounterId = draw.uuid();
    record.push(encounter(draw, encounterId, subject, date));
    const links = { subject, encounter: { reference: `Encounter/${encounterId}` } };
    const measures = 1 + draw.below(4);
    for (let n = 0; n < measures; n += 1) record.push(observation(draw, links, date));
    if (draw.chance(0.5)) record.push(condition(draw, links, date));
    if (draw.chance(0.7)) record.push(questionnaireResponse(draw, links, date));
  }
  return record;
}
