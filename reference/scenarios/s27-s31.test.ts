// S27 to S31: how sessions end, well or not. Whatever ends one, the next goes on where it stopped,
// and the server gets every edit once.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import {
  codeSecret,
  listenTcp,
  Ours,
  SelectionMode,
  sendFrom,
  type ByteStream,
} from '../src/index.ts';
import type { Device } from './device.ts';
import { accessCode, bothTell, meet, tell, type MeetOptions } from './meeting.ts';
import type { ReceivingOrder } from './receiving-process.ts';
import type { Server } from './server.ts';
import { scenario } from './site.ts';

const names = ['p', 'q', 'r', 's', 't', 'u'].map((id) => `Patient/${id}`);
const stored = (from: number, to: number): string[] =>
  names.slice(from, to).map((name) => `${name} STORED`);
const held = (to: number): string[] =>
  names.slice(0, to).map((name, n) => `${name} - [+a${n + 1}] () {"n":${n + 1}}`);

/** Six patients, of which two go into a Payload. */
async function createSix(device: Device): Promise<void> {
  for (const [n, name] of names.entries()) await device.creates(name, `"n":${n + 1}`);
}

/** The receiver brings all six to the server, once; the sender finds them there. */
async function uploadAll(server: Server, a: Device, b: Device): Promise<void> {
  expect(await b.uploads()).toEqual(names.map((name) => `${name} uploaded 0+1 v1`));
  expect(await a.uploads()).toEqual(names.map((name) => `${name} already-there 1+0 v1`));
  expect(server.asked()).toEqual([
    ...names.flatMap((name) => [`GET ${name} → 404`, `PUT ${name} If-None-Match * → 201`]),
    ...names.map((name) => `GET ${name} → 200`),
  ]);
  for (const [n, name] of names.entries()) {
    expect(server.versions(name)).toEqual([`{"n":${n + 1},@1}`]);
  }
  expect(await a.holds()).toEqual(await b.holds());
}

for (const over of ['memory', 'sockets'] as const) {
  scenario(
    'S27',
    async ({ server, a, b }) => {
      await createSix(a);
      const cut = await meet(a, b, {
        over,
        entriesMax: 2,
        afterStore: async (payload, sever) => {
          if (payload === 2) sever();
        },
      });
      // The second Payload is durable, and the sender can not know.
      expect(cut.receiver).toEqual(['interrupted', ...stored(0, 4)]);
      expect(cut.sender).toEqual(['interrupted', ...stored(0, 2)]);
      expect(await b.holds()).toEqual(held(4));
      await b.restarts();

      expect(await meet(a, b, { over, entriesMax: 2 })).toEqual(bothTell(...stored(4, 6)));
      expect(await b.holds()).toEqual(held(6));
      await uploadAll(server, a, b);
    },
    { variant: `between store and Ack, over ${over}` },
  );
}

scenario(
  'S27',
  async ({ server, a, b }) => {
    await createSix(a);
    let isTearing = false;
    const cut = await meet(a, b, {
      entriesMax: 2,
      afterStore: async (payload) => {
        isTearing = payload === 2;
      },
      through: (stream, side) => (side === 'sender' ? torn(stream, () => isTearing) : stream),
    });
    // Half a frame is nothing.
    expect(cut).toEqual({
      sender: ['interrupted', ...stored(0, 4)],
      receiver: ['interrupted', ...stored(0, 4)],
    });
    expect(await b.holds()).toEqual(held(4));
    expect(await meet(a, b, { entriesMax: 2 })).toEqual(bothTell(...stored(4, 6)));
    expect(await b.holds()).toEqual(held(6));
    await uploadAll(server, a, b);
  },
  { variant: 'in the middle of a Payload' },
);

/** A connection that breaks in the middle of the next write once it is told to. */
function torn(stream: ByteStream, isTearing: () => boolean): ByteStream {
  return {
    read: () => stream.read(),
    end: () => stream.end(),
    close: () => stream.close(),
    write: async (octets) => {
      if (!isTearing()) return stream.write(octets);
      await stream.write(octets.subarray(0, Math.floor(octets.length / 2)));
      stream.close();
    },
  };
}

/** A session whose receiver is a process that kills itself; what the sender tells. */
async function handOverToProcess(
  from: Device,
  path: string,
  dies: ReceivingOrder['dies'],
): Promise<readonly string[]> {
  const port = await listenTcp({ host: '127.0.0.1', port: 0 });
  const code = accessCode();
  const order: ReceivingOrder = { path, code, dies, ...port.address };
  const program = fileURLToPath(new URL('./receiving-process.ts', import.meta.url));
  const child = spawn(process.execPath, [program, JSON.stringify(order)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const gone = once(child, 'exit') as Promise<[number | null, string | null]>;
  // A process that never came would leave accept() waiting.
  void gone.then(() => port.close());
  try {
    const stream = await port.accept();
    const secrets = [codeSecret(code)];
    const result = await sendFrom(from.store, stream, { secrets, batch: { entriesMax: 2 } });
    expect(await gone).toEqual([null, 'SIGKILL']);
    return tell(result);
  } finally {
    child.kill('SIGKILL');
    port.close();
  }
}

scenario(
  'S28',
  async ({ server, a, b }) => {
    await createSix(a);
    await b.store.close();
    // The fourth row is the second one of Payload 2: nothing of either is to stay.
    const dies = { kind: 'after-row', row: 4 } as const;
    const told = await handOverToProcess(a, b.path, dies);
    expect(told).toEqual(['interrupted', ...stored(0, 2)]);
    await b.restarts();
    expect(await b.holds()).toEqual(held(2));
    expect(await b.archive()).toEqual([]);

    expect(await meet(a, b, { entriesMax: 2 })).toEqual(bothTell(...stored(2, 6)));
    expect(await b.holds()).toEqual(held(6));
    await uploadAll(server, a, b);
  },
  { stores: ['SQLite'] },
);

scenario(
  'S29',
  async ({ server, a, b }) => {
    await createSix(a);
    await b.store.close();
    const dies = { kind: 'before-ack', payload: 2 } as const;
    const told = await handOverToProcess(a, b.path, dies);
    // The sender knows of less than the receiver has.
    expect(told).toEqual(['interrupted', ...stored(0, 2)]);
    await b.restarts();
    expect(await b.holds()).toEqual(held(4));

    expect(await meet(a, b, { entriesMax: 2 })).toEqual(bothTell(...stored(4, 6)));
    expect(await b.holds()).toEqual(held(6));
    await uploadAll(server, a, b);
  },
  { stores: ['SQLite'] },
);

scenario('S30', async ({ server, a, b }) => {
  await createSix(a);
  expect(await meet(a, b, { over: 'sockets', entriesMax: 4 })).toEqual(
    bothTell('Patient: 6 STORED'),
  );
  // Nothing is left to send, and that is a complete session too.
  expect(await meet(a, b, { over: 'sockets' })).toEqual(bothTell());
  // Outcomes of every kind are counted alike on both sides.
  await a.edits('Patient/p', '"n":10');
  await b.edits('Patient/q', '"n":20');
  await a.edits('Patient/r', '"n":30');
  await b.edits('Patient/r', '"n":31');
  await a.creates('Patient/v', '"n":7');
  const full = { receiver: { mode: SelectionMode.FULL, strategy: Ours } };
  expect(await meet(a, b, { over: 'sockets', ...full })).toEqual(
    bothTell(
      'Patient: 1 CONFLICT_OURS',
      'Patient: 3 DUPLICATE',
      'Patient: 1 FAST_FORWARDED',
      'Patient: 1 STALE',
      'Patient: 1 STORED',
    ),
  );
  expect(await b.archive()).toEqual(['not-taken Patient/r - [+a3 a8] () {"n":30}']);
  expect(server.asked()).toEqual([]);
});

scenario(
  'S30',
  async ({ server, a, b }) => {
    await createSix(a);
    const cut = await meet(a, b, { over: 'sockets', beforeReceipt: (sever) => sever() });
    // All is there; without the Receipt the sender does not say so.
    expect(cut.sender[0]).toBe('interrupted');
    expect(await b.holds()).toEqual(held(6));
    expect(await meet(a, b, { over: 'sockets' })).toEqual(bothTell());
    await uploadAll(server, a, b);
  },
  { variant: 'the Receipt is lost' },
);

for (const who of ['sender', 'receiver'] as const) {
  scenario(
    'S31',
    async ({ server, a, b }) => {
      await createSix(a);
      const user = new AbortController();
      const options: MeetOptions = {
        over: 'sockets',
        entriesMax: 2,
        [who]: { signal: user.signal },
        afterStore: async (payload) => {
          if (payload === 2) user.abort();
        },
      };
      const told = await meet(a, b, options);
      const peer = who === 'sender' ? 'receiver' : 'sender';
      expect(told[who][0]).toBe('cancelled by us: CANCELLED');
      expect(told[peer][0]).toBe('cancelled by peer: CANCELLED');
      // What was stored before stays, and is told.
      expect(told.receiver.slice(1)).toEqual(stored(0, 4));
      expect(await b.holds()).toEqual(held(4));
      expect(server.asked()).toEqual([]);

      expect(await meet(a, b, { entriesMax: 2 })).toEqual(bothTell(...stored(4, 6)));
      await uploadAll(server, a, b);
    },
    { variant: `by the ${who}` },
  );
}
