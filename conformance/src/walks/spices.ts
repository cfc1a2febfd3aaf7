// Puts into a session what an honest peer of today or tomorrow may send as well: other encodings,
// unknown fields, messages to ignore, KeepAlive, long messages. All of it stays valid.
import type { SendStep, Step } from '../peer/script.ts';
import type { Spice } from './walk.ts';

/** A field that no schema has, as octets: number 15 000, varint 42. */
const unknownField = 'hex:c0a9072a';
/** Type octets that readers ignore, those of private use left out. */
const ignorableTypes = 0x70;
const ignorableFirst = 0x80;
/** Longer than any message that is filled up, and below the limit before keys. */
const filledOctets = 3_000;

/** Messages before which a KeepAlive may stand, whoever sends them. */
const afterKeys = new Set(['Request', 'Offer', 'Payload', 'Ack', 'Complete', 'Receipt']);

function isFirstOrBound(step: SendStep, steps: readonly Step[]): boolean {
  // PSP-HS-1, PSP-HS-11: Initiate is the first frame, and Confirm follows Accept.
  if (step.message === 'Initiate') return true;
  const before = steps[steps.indexOf(step) - 1];
  return step.message === 'Confirm' && before?.do === 'send';
}

function before(step: SendStep, { kind, number }: Spice, steps: readonly Step[]): SendStep[] {
  const id = `${kind}-before-${step.id}`;
  if (kind === 'ignorable' && !isFirstOrBound(step, steps)) {
    const type = ignorableFirst + (number % ignorableTypes);
    const body = Uint8Array.of(type, ...new Uint8Array(number % 7).fill(0xff));
    return [{ id, do: 'send', message: 'KeepAlive', tamper: { kind: 'raw', body } }];
  }
  const mayKeep = kind === 'keep-alive' && afterKeys.has(step.message);
  return mayKeep ? [{ id, do: 'send', message: 'KeepAlive' }] : [];
}

function changed(step: SendStep, { kind, wild, number }: Spice): SendStep {
  if (step.tamper !== undefined) return step;
  switch (kind) {
    case 'wild':
      return { ...step, tamper: { kind: 'wild', encoding: wild, isBlind: true } };
    case 'unknown-field':
      return { ...step, fields: { ...step.fields, $unknown: [unknownField] } };
    case 'filled':
      if (step.message === 'Payload') return step;
      return { ...step, tamper: { kind: 'fill', octets: filledOctets + number } };
    case 'ignorable':
    case 'keep-alive':
      return step;
  }
}

/** The steps with their spices; at most one for each message of the kit. */
export function spiced(steps: readonly Step[], spices: readonly Spice[]): readonly Step[] {
  const sent = steps.flatMap((step) => (step.do === 'send' ? [step] : []));
  const byStep = new Map(spices.map((spice) => [sent[spice.at % sent.length]?.id, spice]));
  return steps.flatMap((step) => {
    const spice = byStep.get(step.id);
    if (step.do !== 'send' || spice === undefined) return [step];
    return [...before(step, spice, steps), changed(step, spice)];
  });
}
