// Puts the one fault of a walk into its last session: which message, what is broken, and how the
// testee has to answer, from the state table and from the rules that the kit knows. Where the fault
// does not fit the session, there is none.
import type { Case } from '../cases/case.ts';
import type { Entry, Role } from '../control/values.ts';
import { isFault, KitError } from '../fault.ts';
import { checkEntry } from '../json/entry-check.ts';
import { readEntry } from '../json/entry.ts';
import { disorder, type Written } from '../observer/order-rules.ts';
import { eventOf } from '../observer/state-table.ts';
import { payloadFields } from '../peer/entry-form.ts';
import type { SendStep, Step } from '../peer/script.ts';
import { encodeNested } from '../wire/message-text.ts';
import {
  fieldForm,
  malformedForms,
  refusedEntries,
  sealFaults,
  sealForm,
  type FaultForm,
} from './fault-forms.ts';
import { isIgnorable, PeerModel } from './peer-model.ts';
import type { WalkFault } from './walk.ts';

/** A session with its fault. */
export interface FaultySession extends Pick<Case, 'breaks' | 'expectation' | 'requirements'> {
  /** To the end where the session goes on, else up to the fault. */
  readonly steps: readonly Step[];
  readonly changedStep: string;
  /** `STATE/EVENT`, where the fault is about one and the state is known. */
  readonly cell?: string;
  /** What it is, as a phrase. */
  readonly says: string;
}

/** A message of the kit and what was before it. */
interface Place {
  readonly index: number;
  readonly step: SendStep;
  readonly model: PeerModel;
  readonly written: Written;
}

const messageNames = [
  'Initiate',
  'Accept',
  'Reject',
  'Confirm',
  'Identity',
  'Request',
  'Offer',
  'Payload',
  'Ack',
  'Complete',
  'Receipt',
  'KeepAlive',
  'Abort',
] as const;

/** The places of a session at which the kit sends. */
function placesOf(steps: readonly Step[], testee: Role): Place[] {
  const model = new PeerModel(testee);
  const own = testee === 'receiver' ? 'sender' : 'receiver';
  const names: string[] = [];
  const heard: string[] = [];
  return steps.flatMap((step, index): Place[] => {
    const copy = model.copy();
    const sealed = names.includes('Confirm') && (own === 'sender' || heard.includes('Confirm'));
    const written = { role: own, names: [...names], sealed, heard: [...heard] } as const;
    model.play(step);
    if (step.do === 'expect') heard.push(step.message);
    if (step.do !== 'send') return [];
    const isNoted = !isIgnorable(step) && step.message !== 'KeepAlive';
    if (isNoted) names.push(step.message);
    return [{ index, step, model: copy, written }];
  });
}

const pick = <T>(list: readonly T[], at: number): T | undefined => list[at % list.length];

function endings(written: Written, code: string | undefined): Case['expectation'] {
  if (code === undefined) return { kind: 'ends', endings: [{ kind: 'close' }] };
  const kind = written.sealed ? 'abort' : 'reject';
  return { kind: 'ends', endings: [{ kind, codes: [code] }] };
}

/** Whether a message ends a session rightly where it stands. */
function isRightEnd(message: string, { sealed }: Written): boolean {
  return message === (sealed ? 'Abort' : 'Reject');
}

function unexpected(
  steps: readonly Step[],
  { index, model, written }: Place,
  message: string,
): FaultySession | undefined {
  const event = eventOf(message);
  const answer = model.answerTo(event);
  if (answer === undefined || answer === 'goes-on') return undefined;
  const step: SendStep = { id: 'fault', do: 'send', message, rush: true };
  const [state] = model.states.length === 1 ? model.states : [undefined];
  const broken = isRightEnd(message, written) ? [] : [disorder(message, written).requirement];
  return {
    steps: [...steps.slice(0, index), step],
    changedStep: step.id,
    breaks: broken,
    requirements: [answer === 'close' ? 'PSP-ABORT-7' : 'PSP-STATE-2'],
    expectation: endings(written, answer === 'close' ? undefined : 'UNEXPECTED_MESSAGE'),
    ...(state === undefined ? {} : { cell: `${state}/${event}` }),
    says: `${message} before ${steps[index]?.id ?? ''}`,
  };
}

/** Every message that may come out of place, place by place. */
function eventFault(
  steps: readonly Step[],
  places: readonly Place[],
  { at, message }: Extract<WalkFault, { readonly kind: 'event' }>,
): FaultySession | undefined {
  const place = pick(places, at);
  if (place === undefined) return undefined;
  const options = messageNames.flatMap((name) => unexpected(steps, place, name) ?? []);
  return pick(options, message);
}

function spoiled(
  steps: readonly Step[],
  { index, step, written, model }: Place,
  { tamper, breaks, code, requirement }: FaultForm,
  says: string,
): FaultySession {
  const changed: SendStep = { ...step, tamper };
  const event = tamper.kind === 'cut' ? 'END' : code === undefined ? 'SEAL_BROKEN' : 'VIOLATION';
  const [state] = model.states.length === 1 ? model.states : [undefined];
  return {
    steps: [...steps.slice(0, index), changed],
    changedStep: step.id,
    breaks,
    requirements: [requirement],
    expectation: endings(written, code),
    ...(state === undefined ? {} : { cell: `${state}/${event}` }),
    says: `${says} ${step.id}`,
  };
}

function refusalOf(entry: Entry): string {
  const read = readEntry(encodeNested('SyncPayload', payloadFields(entry)));
  const refused = isFault(read) ? undefined : checkEntry(read);
  if (refused === undefined) throw new KitError(`nothing is wrong with ${entry.type}/${entry.id}`);
  return refused.requirement;
}

/** What the observer calls the breach of the kit, which writes the entry. */
const writersSentence: Readonly<Record<string, string>> = {
  'PSP-CHG-7': 'PSP-CHG-6',
  'PSP-CHG-15': 'PSP-CHG-6',
  'PSP-CHG-12': 'PSP-DATA-2',
  'PSP-CHG-14': 'PSP-CHG-13',
};

function entryFault(
  steps: readonly Step[],
  places: readonly Place[],
  { at, way }: Extract<WalkFault, { readonly kind: 'entry' }>,
): FaultySession | undefined {
  const place = pick(
    places.filter(({ step }) => step.message === 'Payload'),
    at,
  );
  const entry = pick(refusedEntries, way);
  if (place === undefined || entry === undefined) return undefined;
  const { index, step } = place;
  const requirement = refusalOf(entry);
  const changed: SendStep = { ...step, entries: [...(step.entries ?? []), entry] };
  return {
    steps: steps.toSpliced(index, 1, changed),
    changedStep: step.id,
    breaks: [writersSentence[requirement] ?? requirement],
    requirements: [requirement],
    expectation: { kind: 'continues' },
    says: `an entry to refuse in ${step.id}`,
  };
}

/**
 * A session with its fault; undefined where the fault does not fit it.
 *
 * @param steps - From the first frame to the close.
 */
export function faultySession(
  steps: readonly Step[],
  role: Role,
  fault: WalkFault,
): FaultySession | undefined {
  const all = placesOf(steps, role);
  if (fault.kind === 'event') return eventFault(steps, all, fault);
  // One message is spoiled in one way.
  const places = all.filter(({ step }) => step.tamper === undefined);
  if (fault.kind === 'entry') return entryFault(steps, places, fault);
  const kitSends = role === 'receiver';
  if (fault.kind === 'seal') {
    const sealed = places.filter(({ written }) => written.sealed);
    // Before the first sealed frame there is none to repeat.
    const fit =
      fault.how === 'repeat' ? sealed.filter(({ written }) => hasSealed(written)) : sealed;
    const place = pick(fit, fault.at);
    const form = sealForm(fault.how, kitSends);
    return place && spoiled(steps, place, form, `seal ${fault.how} at`);
  }
  const place = pick(places, fault.at);
  if (place === undefined) return undefined;
  if (fault.kind === 'cut') {
    const isHeard = steps.slice(0, place.index).some((step) => step.do === 'expect');
    // As with a broken session: the testee has to know first that it has a connection.
    const how = fault.isReset && isHeard ? 'rst' : 'fin';
    const tamper = { kind: 'cut', octets: fault.octets, how } as const;
    const breaks = how === 'rst' ? [] : ['PSP-FRAME-1'];
    const form = { tamper, breaks, requirement: 'PSP-DONE-9' };
    return spoiled(steps, place, form, `${how} after ${fault.octets} octets of`);
  }
  if (fault.kind === 'form') {
    const form = pick(malformedForms(place.written.sealed), fault.way);
    return form && spoiled(steps, place, form, 'a malformed');
  }
  const { message } = place.step;
  const earlier = steps.slice(0, place.index + 1);
  const payloads = earlier.filter(
    (step) => step.do === 'send' && step.message === 'Payload',
  ).length;
  const form = fieldForm(message, kitSends, payloads);
  return form && spoiled(steps, place, form, 'a wrong field in');
}

/** Whether the kit has sealed a frame. */
function hasSealed({ role, names }: Written): boolean {
  return names.at(-1) !== 'Confirm' && (role === 'sender' || names.includes('Request'));
}

/** Every way in which a seal is spoiled; for whoever draws walks. */
export const sealWays = sealFaults;
