// Texts that a testee's messages may not hold, and those that they have to. Entries of Payloads are
// not looked at: carrying them is what a session is for. Pure.
import type { Spoken } from '../peer/hearing.ts';
import type { TextFields } from '../wire/message-text.ts';
import { octetsFromText } from '../wire/message-text.ts';

/** Shorter texts occur in random octets by chance: they are looked for in texts alone. */
const markerOctets = 8;

/** A value of a message, as text that can be searched. */
interface Searchable {
  readonly text: string;
  readonly isOctets: boolean;
}

/** Octets and texts of a value at any depth. */
function textsIn(value: unknown): Searchable[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(textsIn);
  if (typeof value !== 'string') return [];
  if (!/^(hex|utf8|base64):/.test(value)) return [{ text: value, isOctets: false }];
  return [{ text: Buffer.from(octetsFromText(value)).toString('utf8'), isOctets: true }];
}

/** Whether a text stands in a value. */
function holds({ text, isOctets }: Searchable, wanted: string): boolean {
  return (!isOctets || Buffer.byteLength(wanted) >= markerOctets) && text.includes(wanted);
}

function searched({ name, fields }: Spoken): TextFields {
  if (name !== 'Payload') return fields;
  return Object.fromEntries(Object.entries(fields).filter(([field]) => field !== 'batch'));
}

/**
 * Where a testee said what it has to keep to itself, one sentence for each message and text.
 *
 * @param texts - Compared without regard to case. In octets only those of 8 or more are looked for:
 *   tags, keys and nonces hold any short text once in a while.
 */
export function saidOf(spoken: readonly Spoken[], texts: readonly string[]): string[] {
  return spoken
    .filter(({ side }) => side === 'testee')
    .flatMap((message) => {
      const said = textsIn(searched(message)).map(({ text, isOctets }) => {
        return { text: text.toLowerCase(), isOctets };
      });
      return texts
        .filter((text) => said.some((found) => holds(found, text.toLowerCase())))
        .map((text) => `its ${message.name} says ${JSON.stringify(text)}`);
    });
}

/** Texts that no message of the testee's holds though one has to, one sentence for each. */
export function unsaidOf(spoken: readonly Spoken[], texts: readonly string[]): string[] {
  const said = spoken
    .filter(({ side }) => side === 'testee')
    .flatMap((one) => textsIn(searched(one)));
  return texts
    .filter((text) => !said.some((found) => holds(found, text)))
    .map((text) => `none of its messages says ${JSON.stringify(text)}`);
}
