// S39 to S41: devices that do not fit each other, octets that were heard before, and a device that
// is another one's copy.
import { copyFileSync } from 'node:fs';
import { expect } from 'vitest';
import {
  codeSecret,
  FhirRelease,
  memoryPair,
  openSqliteStore,
  Ours,
  receiveInto,
  resourceSyncParams,
  SelectionMode,
  sendFrom,
  Theirs,
  type ByteStream,
  type SyncResult,
} from '../src/index.ts';
import { settle } from '../src/session/testing/settle.ts';
import { VirtualClock } from '../src/session/virtual-clock.ts';
import { Device, replicaOf } from './device.ts';
import { accessCode, bothTell, meet, tell, type MeetOptions, type Told } from './meeting.ts';
import { createRequests } from './server.ts';
import { scenario, type Site } from './site.ts';

/** A refusal that one side finds and the other is told. */
const rejected = (by: 'sender' | 'receiver', code: string): Told => ({
  sender: [`rejected by ${by === 'sender' ? 'us' : 'peer'}: ${code}`],
  receiver: [`rejected by ${by === 'receiver' ? 'us' : 'peer'}: ${code}`],
});

/** A, which has something to hand over, can't; B has nothing then, and was never asked a code. */
async function refuses(site: Site, options: MeetOptions, told: Told, to = site.b): Promise<void> {
  await site.a.creates('Patient/p');
  let asked = 0;
  const askSecret = async (): Promise<undefined> => {
    asked += 1;
    return undefined;
  };
  const receiver = { askSecret, ...options.receiver };
  expect(await meet(site.a, to, { ...options, receiver })).toEqual(told);
  expect(asked).toBe(0);
  expect(await to.holds()).toEqual([]);
  expect(site.server.asked()).toEqual([]);
}

scenario(
  'S39',
  async (site) => {
    // One octet of the sender's first message: the only version it offers becomes one to come.
    const through: MeetOptions['through'] = (stream, side) =>
      side === 'sender' ? ofVersion(stream, 2) : stream;
    await refuses(site, { through }, rejected('receiver', 'VERSION_UNSUPPORTED'));
  },
  { variant: 'version' },
);

scenario(
  'S39',
  async (site) => {
    const told = rejected('receiver', 'FHIR_RELEASE_MISMATCH');
    await refuses(site, { fhirRelease: FhirRelease.R5 }, told);
  },
  { variant: 'FHIR release' },
);

for (const [variant, serverUrl] of [
  ['another server', 'https://other.example/fhir'],
  ['no server', ''],
] as const) {
  scenario(
    'S39',
    async (site) => {
      const stranger = site.device('s', { serverUrl });
      await refuses(site, {}, rejected('receiver', 'SERVER_MISMATCH'), stranger);
    },
    { variant },
  );
}

scenario(
  'S39',
  async ({ server, a, b }) => {
    await a.creates('Patient/p');
    const aborted: Told = {
      sender: ['failed by us: SELECTION_UNSUPPORTED'],
      receiver: ['failed by peer: SELECTION_UNSUPPORTED'],
    };
    // Neither taken for "nothing matches" nor for "everything does".
    for (const parameter of ['shoe-size', 'name:sounds-like', 'general-practitioner.name']) {
      const params = resourceSyncParams({ Patient: { [parameter]: '44' } });
      expect(await meet(a, b, { receiver: { params } })).toEqual(aborted);
    }
    const refused = await meet(a, b, {
      receiver: { params: resourceSyncParams({ Observation: {} }) },
      sender: { exportPolicy: { types: ['Patient'] } },
    });
    expect(refused).toEqual({
      sender: ['failed by us: SELECTION_REFUSED'],
      receiver: ['failed by peer: SELECTION_REFUSED'],
    });
    expect(await b.holds()).toEqual([]);
    expect(server.asked()).toEqual([]);
  },
  { variant: 'filter' },
);

/** A connection on which the sender's Initiate offers another protocol version. */
function ofVersion(stream: ByteStream, version: number): ByteStream {
  let isFirst = true;
  return {
    read: () => stream.read(),
    end: () => stream.end(),
    close: () => stream.close(),
    write: async (octets) => {
      const changed = octets.slice();
      if (isFirst) {
        isFirst = false;
        // Length, type, tag and length of the list of versions come before.
        changed[7] = version;
      }
      await stream.write(changed);
    },
  };
}

type Tape = Uint8Array[];

/** A connection whose written octets are kept. */
function recorded(stream: ByteStream, tape: Tape): ByteStream {
  return {
    read: () => stream.read(),
    end: () => stream.end(),
    close: () => stream.close(),
    write: async (octets) => {
      tape.push(octets.slice());
      await stream.write(octets);
    },
  };
}

/** Plays a tape to one side, giving it time to answer each write. */
async function play(
  tape: Tape,
  side: (stream: ByteStream) => Promise<SyncResult>,
): Promise<readonly string[]> {
  const [player, stream] = memoryPair();
  const result = side(stream);
  const reading = (async () => {
    while ((await player.read()) !== undefined);
  })().catch(() => undefined);
  for (const octets of tape) {
    await settle(3);
    await player.write(octets).catch(() => undefined);
  }
  await player.end().catch(() => undefined);
  await reading;
  return tell(await result);
}

scenario('S40', async (site) => {
  const { server, a, b } = site;
  await a.creates('Patient/p', '"x":1');
  const tapes = { sender: [] as Tape, receiver: [] as Tape };
  const code = accessCode();
  const through: MeetOptions['through'] = (stream, side) => recorded(stream, tapes[side]);
  const told = await meet(a, b, { code, through });
  expect(told).toEqual(bothTell('Patient/p STORED'));

  // Whoever heard it all can play it to a receiver or to a sender: no key comes of it, even where
  // the same code is typed again.
  const [d, e] = [site.device('d'), site.device('e')];
  await e.creates('Patient/secret');
  const clock = new VirtualClock();
  expect(
    await play(tapes.sender, (stream) =>
      receiveInto(d.store, stream, {
        strategy: Theirs,
        askSecret: async () => codeSecret(code),
        clock,
      }),
    ),
  ).toEqual(['rejected by us: AUTH_FAILED']);
  expect(
    await play(tapes.receiver, (stream) =>
      sendFrom(e.store, stream, { secrets: [codeSecret(code)], clock }),
    ),
  ).toEqual(['rejected by us: AUTH_FAILED']);
  expect(await d.holds()).toEqual([]);
  expect(server.asked()).toEqual([]);

  // What an honest sender says twice is known the second time.
  const full = { receiver: { mode: SelectionMode.FULL } };
  expect(await meet(a, b, full)).toEqual(bothTell('Patient/p DUPLICATE'));
  expect(await b.holds()).toEqual(['Patient/p - [+a1] () {"x":1}']);
  expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v1']);
  expect(server.asked()).toEqual(createRequests('Patient/p'));
  expect(server.versions('Patient/p')).toEqual(['{"x":1,@1}']);
});

scenario(
  'S41',
  async (site) => {
    const { server, a, b } = site;
    await a.creates('Patient/p', '"x":1');
    await a.store.close();
    copyFileSync(a.path, site.path('copy'));
    await a.restarts();
    const randomOctets = (): Uint8Array => replicaOf('z');
    const store = openSqliteStore(site.path('copy'), { randomOctets });
    const copy = site.keep(new Device(server, store, site.path('copy')));
    // The file tells that it is a copy: a device of its own. What was made before keeps its name.
    expect(store.renewal?.after).toEqual(replicaOf('z'));
    await a.edits('Patient/p', '"x":1,"y":2');
    await copy.creates('Patient/q', '"x":3');
    expect(await meet(copy, a)).toEqual(bothTell('Patient/p STALE', 'Patient/q STORED'));
    expect(await meet(a, copy)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    const both = ['Patient/p - [+a1 a2] () {"x":1,"y":2}', 'Patient/q - [+z1] () {"x":3}'];
    expect([await a.holds(), await copy.holds()]).toEqual([both, both]);
    expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED', 'Patient/q STORED'));

    expect(await copy.uploads()).toHaveLength(2);
    expect(server.asked().sort()).toEqual(
      [...createRequests('Patient/p'), ...createRequests('Patient/q')].sort(),
    );
    const there = ['Patient/p already-there 2+0 v1', 'Patient/q already-there 1+0 v1'];
    for (const device of [a, b]) {
      expect((await device.uploads()).sort()).toEqual(there);
      expect(server.asked().sort()).toEqual(['GET Patient/p → 200', 'GET Patient/q → 200']);
    }
    expect(server.versions('Patient/p')).toEqual(['{"x":1,"y":2,@1}']);
    expect(server.versions('Patient/q')).toEqual(['{"x":3,@1}']);
  },
  { variant: 'the copied file is noticed', stores: ['SQLite'] },
);

scenario(
  'S41',
  async (site) => {
    const { server, a, b } = site;
    const twin = site.device('a', {}, 'twin');
    server.puts('Patient/p');
    for (const device of [a, twin]) await device.downloads();
    expect(server.asked()).toEqual(Array(2).fill('GET Patient?_count=200 → 200'));
    // Two devices that are one: nothing is handed over, whoever sends.
    for (const [from, to] of [
      [a, twin],
      [twin, a],
    ] as const) {
      expect(await meet(from, to)).toEqual({
        sender: ['failed by peer: SAME_REPLICA'],
        receiver: ['failed by us: SAME_REPLICA'],
      });
    }
    // Both go on, and give one name to two edits. A third device tells them apart by their octets,
    // where it asks for all: a cursor knows the two by one name.
    await a.edits('Patient/p', '"x":1');
    await twin.edits('Patient/p', '"x":2');
    expect(await meet(a, b)).toEqual(bothTell('Patient/p STORED'));
    const full = { receiver: { strategy: Ours, mode: SelectionMode.FULL } };
    expect(await meet(twin, b, full)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await b.holds()).toEqual(['Patient/p v1 [a1] () {"x":1}']);
    expect(await b.archive()).toEqual(['not-taken Patient/p v1 [a1] () {"x":2}']);
    expect(await b.uploads()).toEqual(['Patient/p uploaded 0+1 v2']);
    expect(server.asked()).toEqual(['PATCH Patient/p If-Match W/"1" → 200']);

    // Renewed by hand, the twin is a device like any other; its edit is told, not lost.
    await twin.store.renewReplicaId(() => replicaOf('z'));
    const ours = { receiver: { strategy: Ours } };
    expect(await meet(twin, a, ours)).toEqual(bothTell('Patient/p CONFLICT_OURS'));
    expect(await a.holds()).toEqual(['Patient/p v1 [a1] () {"x":1}']);
    expect(await a.archive()).toEqual(['not-taken Patient/p v1 [a1] () {"x":2}']);
    expect(await meet(b, a)).toEqual(bothTell('Patient/p FAST_FORWARDED'));
    expect(await twin.uploads()).toEqual(['Patient/p conflict 0+0 v2 server-moved deferred']);
    expect(server.asked()).toEqual([
      'PATCH Patient/p If-Match W/"1" → 412',
      'GET Patient/p → 200',
      'GET Patient/p/_history?_count=100 → 200',
    ]);
    expect(await twin.holds()).toEqual(['Patient/p v1 [a1] () {"x":2}']);
    expect(server.versions('Patient/p')).toEqual(['{@1}', '{@2,"x":1}']);
  },
  { variant: 'nothing shows the copy' },
);
