// Judges of streams, bodies and compressed batches.
import { isFault, KitError } from '../fault.ts';
import { inflate } from '../wire/deflate.ts';
import { FrameReader } from '../wire/frame.ts';
import { limits } from '../wire/limits.ts';
import { decodeToText, encodeText, messageFromText, messageToText } from '../wire/message-text.ts';
import type { TextFields, TextValue } from '../wire/message-text.ts';
import { fromHex, toHex } from '../wire/octets.ts';
import { fieldsOf, schemaNamed } from '../wire/schema.ts';
import type { FieldShape } from '../wire/schema.ts';
import { accepted, difference, inputText, judgeFault, memberOf, textIn } from './vector.ts';
import type { Judge, Vector } from './vector.ts';

interface Cut {
  readonly bodies: readonly string[];
  readonly error: string | undefined;
}

function cut(pieces: readonly Uint8Array[], limit: number): Cut {
  const reader = new FrameReader();
  const bodies: string[] = [];
  for (const piece of pieces) {
    reader.push(piece);
    for (;;) {
      const body = reader.take(limit);
      if (isFault(body)) return { bodies, error: body.code };
      if (body === undefined) break;
      bodies.push(toHex(body));
    }
  }
  return { bodies, error: reader.end()?.code };
}

/** Whole, octet by octet, in two near the beginning and then ever further apart (PSP-FRAME-8). */
function* deliveries(stream: Uint8Array): Generator<readonly Uint8Array[]> {
  yield [stream];
  yield Array.from(stream, (octet) => Uint8Array.of(octet));
  for (let at = 1; at < stream.length; at += at < 16 ? 1 : at) {
    yield [stream.subarray(0, at), stream.subarray(at)];
  }
}

/** A stream, cut by a limit. */
export const judgeStream: Judge = (vector, parameters) => {
  const limit = parameters['limit'];
  if (typeof limit !== 'number') throw new KitError('a reader without limit');
  const expected =
    vector.result === 'valid' ? vector.expect : { bodies: vector.bodies ?? [], end: vector.error };
  for (const pieces of deliveries(fromHex(inputText(vector)))) {
    const { bodies, error } = cut(pieces, limit);
    const wrong = difference('stream', { bodies, end: error ?? 'boundary' }, expected);
    if (wrong !== undefined) return `in ${pieces.length} pieces: ${wrong}`;
  }
  return undefined;
};

function prefixed(shape: FieldShape, value: TextValue): TextValue {
  if (Array.isArray(value)) {
    return value.map((item: TextValue) => prefixed(shape, item));
  }
  if (shape.kind === 'bytes' && typeof value === 'string') return `hex:${value}`;
  if (shape.message === undefined || typeof value !== 'object') return value;
  return fieldsFromVector(shape.message.name, value as TextFields);
}

/** The kit's text form of fields as vectors give them: octets there are hex without a prefix. */
export function fieldsFromVector(name: string, fields: TextFields): TextFields {
  const schema = schemaNamed(name);
  const entries = Object.entries(fields).map(([field, value]) => {
    const shape = fieldsOf(schema).find((candidate) => candidate.name === field);
    if (shape === undefined) throw new KitError(`${name} has no field ${field}`);
    return [field, prefixed(shape, value)] as const;
  });
  return Object.fromEntries(entries);
}

/** The same message in the form that a reader gives: defaults left out, `utf8:` where it fits. */
export function normalFields(name: string, fields: TextFields): TextFields {
  return messageToText(messageFromText(schemaNamed(name), fieldsFromVector(name, fields)));
}

/** Unknown fields are ignored (PSP-MSG-7), and no vector lists them. */
function withoutUnknown(value: TextValue): TextValue {
  if (Array.isArray(value)) return value.map(withoutUnknown);
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => name !== '$unknown');
  return Object.fromEntries(kept.map(([name, field]) => [name, withoutUnknown(field)]));
}

/** A body in clear: type octet and encoding. */
export const judgeBody: Judge = (vector) => {
  const body = fromHex(inputText(vector));
  const read = decodeToText(body);
  if (isFault(read)) return judgeFault(vector, read);
  if (vector.result === 'invalid') return accepted(vector);
  const name = textIn(vector.expect, 'type');
  const wrong = difference('type', read.name, name);
  if (wrong !== undefined || name === 'Ignorable') return wrong;
  const given = memberOf(vector.expect, 'fields') as TextFields;
  const fields = normalFields(name, given);
  return (
    difference('fields', withoutUnknown(read.fields), fields) ??
    judgeWriting(vector, name, given, body)
  );
};

/** What comes of writing the fields: the input itself, or octets that say the same. */
function judgeWriting(
  { encode }: Vector,
  name: string,
  given: TextFields,
  body: Uint8Array,
): string | undefined {
  if (encode === undefined) return 'the vector does not say how the message is written again';
  const written = encodeText(name, fieldsFromVector(name, given));
  if (encode === 'exact') return difference('encoding', toHex(written), toHex(body));
  const again = decodeToText(written);
  if (isFault(again)) return `what is written again is refused: ${again.detail}`;
  const fields = withoutUnknown(again.fields);
  return difference('fields, written again', fields, normalFields(name, given));
}

/** A compressed batch. */
export const judgeInflate: Judge = (vector, parameters) => {
  const wrong = difference('ratio', parameters['ratio_max'], limits.deflateRatio);
  if (wrong !== undefined) return wrong;
  const declared = memberOf(vector.input, 'uncompressed_octets');
  if (typeof declared !== 'number') throw new KitError('no declared length');
  const octets = inflate(fromHex(textIn(vector.input, 'batch')), declared);
  if (isFault(octets)) return judgeFault(vector, octets);
  return accepted(vector) ?? difference('octets', toHex(octets), vector.expect);
};
