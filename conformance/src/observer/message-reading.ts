// Values of decoded messages by the name of their field, defaults put in. It judges nothing.
import { KitError } from '../fault.ts';
import { isMessageValue, type MessageValue, type Value } from '../wire/message-codec.ts';
import { enumName, fieldsOf } from '../wire/schema.ts';

/** The octets of a field of type bytes; none where it is absent. */
export function octetsIn(message: MessageValue, name: string): Uint8Array {
  const value = message.fields.get(name) ?? new Uint8Array();
  if (!(value instanceof Uint8Array)) throw new KitError(`${name} is no octet string`);
  return value;
}

/** The text of a string field; empty where it is absent. */
export function textIn(message: MessageValue, name: string): string {
  const value = message.fields.get(name) ?? '';
  if (typeof value !== 'string') throw new KitError(`${name} is no string`);
  return value;
}

/** The number in a uint32, uint64 or enum field; 0 where it is absent. */
export function numberIn(message: MessageValue, name: string): bigint {
  const value = message.fields.get(name) ?? 0n;
  if (typeof value === 'number') return BigInt(value);
  if (typeof value !== 'bigint') throw new KitError(`${name} is no number`);
  return value;
}

/** The short name of an enum field's value, or its number in decimal. */
export function enumIn(message: MessageValue, name: string): string {
  const shape = fieldsOf(message.schema).find((field) => field.name === name);
  if (shape?.enum === undefined) throw new KitError(`${name} is no enum`);
  return `${enumName(shape.enum, Number(numberIn(message, name)))}`;
}

/** The message in a field, undefined where it is absent. */
export function nestedIn(message: MessageValue, name: string): MessageValue | undefined {
  const value = message.fields.get(name);
  return isMessageValue(value) ? value : undefined;
}

function listOf(message: MessageValue, name: string): readonly Value[] {
  const value = message.fields.get(name) ?? [];
  if (!Array.isArray(value)) throw new KitError(`${name} is no list`);
  return value as readonly Value[];
}

/** The messages of a repeated field. */
export function messagesIn(message: MessageValue, name: string): readonly MessageValue[] {
  return listOf(message, name).filter(isMessageValue);
}

/** The numbers of a repeated field. */
export function numbersIn(message: MessageValue, name: string): readonly number[] {
  return listOf(message, name).filter((value) => typeof value === 'number');
}

/** Entries by type from a list of counts, without zeros; sums where a type stands twice. */
export function countsIn(message: MessageValue, name: string): Map<string, bigint> {
  const counts = new Map<string, bigint>();
  for (const item of messagesIn(message, name)) {
    const entries = numberIn(item, 'entries');
    const type = textIn(item, 'resource_type');
    if (entries > 0n) counts.set(type, (counts.get(type) ?? 0n) + entries);
  }
  return counts;
}

/** Whether two counts by key are the same. */
export function sameCounts(
  left: ReadonlyMap<string, bigint>,
  right: ReadonlyMap<string, bigint>,
): boolean {
  return left.size === right.size && [...left].every(([key, count]) => right.get(key) === count);
}
