import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MESSAGE_ELEMENTS } from './limits.ts';
import { batchShape, messageShapes, type MessageShape } from './message-shape.ts';
import { Ack, Batch, ErrorCode, Request } from './messages.ts';
import { chunk, join, number, pattern, tag, utf8, varint } from './testing/octets.ts';
import { isViolation, type Violation } from './violation.ts';
import { checkWireFormat, countFirstField, readUint32Field } from './wire-format.ts';

const seeded = { seed: 20_261_122, numRuns: 500 };
const { Abort, Initiate } = messageShapes;
const root = fileURLToPath(new URL('../../../', import.meta.url));

const check = (
  octets: readonly number[] | Uint8Array,
  shape: MessageShape = Abort,
): Uint8Array | Violation => checkWireFormat(Uint8Array.from(octets), shape);

const refusal = (requirement: string): object => ({
  code: ErrorCode.MALFORMED_MESSAGE,
  requirement,
});

describe('checkWireFormat refuses', () => {
  const bad: readonly [string, string, readonly number[]][] = [
    ['PSP-MSG-8', 'a tag of 0', [0]],
    ['PSP-MSG-8', 'field number 0 of every wire type', tag(0, 2)],
    ['PSP-MSG-8', 'a padded tag of 0', [0x80, 0x80, 0]],
    ['PSP-MSG-8', 'wire type 6', tag(1, 6)],
    ['PSP-MSG-8', 'wire type 7', tag(99, 7)],
    ['PSP-MSG-8', 'an end-group without its group', tag(1, 4)],
    ['PSP-MSG-14', 'a group', [...tag(99, 3), ...tag(99, 4)]],
    ['PSP-MSG-15', 'a tag of 6 octets', [...varint(8, 6), 1]],
    ['PSP-MSG-15', 'a tag above 32 bits', [...varint(2n ** 32n + 8n), 1]],
    ['PSP-MSG-8', 'a tag that does not end', [0x88]],
    ['PSP-MSG-8', 'a tag without its value', tag(1, 0)],
    ['PSP-MSG-8', 'a varint of 11 octets', [...tag(4, 0), ...varint(1, 11)]],
    ['PSP-MSG-8', 'a varint that does not end', [...tag(4, 0), 0x80, 0x80]],
    ['PSP-MSG-8', 'an unknown varint that does not end', [...tag(99, 0), 0xff]],
    ['PSP-MSG-8', 'a length past the end', [...tag(3, 2), 5, 1, 2, 3, 4]],
    ['PSP-MSG-8', 'an unknown length past the end', [...tag(99, 2), 1]],
    ['PSP-MSG-8', 'a length of 2^32', [...tag(3, 2), ...varint(2n ** 32n)]],
    ['PSP-MSG-8', 'a length of 2^63', [...tag(3, 2), ...varint(2n ** 63n)]],
    ['PSP-MSG-8', 'a fixed32 cut short', [...tag(99, 5), 1, 2, 3]],
    ['PSP-MSG-8', 'a fixed64 cut short', [...tag(99, 1), 1, 2, 3, 4, 5, 6, 7]],
    ['PSP-MSG-9', 'a lone continuation octet', chunk(3, [0x80])],
    ['PSP-MSG-9', 'an overlong form', chunk(3, [0xc0, 0xaf])],
    ['PSP-MSG-9', 'a surrogate', chunk(3, [0xed, 0xa0, 0x80])],
    ['PSP-MSG-9', 'a character cut short', chunk(3, [0x61, 0xe2, 0x82])],
    [
      'PSP-MSG-9',
      'bad text in an occurrence that does not count',
      [...chunk(3, [0xff]), ...chunk(3, [0x61])],
    ],
  ];

  it.each(bad)('%s: %s', (requirement, _, octets) => {
    expect(check(octets)).toMatchObject(refusal(requirement));
    // Good fields before it change nothing.
    expect(check([...number(1, 16), ...octets])).toMatchObject(refusal(requirement));
  });

  it('PSP-MSG-8: a nested field longer than its parent, though the message goes on', () => {
    // What is taken from the parent's next field leaves a message that reads well.
    for (const inner of [[...tag(1, 2), 2], [...tag(9, 2), 2], tag(9, 5)]) {
      const octets = [...chunk(7, inner), ...number(5, 1), ...number(5, 1)];
      expect(check(octets, messageShapes.Request)).toMatchObject(refusal('PSP-MSG-8'));
    }
    const packed = [...tag(1, 2), 1, 0x80, ...number(9, 1)];
    expect(check(packed, Initiate)).toMatchObject(refusal('PSP-MSG-8'));
  });

  it('PSP-MSG-9: bad text anywhere in a batch', () => {
    const change = chunk(5, chunk(4, [0xff]));
    expect(check(chunk(1, change), batchShape)).toMatchObject(refusal('PSP-MSG-9'));
    expect(check(chunk(1, chunk(3, [0xff])), batchShape)).toHaveLength(5);
  });

  it('PSP-MSG-21: more elements than any use needs, before an object is made of them', () => {
    const list = (items: number): Uint8Array => {
      const octets = new Uint8Array(2 * items);
      for (let index = 0; index < octets.length; index += 2) octets[index] = 0x12;
      return octets;
    };
    expect(check(list(MESSAGE_ELEMENTS), messageShapes.Ack)).toHaveLength(2 * MESSAGE_ELEMENTS);
    expect(check(list(MESSAGE_ELEMENTS + 1), messageShapes.Ack)).toMatchObject(
      refusal('PSP-MSG-21'),
    );
    // Unknown fields cost as much.
    expect(check(list(MESSAGE_ELEMENTS + 1), messageShapes.KeepAlive)).toMatchObject(
      refusal('PSP-MSG-21'),
    );
    // Long elements may be more.
    const long = join(
      ...Array.from({ length: MESSAGE_ELEMENTS + 1 }, () =>
        chunk(2, Array<number[]>(7).fill(number(1, 1)).flat()),
      ),
    );
    expect(check(long, messageShapes.Ack)).toHaveLength(long.length);
  });
});

describe('checkWireFormat accepts', () => {
  const good: readonly [string, string, readonly number[]][] = [
    ['PSP-MSG-1', 'no field at all', []],
    ['PSP-MSG-4', 'a value of 10 octets', [...tag(4, 0), ...varint(7, 10)]],
    ['PSP-MSG-4', 'a tag of 5 octets', [...varint(8, 5), 1]],
    ['PSP-MSG-4', 'a length of 10 octets', [...tag(3, 2), ...varint(1, 10), 0x61]],
    ['PSP-MSG-7', 'the largest field number', number(536_870_911, 1)],
    ['PSP-MSG-7', 'a known field with another wire type', chunk(4, [0xff])],
    ['PSP-MSG-7', 'a string field as a varint', number(3, 1)],
    ['PSP-MSG-9', 'text beyond ASCII', chunk(3, utf8('é€𝄞\u0000'))],
  ];

  it.each(good)('%s: %s', (_, __, octets) => {
    expect(check(octets)).toEqual(Uint8Array.from(octets));
  });

  it('PSP-MSG-3: leaves a message without duplicates untouched, octets and all', () => {
    const octets = join(chunk(7, number(1, 3)), number(5, 1));
    expect(checkWireFormat(octets, messageShapes.Request)).toBe(octets);
  });
});

describe('merging', () => {
  it('PSP-MSG-3: joins the occurrences of a message field, at any depth', () => {
    const window = join(
      chunk(7, [...number(1, 3), ...number(2, 9)]),
      chunk(1, pattern(16)),
      chunk(7, number(1, 4)),
    );
    const request = Request.decode(check(window, messageShapes.Request) as Uint8Array);
    expect(request.window).toMatchObject({ maxUnackedPayloads: 4, maxUnackedOctets: 9n });
    const id = [...chunk(1, chunk(1, pattern(16))), ...chunk(1, number(2, 5))];
    const entry = [...chunk(5, id), ...chunk(4, chunk(1, utf8('7'))), ...chunk(4, chunk(2, []))];
    const merged = check([...chunk(1, entry), ...chunk(1, [])], batchShape) as Uint8Array;
    const { entries } = Batch.decode(merged);
    expect(entries).toHaveLength(2);
    expect(entries[0]).toMatchObject({
      base: { versionId: '7', lastUpdated: '' },
      changes: [{ id: { replicaId: pattern(16), counter: 5n } }],
    });
  });

  it('PSP-MSG-11: keeps unknown fields, in merged messages too', () => {
    const base = [...chunk(4, number(99, 1)), ...number(77, 2), ...chunk(4, number(98, 3))];
    const merged = check(chunk(1, base), batchShape) as Uint8Array;
    const [entry] = Batch.decode(merged).entries;
    expect(entry?._unknownFields).toEqual({ [77 << 3]: [Uint8Array.of(2)] });
    expect(entry?.base?._unknownFields).toEqual({
      [98 << 3]: [Uint8Array.of(3)],
      [99 << 3]: [Uint8Array.of(1)],
    });
  });

  it('PSP-MSG-3: merges what only the joined bodies hold twice', () => {
    const leaf: MessageShape = { name: 'Leaf', fields: [undefined, { kind: 'varint' }] };
    const holding = (shape: MessageShape): MessageShape => ({
      name: 'Holder',
      fields: [undefined, { kind: 'message', shape }],
    });
    const outer = holding(holding(leaf));
    const once = (value: number): number[] => chunk(1, chunk(1, number(1, value)));
    const merged = chunk(1, chunk(1, [...number(1, 7), ...number(1, 8)]));
    expect(check([...once(7), ...once(8)], outer)).toEqual(Uint8Array.from(merged));
  });

  it('PSP-MSG-3: merges lists inside a merged message by appending', () => {
    const type = (name: string): number[] => chunk(4, chunk(1, chunk(1, utf8(name))));
    const merged = check([...type('A'), ...type('B')], messageShapes.Request) as Uint8Array;
    expect(Request.decode(merged).params?.types.map((item) => item.resourceType)).toEqual([
      'A',
      'B',
    ]);
  });

  it('PSP-MSG-3: very many occurrences cost linear work', () => {
    const octets = join(...Array.from({ length: 60_000 }, () => chunk(3, number(1, 1))));
    const merged = check(octets, messageShapes.Ack) as Uint8Array;
    expect(Ack.decode(merged).window?.maxUnackedPayloads).toBe(1);
    expect(merged.length).toBe(1 + 3 + 2 * 60_000);
  });
});

/** What an independent decoder makes of the octets, as JSON with fields in order. */
function convert(type: string, octets: Uint8Array): unknown {
  const args = ['node_modules/@bufbuild/buf/bin/buf', 'convert', 'proto', '--type'];
  args.push(`fhirpeersync.v1.${type}`, '--from', '-#format=binpb', '--to', '-#format=json');
  const json = execFileSync(process.execPath, args, {
    cwd: root,
    input: octets,
    encoding: 'utf8',
    stdio: 'pipe',
  });
  return JSON.parse(json);
}

describe('against an independent decoder', () => {
  const wild: readonly [keyof typeof messageShapes, Uint8Array][] = [
    ['Request', join(chunk(7, number(2, 9)), number(5, 2), chunk(7, number(1, 4)), chunk(4, []))],
    ['Abort', join(number(4, 1), varint(8, 5), varint(16, 10), chunk(3, utf8('é')), number(4, 7))],
    [
      'Initiate',
      join(chunk(1, [1, 2, 0xac, 2]), number(1, 9), chunk(7, number(1, 1)), chunk(7, [])),
    ],
    ['Ack', join(chunk(2, []), chunk(3, []), chunk(3, number(2, 2n ** 63n)))],
  ];

  it.each(wild)('PSP-MSG-3: %s means the same before and after', (name, octets) => {
    const checked = check(octets, messageShapes[name]) as Uint8Array;
    expect(convert(name, checked)).toEqual(convert(name, octets));
  });

  it('PSP-MSG-8: what is refused here is refused there', () => {
    for (const octets of [[0], tag(1, 4), tag(1, 6), chunk(3, [0xff]), [...tag(3, 2), 9]]) {
      expect(isViolation(check(octets))).toBe(true);
      expect(() => convert('Abort', Uint8Array.from(octets))).toThrow();
    }
  });
});

describe('random octets', () => {
  it('PSP-MSG-8: what passes is decoded whole; what does not is a value', () => {
    const field = fc
      .tuple(fc.integer({ min: 1, max: 9 }), fc.constantFrom(0, 1, 2, 5), fc.uint8Array())
      .map(([name, wireType, octets]) =>
        wireType === 2 ? chunk(name, octets) : join(tag(name, wireType), octets),
      );
    const octets = fc.array(fc.oneof(field, fc.uint8Array({ maxLength: 8 })), { maxLength: 6 });
    let passed = 0;
    fc.assert(
      fc.property(octets, (parts) => {
        const whole = join(...parts);
        const checked = check(whole, batchShape);
        if (isViolation(checked)) return;
        passed += 1;
        expect(Batch.decode(checked).entries.length).toBe(countFirstField(checked));
      }),
      seeded,
    );
    expect(passed).toBeGreaterThan(50);
  });
});

describe('readUint32Field', () => {
  it('PSP-INV-3: reads packed and unpacked values among anything', () => {
    const octets = join(
      chunk(9, [0xff]),
      number(1, 3),
      chunk(1, [1, ...varint(300)]),
      chunk(1, []),
      [...tag(1, 5), 1, 2, 3, 4],
      [...tag(1, 0), ...varint(2n ** 32n + 5n)],
    );
    expect(readUint32Field(octets, 1)).toEqual([3, 1, 300, 5]);
  });

  it('PSP-MSG-8: refuses what is not protobuf', () => {
    expect(readUint32Field(Uint8Array.of(0), 1)).toMatchObject(refusal('PSP-MSG-8'));
    expect(readUint32Field(Uint8Array.from([...tag(1, 2), 1, 0x80]), 1)).toMatchObject(
      refusal('PSP-MSG-8'),
    );
  });
});
