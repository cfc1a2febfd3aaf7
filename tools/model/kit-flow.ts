// A transcript as one side sees it: a flow of the conformance kit, with the kit in the other role.
// Moves that the kit can't bring about are named, not guessed.
import type { Transcript } from './transcript.ts';
import { peerOf } from './tables.ts';
import type { Role } from './tables.ts';
import { kindOf, numberIn } from './world.ts';

/** One step of a flow, as conformance/schema/case-v1/steps.json has it. */
export type FlowStep = Readonly<Record<string, unknown>> & { readonly id: string };

/** A flow and what of the transcript it leaves out. */
export interface KitFlow {
  readonly flow: {
    readonly role: Role;
    readonly title: string;
    readonly params: { readonly mode: 'CURSOR'; readonly offer: 'accept' | 'decline' };
    readonly steps: readonly FlowStep[];
  };
  readonly leftOut: readonly string[];
}

/** Entries of the kit's data, in place of the model's first, second and third. */
const entries = ['patient-1', 'patient-2', 'observation-1'] as const;

const messageOf = (kind: string): string =>
  kind.toLowerCase().replaceAll(/(^|_)([a-z])/g, (_, __, first: string) => first.toUpperCase());

function sent(id: string, frame: string): FlowStep {
  const kind = kindOf(frame);
  if (kind === 'FIN' || kind === 'RST') return { id, close: kind.toLowerCase() };
  if (kind === 'IGNORABLE') return { id, raw: 'hex:8b' };
  if (kind === 'PAYLOAD') {
    const entry = numberIn(frame, 1);
    const fields = { cursor: `hex:0${entry}` };
    return { id, send: 'Payload', entries: [entries[entry - 1]], fields };
  }
  return { id, send: messageOf(kind) };
}

function expected(id: string, frame: string): FlowStep | undefined {
  const kind = kindOf(frame);
  if (kind === 'FIN' || kind === 'RST') return { id, closed: true };
  if (kind === 'IGNORABLE') return undefined;
  const through = kind === 'ACK' ? { where: { through_sequence: numberIn(frame, 0) } } : {};
  return { id, expect: messageOf(kind), ...through };
}

/** What the testee does by itself when it is given the messages: no step brings it about. */
const byItself =
  /CODE_ENTERED$|_READY$|AGREED$|DECLINED$|COMMITTED$|STORED_ALL$|ALL_SENT$|durable$|is stored$/;

function stepOf(id: string, name: string, testee: Role): FlowStep | 'by itself' | undefined {
  const [actor, verb, ...rest] = name.split(' ');
  const frame = rest.join(' ');
  if (verb === 'reads') return actor === testee ? sent(id, frame) : expected(id, frame);
  if (byItself.test(name)) return 'by itself';
  if (actor === peerOf(testee)) return 'by itself';
  if (name === `${testee} CANCEL`) return { id, control: { abort: {} } };
  if (name.startsWith(`${testee} crashes`)) return { id, kill: true };
  if (name.startsWith('cut, ')) return { id, close: 'rst' };
  return name === 'another session' ? { id, again: {} } : undefined;
}

/** The flow in which the kit plays the peer of `testee` as the transcript says. */
export function kitFlowOf(transcript: Transcript, testee: Role): KitFlow {
  const steps: FlowStep[] = [];
  const leftOut: string[] = [];
  for (const name of transcript.steps) {
    const step = stepOf(`step-${steps.length + 1}`, name, testee);
    if (step === undefined) leftOut.push(name);
    else if (step !== 'by itself') steps.push(step);
  }
  const declines = transcript.steps.includes('receiver DECLINED');
  return {
    flow: {
      role: testee,
      title: `From the model: ${transcript.property}`,
      params: { mode: 'CURSOR', offer: declines ? 'decline' : 'accept' },
      steps,
    },
    leftOut,
  };
}
