// Texts that a testee's messages may not hold, and those that they have to. Entries of Payloads are
// not looked at: carrying them is what a session is for. Pure.
import type { Spoken } from '../peer/hearing.ts';
import type { TextFields } from '../wire/message-text.ts';
import { octetsFromText } from '../wire/message-text.ts';

/** Octets and texts of a value at any depth, as text that can be searched. */
function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  if (typeof value !== 'string') return [];
  const isOctets = /^(hex|utf8|base64):/.test(value);
  return isOctets ? [value, Buffer.from(octetsFromText(value)).toString('utf8')] : [value];
}

function searched({ name, fields }: Spoken): TextFields {
  if (name !== 'Payload') return fields;
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== 'batch'));
}

/**
 * Where a testee said what it has to keep to itself, one sentence for each message and text.
 *
 * @param texts - Compared without regard to case.
 */
export function saidOf(spoken: readonly Spoken[], texts: readonly string[]): string[] {
  return spoken
    .filter(({ side }) => side === 'testee')
    .flatMap((message) => {
      const said = textsIn(searched(message)).map((text) => text.toLowerCase());
      return texts
        .filter((text) => said.some((found) => found.includes(text.toLowerCase())))
        .map((text) => `its ${message.name} says ${JSON.stringify(text)}`);
    });
}

/** Texts that no message of the testee's holds though one has to, one sentence for each. */
export function unsaidOf(spoken: readonly Spoken[], texts: readonly string[]): string[] {
  const said = spoken
    .filter(({ side }) => side === 'testee')
    .flatMap((one) => textsIn(searched(one)));
  return texts
    .filter((text) => !said.some((found) => found.includes(text)))
    .map((text) => `none of its messages says ${JSON.stringify(text)}`);
}
