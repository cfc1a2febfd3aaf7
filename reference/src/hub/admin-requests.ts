// What an operator can ask a hub, as data in and data out. Knows no HTTP but its status codes.
import { erase, parseSecret } from '../security/index.ts';
import type { Hub, Refusal } from './hub.ts';
import type { HubSession, Verdict } from './hub-session.ts';

/** An answer: a status of HTTP and what becomes its JSON. */
export interface AdminAnswer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** What `POST /codes` takes. */
interface EnteredCode {
  readonly code: string;
  readonly session?: string;
  readonly dial?: { readonly host: string; readonly port: number };
}

const refusals: Readonly<Record<Refusal['why'], readonly [number, string]>> = {
  draining: [503, 'The hub is ending and takes no new session.'],
  full: [503, 'As many sessions run as may; the code is still good, enter it again in a moment.'],
  nobody: [404, 'No such device waits for its code.'],
  ambiguous: [409, 'Several devices wait; say which one the code is of.'],
  'no-such-kind': [409, 'The device does not show a code of this kind.'],
  'not-reached': [502, 'The device could not be reached.'],
};

/** Whether the hub can take a device in: 200 or 503. */
export function readiness(hub: Hub): AdminAnswer {
  const { isDraining, metrics, counts } = hub;
  if (isDraining) return { status: 503, body: { status: 'draining', ...counts } };
  // Until a session can write again nobody knows whether the store is mended.
  if (metrics.lastWriteFailed) return { status: 503, body: { status: 'store-failed', ...counts } };
  return { status: 200, body: { status: 'ok', ...counts } };
}

/** Everybody who waits for a code, and every session. */
export function sessionList(hub: Hub): AdminAnswer {
  return { status: 200, body: { sessions: hub.sessions.map(describe) } };
}

function describe(session: HubSession): Readonly<Record<string, unknown>> {
  const { name, stage, from, elapsedMs, sender, progress } = session;
  const seconds = Math.round(elapsedMs / 1000);
  const head = { session: name, stage, from, seconds };
  // PSP-PRIV-1: the operator sees who sends and how much.
  return sender === undefined ? head : { ...head, sender: sender.displayName, ...progress };
}

/**
 * Enters a code; waits until the device has proved that it knows it.
 *
 * @param text - JSON: `{"code": …}`, with `"session": …` where several devices wait, or with
 *   `"dial": {"host": …, "port": …}` for a device that listens.
 */
export async function enterCode(hub: Hub, text: string): Promise<AdminAnswer> {
  const entered = readEntered(text);
  if (entered === undefined) {
    return problem(400, 'Send {"code": "NNN NNN NNN"}, with "session" or "dial" if needed.');
  }
  const secret = parseSecret(entered.code);
  // PSP-CODE-4: nothing was sent, so nothing was tried. The text of the fault quotes no code.
  if ('message' in secret) return problem(400, secret.message);
  const { dial, session } = entered;
  const verdict =
    dial === undefined
      ? await hub.admit(secret, session)
      : await hub.dial(secret, dial.host, dial.port);
  // PSP-KEY-5: used or not, nobody needs it here any more.
  erase(secret.secret);
  return answerTo(hub, verdict);
}

function answerTo(hub: Hub, verdict: Verdict | Refusal): AdminAnswer {
  if (verdict.kind === 'authenticated') return { status: 200, body: { ...verdict } };
  if (verdict.kind === 'failed') {
    const { session, code } = verdict;
    const text = 'The code was not the right one, or the device went away.';
    return { status: 422, body: { error: text, session, code } };
  }
  const [status, text] = refusals[verdict.why];
  const told = 'text' in verdict && verdict.text !== undefined ? verdict.text : text;
  if (verdict.why !== 'ambiguous') return problem(status, told);
  return { status, body: { error: told, ...sessionList(hub).body } };
}

function problem(status: number, error: string): AdminAnswer {
  return { status, body: { error } };
}

function readEntered(text: string): EnteredCode | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(value) || typeof value['code'] !== 'string') return undefined;
  const { code, session, dial } = value;
  if (session !== undefined && typeof session !== 'string') return undefined;
  const named = session === undefined ? {} : { session };
  if (dial === undefined) return { code, ...named };
  if (!isObject(dial) || typeof dial['host'] !== 'string' || !isPort(dial['port'])) {
    return undefined;
  }
  return { code, dial: { host: dial['host'], port: dial['port'] } };
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 65_535;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
