// Realistic edits of generated resources: what a second visit changes. The text is edited in
// place, so that every octet the visit did not touch stays as it was.
import { draws } from './random.ts';
import type { GeneratedResource } from './record.ts';

type Edit = (text: string, pick: (below: number) => number) => string;

const NEW_PHONE: Edit = (text, pick) =>
  text.replace(/"value":"\+254\d+"/, `"value":"+2547${10000000 + pick(89999999)}"`);
const DROP_PHONE: Edit = (text) => text.replace(/("telecom":\[)\{[^}]*\},/, '$1');
const CORRECT_VALUE: Edit = (text, pick) =>
  text.replace(/("valueQuantity":\{"value":)[0-9.]+/, `$1${36 + pick(4)}.${pick(10)}0`);
const NARRATIVE: Edit = (text, pick) =>
  text.replace('</p></div>', `</p><p>Seen again, visit ${2 + pick(8)}.</p></div>`);
const AMEND: Edit = (text) =>
  text
    .replace('"status":"final"', '"status":"amended"')
    .replace('"status":"completed"', '"status":"amended"');
const RESOLVE: Edit = (text) => text.replace('"code":"active","display":"Active"', RESOLVED);
const RESOLVED = '"code":"resolved","display":"Resolved"';

const EDITS: { readonly [type: string]: readonly Edit[] } = {
  Patient: [NEW_PHONE, DROP_PHONE, NARRATIVE],
  Encounter: [NARRATIVE],
  Observation: [CORRECT_VALUE, AMEND, NARRATIVE],
  Condition: [RESOLVE, NARRATIVE],
  QuestionnaireResponse: [AMEND],
};

/**
 * The resource after edit number `round` (0, 1, …); always differs from `resource.text` in the
 * first round.
 */
export function edited(
  resource: GeneratedResource,
  seed: number,
  round: number,
): GeneratedResource {
  const choices = EDITS[resource.resourceType] ?? [NARRATIVE];
  const draw = draws(seed ^ Number.parseInt(resource.id.slice(0, 8), 16), round);
  const first = draw.below(choices.length);
  for (let n = 0; n < choices.length; n += 1) {
    const edit = choices[(first + n) % choices.length] ?? NARRATIVE;
    const text = edit(resource.text, (below) => draw.below(below));
    if (text !== resource.text) return { ...resource, text };
  }
  return resource;
}
