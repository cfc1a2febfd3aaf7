import { randomBytes } from 'node:crypto';
import { codeSecret, createMemoryStore, dialTcp, generateAccessCode, listenTcp } from 'peersync';
import { SyncReceiver, SyncReceiverSession, SyncSender, SyncSenderSession, Theirs } from 'peersync';

const a = createMemoryStore({ serverUrl: '', displayName: 'Tablet A' }, randomBytes);
const b = createMemoryStore({ serverUrl: '', displayName: 'Tablet B' }, randomBytes);
await a.create(Buffer.from('{"resourceType":"Patient","id":"p1"}'), new Date().toISOString());

const code = generateAccessCode(randomBytes); // A shows it, B's user types it.
const sender = new SyncSenderSession({
  sync: new SyncSender({ store: a }),
  identity: { replicaId: a.replicaId, ...a.settings },
  secrets: [codeSecret(code)],
});
const receiver = new SyncReceiverSession({
  sync: new SyncReceiver({ store: b, strategy: Theirs }),
  identity: { replicaId: b.replicaId, ...b.settings },
  askSecret: async () => codeSecret(code),
});
const port = await listenTcp({ host: '127.0.0.1', port: 0 });
const dialled = dialTcp({ ...port.address, timeoutMs: 5_000 });
const received = dialled.then((connection) => receiver.receive(connection));
const sent = (await sender.initiate(await port.accept())) ?? (await sender.send());
port.close();

const changes = await b.getLocalChanges('Patient', 'p1');
process.stdout.write(`${sent.kind}, ${(await received).kind}: ${changes.length} change\n`);
