// One session of a sender and a receiver that may be of different builds, and what came of it.
import { isDeepStrictEqual } from 'node:util';
import type { Endpoint, Line } from './endpoint.ts';
import { frozenTypes, openRelay, readFields, type Fields, type Overheard } from './relay.ts';

/** What came of a pair. */
export interface PairOutcome {
  readonly sender: string;
  readonly receiver: string;
  /** `completed`, or how and with which code it ended. */
  readonly outcome: string;
  /** Who ended it; null where it completed. */
  readonly by: 'sender' | 'receiver' | null;
  /** What Initiate lists. */
  readonly offered: readonly number[];
  /** What Accept says; null where there was none. */
  readonly version: number | null;
  /** Ids of the capabilities in Accept. */
  readonly capabilities: readonly number[];
  /** Whether the receiver's store held afterwards what the sender's holds, or still nothing. */
  readonly stores: 'equal' | 'untouched' | 'different';
}

const secret = '417204934';
const senderId = '00112233445566778899aabbccddeeff';
const receiverId = 'ffeeddccbbaa99887766554433221100';
const now = '2026-03-01T08:00:00Z';
const deadlineMs = 10_000;

const patient = (id: string, more: string): string =>
  `{"resourceType":"Patient","id":"${id}"${more}}`;

const long = 'again '.repeat(200);

/** A resource of the server, one made here, one that is deleted, one long enough to compress. */
const seed: readonly Line[] = [
  {
    type: 'Observation',
    id: 'o1',
    resource: `{"resourceType":"Observation","id":"o1","note":[{"text":"${long}"}]}`,
    base: { versionId: '3' },
  },
  {
    type: 'Patient',
    id: 'p1',
    resource: patient('p1', ',"meta":{"versionId":"1"}'),
    base: { versionId: '1' },
  },
  {
    type: 'Patient',
    id: 'p2',
    resource: patient('p2', ',"multipleBirthInteger":1.10'),
    changes: [
      {
        replica: senderId,
        counter: 1,
        type: 'INSERT',
        payload: patient('p2', ',"multipleBirthInteger":1.10'),
      },
    ],
  },
  { type: 'Patient', id: 'p3', resource: null, base: { versionId: '9' } },
];

async function reset(endpoint: Endpoint, replica: string, entries: readonly Line[]): Promise<void> {
  const serverUrl = 'https://fhir.example.org/r4';
  await endpoint.do('reset', { case: 'SKEW', replica, now, serverUrl, seed: { entries } });
}

async function entriesOf(endpoint: Endpoint): Promise<unknown[]> {
  const { store } = await endpoint.do('dump');
  return (store as { entries: unknown[] }).entries;
}

/** Numbers of a repeated field, packed or not. */
function numbersOf(fields: Fields | undefined, field: number): number[] {
  return (fields?.get(field) ?? []).flatMap((value) => {
    if (typeof value === 'number') return [value];
    // A packed list is the body of a message without its tags: give it some.
    const tagged = [...value].flatMap((octet, at) => {
      const isFirst = at === 0 || (value[at - 1] ?? 0) < 0x80;
      return isFirst ? [0x08, octet] : [octet];
    });
    return [...(readFields(Uint8Array.from(tagged)).get(1) ?? [])].filter(
      (item) => typeof item === 'number',
    );
  });
}

/** Where the invented version 2 keeps the fields that version 1 has in Accept itself. */
const WRAPPED_FIELD = 100;
const CAPABILITIES_OF_ACCEPT = 6;

function agreedOn({ messages }: Overheard): Pick<PairOutcome, 'version' | 'capabilities'> {
  const accept = messages.get(frozenTypes.Accept);
  if (accept === undefined) return { version: null, capabilities: [] };
  const wrapped = accept.get(WRAPPED_FIELD)?.[0];
  const fields = wrapped instanceof Uint8Array ? readFields(wrapped) : accept;
  const capabilities = (fields.get(CAPABILITIES_OF_ACCEPT) ?? []).flatMap((item) =>
    item instanceof Uint8Array ? numbersOf(readFields(item), 1) : [],
  );
  // PSP-INV-4: the same place in every version.
  return { version: numbersOf(accept, 1)[0] ?? null, capabilities };
}

/** How it ended, as both sides tell; what they do not agree on is said. */
function endingOf(sender: Line, receiver: Line): Pick<PairOutcome, 'outcome' | 'by'> {
  const told = ({ result, reason }: Line): string =>
    [result, reason].filter((part) => typeof part === 'string').join(' ');
  const [ours, theirs] = [told(sender), told(receiver)];
  const outcome = ours === theirs ? ours : `sender: ${ours}; receiver: ${theirs}`;
  if (outcome === 'completed') return { outcome, by: null };
  return { outcome, by: sender['by'] === 'us' ? 'sender' : 'receiver' };
}

/** Plays one session, from two fresh stores. */
export async function playPair(
  sender: { readonly name: string; readonly endpoint: Endpoint },
  receiver: { readonly name: string; readonly endpoint: Endpoint },
): Promise<PairOutcome> {
  await Promise.all([
    reset(sender.endpoint, senderId, seed),
    reset(receiver.endpoint, receiverId, []),
  ]);
  const before = await entriesOf(sender.endpoint);
  const listening = receiver.endpoint.event('listening');
  const run = { params: {}, secret, deadlineMs };
  const received = receiver.endpoint.do('run', { ...run, role: 'receiver', listen: {} });
  const early = received.then(() => {
    throw new Error(`${receiver.name} ended before it listened`);
  });
  const { port } = await Promise.race([listening, early]);
  const relay = await openRelay(Number(port));
  try {
    const dial = { host: '127.0.0.1', port: relay.port };
    const sent = sender.endpoint.do('run', { ...run, role: 'sender', dial });
    const endings = await Promise.all([sent, received]);
    const after = await entriesOf(receiver.endpoint);
    const isEqual = isDeepStrictEqual(after, before);
    const heard = relay.heard();
    return {
      sender: sender.name,
      receiver: receiver.name,
      ...endingOf(...endings),
      offered: numbersOf(heard.messages.get(frozenTypes.Initiate), 1),
      ...agreedOn(heard),
      stores: isEqual ? 'equal' : after.length === 0 ? 'untouched' : 'different',
    };
  } finally {
    relay.close();
  }
}
