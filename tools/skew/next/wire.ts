// What an invented next version puts on the wire and reads there: wire version 2 beside 1, a
// capability, new fields in every message, a message that may be ignored. Nobody speaks it and none
// of its numbers is reserved by it. Its fields are those of tools/vectors/next/next.proto.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { variantKey, type NextVariant } from './variant.ts';

const variant = process.env[variantKey] as NextVariant | undefined;

/** The wire versions that it speaks. */
export const versions: readonly number[] = variant === 'next-only' ? [2] : [2, 1];

/** The invented capability: its Progress is sent as a critical message where it was agreed on. */
export const capability = {
  id: 4000,
  critical: variant === 'next-critical',
  value: Uint8Array.of(1, 2, 3),
};

const PROGRESS_IGNORABLE = 0xa0;
const PROGRESS_CRITICAL = 0x20;
/** In version 2 all of Initiate and Accept but the invariants is inside of this field. */
const WRAPPED_FIELD = 100;

let isAgreed = false;

interface Offering {
  readonly capabilities: readonly { readonly id: number }[];
}

/** Takes what Accept settled. */
export function agree({ capabilities }: Offering): void {
  isAgreed = capabilities.some(({ id }) => id === capability.id);
}

/** The invented capability, if it was offered; settles it. */
export function taken(initiate: Offering): number[] {
  agree(initiate);
  return isAgreed ? [capability.id] : [];
}

/** The highest version in common. */
export function chosen(offered: readonly number[]): number | undefined {
  return versions.find((version) => offered.includes(version));
}

/** Whether a type is the message that the capability allows. */
export function isAgreedType(typeOctet: number): boolean {
  return isAgreed && typeOctet === PROGRESS_CRITICAL;
}

/** A whole Progress, type octet included. */
export function progress(): Uint8Array {
  const type = isAgreed ? PROGRESS_CRITICAL : PROGRESS_IGNORABLE;
  return Uint8Array.of(type, 0x08, 0x2a);
}

interface Field {
  readonly type: string;
  readonly number: number;
}

function readAdditions(): Map<string, Field[]> {
  const path = join(import.meta.dirname, '../../vectors/next/next.proto');
  const messages = readFileSync(path, 'utf8').matchAll(/^message (\w+) \{\n([^}]*)\}/gm);
  return new Map(
    [...messages].map(([, name = '', body = '']) => {
      const fields = [...body.matchAll(/(\w+) \w+ = (\d+);/g)];
      return [name, fields.map(([, type = '', number]) => ({ type, number: Number(number) }))];
    }),
  );
}

const added = readAdditions();

function write(writer: BinaryWriter, name: string, depth: number): BinaryWriter {
  for (const { type, number } of added.get(name) ?? []) {
    if (type === 'uint32' || type === 'uint64') {
      writer.tag(number, WireType.Varint).uint32(300);
    } else if (!added.has(type)) {
      writer.tag(number, WireType.LengthDelimited).bytes(Uint8Array.of(0x6e, 0x65, 0x78, 0x74));
    } else if (depth > 0) {
      write(writer.tag(number, WireType.LengthDelimited).fork(), type, depth - 1).join();
    }
  }
  return writer;
}

/** The new fields of a message, encoded. */
export function additions(name: string): Uint8Array {
  return write(new BinaryWriter(), name, 2).finish();
}

/** An encoded message as its version has it. */
export function encoded(name: string, value: unknown, body: Uint8Array): Uint8Array {
  const { versions: offered, version } = value as { versions?: number[]; version?: number };
  const isWrapped =
    (name === 'Initiate' && offered?.includes(1) === false) || (name === 'Accept' && version === 2);
  if (!isWrapped) return body;
  const writer = new BinaryWriter().uint32(body[0] ?? 0);
  if (name === 'Accept') writer.tag(1, WireType.Varint).uint32(2);
  else writer.tag(1, WireType.LengthDelimited).bytes(Uint8Array.of(...(offered ?? [])));
  return writer.tag(WRAPPED_FIELD, WireType.LengthDelimited).bytes(body.subarray(1)).finish();
}

/** The fields of a message of version 2, if it is one; or the octets as they are. */
export function unwrapped(name: string, octets: Uint8Array): Uint8Array {
  if (name !== 'Initiate' && name !== 'Accept') return octets;
  try {
    const reader = new BinaryReader(octets);
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      if (number === WRAPPED_FIELD && wireType === WireType.LengthDelimited) return reader.bytes();
      reader.skip(wireType, number);
    }
  } catch {
    // What is no protobuf is the reader's to refuse.
  }
  return octets;
}
