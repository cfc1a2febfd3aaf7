// The checks of `doctor`, in the order in which an implementer meets them. Each tells the first
// thing that is wrong and what to do about it; none is about the sync protocol itself.
import { KitError } from '../fault.ts';
import type { Reply } from '../control/reply.ts';
import type { Testee } from '../control/testee.ts';
import type { CommandName, Commands, Entry, Hello, StoreContent } from '../control/values.ts';
import { kitVersion, testeeReplica, wallClock } from '../run/surroundings.ts';

/** What is wrong, and what to do next. */
export interface Advice {
  readonly wrong: string;
  readonly next: string;
}

/** What the checks share. */
export interface Patient {
  readonly testee: Testee;
  hello?: Hello;
}

/** One check. */
export interface Check {
  readonly name: string;
  readonly run: (patient: Patient) => Promise<Advice | undefined>;
}

const helloMs = 4_000;
const answerMs = 2_000;
const server = 'https://fhir.example.org/r4';
const chapter = 'appendix H of the specification';

function entry(id: string, gender: string): Entry {
  const resource = `{"resourceType":"Patient","id":"${id}","gender":"${gender}"}`;
  const change = { replica: testeeReplica, counter: 1, type: 'INSERT', payload: resource } as const;
  return { type: 'Patient', id, resource, changes: [change] };
}

const seeds = { one: [entry('p1', 'female')], other: [entry('p2', 'male')] };

/** What to do about a reply that is no answer. */
function adviceFor(command: string, reply: Exclude<Reply<unknown>, { kind: 'answer' }>): Advice {
  if (reply.kind === 'refused') {
    const { why, message, field } = reply;
    const about = field === undefined ? '' : ` (${field})`;
    return {
      wrong: `${command} was answered ${why}: ${message}${about}`,
      next:
        why === 'unsupported'
          ? `Add the command ${command}: it is one of the five that every testee has (${chapter}).`
          : `Let ${command} succeed with exactly this line.`,
    };
  }
  if (reply.detail.includes("can't be started")) {
    return {
      wrong: reply.detail,
      next: 'Correct the command after --, or build the program first.',
    };
  }
  const next = {
    hang: `Answer ${command} with one line, ended by a line feed, and flush it at once.`,
    exited: 'Run the command yourself in a terminal: it has to wait for lines on standard input.',
    'bad-answer': `Write the answer to ${command} as ${chapter} shows it.`,
    'no-event': `Write the event as ${chapter} shows it.`,
  }[reply.reason];
  return { wrong: reply.detail, next };
}

async function ask<C extends CommandName>(
  { testee }: Patient,
  command: C,
  members: Commands[C],
): Promise<Advice | Extract<Reply<unknown>, { readonly kind: 'answer' }>> {
  const reply = await testee.ask(command, members, answerMs);
  if (reply.kind !== 'answer') return adviceFor(command, reply);
  const [mistake] = testee.takeMistakes();
  return mistake === undefined
    ? reply
    : { wrong: mistake, next: 'Write nothing to standard output that looks like an answer.' };
}

const isAdvice = (value: object): value is Advice => 'wrong' in value;

async function hello(patient: Patient): Promise<Advice | undefined> {
  const { testee } = patient;
  const reply = await testee.ask('hello', { control: 1, kit: kitVersion }, helloMs);
  if (reply.kind !== 'answer') return adviceFor('hello', reply);
  patient.hello = reply.answer;
  return undefined;
}

async function invented({ testee }: Patient): Promise<Advice | undefined> {
  const reply = await testee.askInvented('teleport', answerMs);
  // Its answer has no schema to pass, so it never is one.
  if (reply.kind === 'answer') throw new KitError('an invented command was answered');
  if (reply.kind === 'refused' && reply.why === 'unsupported') return undefined;
  const next =
    'Answer every command that you do not know with ' +
    '{"id":n,"ok":false,"error":{"kind":"unsupported","message":"…"}}.';
  if (reply.kind === 'refused') {
    return { wrong: `An invented command was answered ${reply.why}, not unsupported.`, next };
  }
  const isAnswered = reply.reason === 'bad-answer';
  const wrong = isAnswered ? 'An invented command was answered as if it existed.' : reply.detail;
  return { wrong, next };
}

function resetWith(entries: readonly Entry[]): Commands['reset'] {
  return {
    case: 'doctor',
    replica: testeeReplica,
    now: wallClock,
    serverUrl: server,
    seed: { entries },
  };
}

async function dumped(patient: Patient, entries: readonly Entry[]): Promise<Advice | StoreContent> {
  const reset = await ask(patient, 'reset', resetWith(entries));
  if (isAdvice(reset)) return reset;
  const dump = await ask(patient, 'dump', {});
  return isAdvice(dump) ? dump : (dump.answer as { readonly store: StoreContent }).store;
}

async function emptyStore(patient: Patient): Promise<Advice | undefined> {
  const store = await dumped(patient, []);
  if (isAdvice(store)) return store;
  if (store.entries.length === 0) return undefined;
  const wrong = `After a reset with an empty seed the dump shows ${store.entries.length} entries.`;
  return { wrong, next: 'Empty the store in reset, then fill it with the seed.' };
}

async function twoSeeds(patient: Patient): Promise<Advice | undefined> {
  for (const entries of [seeds.one, seeds.other]) {
    const store = await dumped(patient, entries);
    if (isAdvice(store)) return store;
    const [wanted] = entries;
    const names = store.entries.map(({ type, id }) => `${type}/${id}`).join(', ') || 'nothing';
    const own = store.entries.find(({ id }) => id === wanted?.id);
    if (own === undefined || store.entries.length !== 1) {
      return {
        wrong: `The seed held Patient/${wanted?.id} alone, the dump shows ${names}.`,
        next: 'Store every entry of the seed, and dump what the store holds, not a fixed answer.',
      };
    }
    if (own.resource !== wanted?.resource) {
      return {
        wrong: `Patient/${own.id} came back as ${own.resource}, not as ${wanted?.resource}.`,
        next: 'Keep the text of a resource as it is: white space and order are part of it.',
      };
    }
    if ((own.changes ?? []).length !== 1) {
      const wrong = `Patient/${own.id} was seeded with one change and dumped with another number.`;
      return { wrong, next: 'Store and dump the changes of each entry (appendix H.5).' };
    }
  }
  return undefined;
}

const created = { op: 'create', resource: '{"resourceType":"Patient","id":"p3"}' } as const;

/** Commands that show whether a declared feature is there, without a session. */
const probes: Partial<Record<string, (patient: Patient) => Promise<Reply<unknown>>>> = {
  open: ({ testee }) => testee.ask('open', { case: 'doctor', now: wallClock }, answerMs),
  edit: ({ testee }) => testee.ask('edit', { edits: [created] }, answerMs),
  abort: ({ testee }) => testee.ask('abort', {}, answerMs),
  decide: ({ testee }) => testee.ask('decide', { answer: 'accept' }, answerMs),
  decode: ({ testee }) => testee.ask('decode', { hex: '1f08101001' }, answerMs),
  encode: ({ testee }) => testee.ask('encode', { message: { KeepAlive: {} } }, answerMs),
};

async function features(patient: Patient): Promise<Advice | undefined> {
  for (const feature of patient.hello?.features ?? []) {
    const reply = await probes[feature]?.(patient);
    if (reply === undefined || reply.kind === 'answer') continue;
    // What comes at a time when it makes no sense is `invalid`; that is right here.
    if (reply.kind === 'refused' && reply.why === 'invalid') continue;
    const advice = adviceFor(feature, reply);
    const next = `Take ${feature} out of features in hello, or do what appendix H says of it.`;
    return { wrong: `The feature ${feature} is declared, but: ${advice.wrong}`, next };
  }
  return undefined;
}

/** Everything but a session. */
export const checks: readonly Check[] = [
  { name: 'it starts and says hello', run: hello },
  { name: 'an invented command is unsupported', run: invented },
  { name: 'reset empties the store', run: emptyStore },
  { name: 'two seeds dump differently', run: twoSeeds },
  { name: 'what hello declares is there', run: features },
];
