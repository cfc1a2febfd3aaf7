// A connection between two endpoints, and what an onlooker reads of it: the first message of each
// direction. Reads octets with nothing of the reference's, so that what was agreed on is not the
// endpoints' own word.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** Field numbers and values of a message; varints as numbers, the rest as octets. */
export type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** What went over a connection first. */
export interface Overheard {
  /** Messages by the octet of their type; the first of each type. */
  readonly messages: ReadonlyMap<number, Fields>;
}

/** Type octets of the messages that are frozen for every version (PSP-INV-2). */
export const frozenTypes = { Initiate: 0x01, Accept: 0x02, Reject: 0x03 } as const;

/** Reads protobuf as numbers and octets, up to what cannot be read. */
export function readFields(octets: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>();
  const reader = new BinaryReader(octets);
  try {
    while (reader.pos < reader.len) {
      const [number, wireType] = reader.tag();
      const values = fields.get(number) ?? [];
      if (wireType === WireType.Varint) values.push(reader.uint32());
      else if (wireType === WireType.LengthDelimited) values.push(reader.bytes());
      else reader.skip(wireType, number);
      fields.set(number, values);
    }
  } catch {
    // Half a message is all that there is to see.
  }
  return fields;
}

/** Collects the first frame of each direction: Initiate, and Accept or Reject. */
class Onlooker {
  readonly messages = new Map<number, Fields>();
  #octets = Buffer.alloc(0);
  #isDone = false;

  take(chunk: Buffer): void {
    if (this.#isDone) return;
    this.#octets = Buffer.concat([this.#octets, chunk]);
    const length = this.#octets.length < 4 ? Infinity : this.#octets.readUInt32BE(0);
    if (this.#octets.length < 4 + length) return;
    this.#isDone = true;
    const body = this.#octets.subarray(4, 4 + length);
    this.messages.set(body[0] ?? 0, readFields(body.subarray(1)));
  }
}

/** A port to dial in place of another one. */
export interface Relay {
  readonly port: number;
  heard(): Overheard;
  close(): void;
}

/** Opens a port whose first connection goes on to `target`. */
export async function openRelay(target: number): Promise<Relay> {
  const [there, back] = [new Onlooker(), new Onlooker()];
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (from) => {
    const to = connect({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    sockets.push(from, to);
    from.on('data', (chunk: Buffer) => there.take(chunk)).pipe(to);
    to.on('data', (chunk: Buffer) => back.take(chunk)).pipe(from);
    // An endpoint tells of its own broken connection.
    for (const socket of [from, to]) socket.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => ({ messages: new Map([...there.messages, ...back.messages]) }),
    close: () => {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
