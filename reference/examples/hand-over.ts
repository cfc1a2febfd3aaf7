import { randomBytes } from 'node:crypto';
import { codeSecret, createMemoryStore, dialTcp, generateAccessCode, listenTcp } from 'peersync';
import { receiveInto, sendFrom, Theirs } from 'peersync';

const a = createMemoryStore({ serverUrl: '', displayName: 'Tablet A' }, randomBytes);
const b = createMemoryStore({ serverUrl: '', displayName: 'Tablet B' }, randomBytes);
await a.create(Buffer.from('{"resourceType":"Patient","id":"p1"}'), new Date().toISOString());

const code = generateAccessCode(randomBytes); // A shows it, B's user types it.
const askSecret = () => Promise.resolve(codeSecret(code));
const port = await listenTcp({ host: '127.0.0.1', port: 0 });
const dialled = dialTcp({ ...port.address, timeoutMs: 5_000 });
const received = dialled.then((to) => receiveInto(b, to, { strategy: Theirs, askSecret }));
const sent = await sendFrom(a, await port.accept(), { secrets: [codeSecret(code)] });
port.close();
const changes = await b.getLocalChanges('Patient', 'p1');
process.stdout.write(`${sent.kind}, ${(await received).kind}: ${changes.length} change\n`);
