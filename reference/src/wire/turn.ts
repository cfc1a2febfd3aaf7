// The draft capability `turn` on the wire (spec/draft/turn.md): its numbers, and its one message.
// The numbers are of private use, as those of every draft, so that a draft that changes never
// meets what is published one day. Knows nothing of when a Turn may come.
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import { Turn } from './gen/fhirpeersync/v1alpha1/turn.ts';
import type { GreaseOctets } from './message-codec.ts';
import type { MessageShape } from './message-shape.ts';
import { isViolation, type Violation } from './violation.ts';
import { checkWireFormat } from './wire-format.ts';

/** Id of the capability while it is a draft (PSP-TURN-1). */
export const TURN_CAPABILITY = 16_387;

/** Type octet of Turn while it is a draft (PSP-TURN-3). */
export const TURN_TYPE = 0x73;

/** The fields of Turn: none. */
export const turnShape: MessageShape = { name: 'Turn', fields: [undefined] };

/** Whether a plain text is a Turn, where the capability was agreed on. */
export function isTurn(body: Uint8Array): boolean {
  return body[0] === TURN_TYPE;
}

/** Encodes Turn as the plain text of a sealed frame. */
export function encodeTurn(grease?: GreaseOctets): Uint8Array {
  const writer = Turn.encode(Turn.decode(new Uint8Array(0)), new BinaryWriter().uint32(TURN_TYPE));
  if (grease !== undefined) writer.raw(grease);
  return writer.finish();
}

/** What is wrong with the encoding of a Turn; undefined: nothing. */
export function turnFault(body: Uint8Array): Violation | undefined {
  const octets = new Uint8Array(body.buffer, body.byteOffset + 1, body.byteLength - 1);
  const checked = checkWireFormat(octets, turnShape);
  return isViolation(checked) ? checked : undefined;
}
