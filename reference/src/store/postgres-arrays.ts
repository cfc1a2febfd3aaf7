// Columns of many rows as PostgreSQL's binary arrays: a thousand rows are one statement, and octets
// stay octets. Knows the form of arrays on PostgreSQL's wire (array_send in its sources).

/** The element types that the store uses, by their object ids in pg_type. */
const elementTypes = { octets: 17, long: 20, integer: 23, text: 25 } as const;

/** The type of a column. */
export type ElementType = keyof typeof elementTypes;

/** A value of a column; long: bigint, integer: number. */
export type Element = Uint8Array | string | number | bigint | null;

const headOctets = 20;
const nullLength = -1;

/** One column. @throws RangeError where a value does not fit its type. */
export function encodeArray(type: ElementType, values: readonly Element[]): Uint8Array {
  const isText = type === 'text';
  const lengths = values.map((value) => (value === null ? nullLength : lengthOf(value, type)));
  const total = lengths.reduce((sum, length) => sum + 4 + Math.max(0, length), headOctets);
  const array = Buffer.allocUnsafeSlow(values.length === 0 ? headOctets - 8 : total);
  array.writeInt32BE(values.length === 0 ? 0 : 1, 0);
  array.writeInt32BE(lengths.includes(nullLength) ? 1 : 0, 4);
  array.writeInt32BE(elementTypes[type], 8);
  if (values.length === 0) return array;
  array.writeInt32BE(values.length, 12);
  array.writeInt32BE(1, 16);
  let at = headOctets;
  values.forEach((value, index) => {
    const length = lengths[index] ?? nullLength;
    array.writeInt32BE(length, at);
    at += 4;
    if (value === null) return;
    if (typeof value === 'bigint') array.writeBigInt64BE(value, at);
    else if (typeof value === 'number') array.writeInt32BE(value, at);
    else if (typeof value === 'string' && isText) array.write(value, at, 'utf8');
    else array.set(value as Uint8Array, at);
    at += length;
  });
  return array;
}

/** Columns of rows, each row in the order of the types. */
export function encodeColumns(
  types: readonly ElementType[],
  rows: readonly (readonly Element[])[],
): Uint8Array[] {
  return types.map((type, column) =>
    encodeArray(
      type,
      rows.map((row) => row[column] ?? null),
    ),
  );
}

function lengthOf(value: Exclude<Element, null>, type: ElementType): number {
  if (type === 'long') return 8;
  if (type === 'integer') return 4;
  return typeof value === 'string'
    ? Buffer.byteLength(value, 'utf8')
    : (value as Uint8Array).length;
}
