// The state tables of chapter 10 as data. It acts on nothing.
import { readFileSync } from 'node:fs';
import type { Role } from '../peer/transcript.ts';

/** What a state does with an event. */
export interface Transition {
  readonly next: string;
  readonly actions: readonly string[];
}

/** One role's table. */
export interface StateTable {
  readonly role: Role;
  readonly initial: string;
  readonly events: readonly { readonly name: string; readonly kind: string }[];
  readonly transitions: Readonly<Record<string, Readonly<Record<string, Transition>>>>;
}

const read = new Map<Role, StateTable>();

/** The table of a role, from the data that the package carries. */
export function stateTable(role: Role): StateTable {
  const known = read.get(role);
  if (known !== undefined) return known;
  const file = new URL(`../../data/states-${role}.json`, import.meta.url);
  const table = JSON.parse(readFileSync(file, 'utf8')) as StateTable;
  read.set(role, table);
  return table;
}

const sendings: Readonly<Record<string, string>> = {
  SEND_ACCEPT: 'Accept',
  SEND_CONFIRM: 'Confirm',
  SEND_IDENTITY: 'Identity',
  SEND_REQUEST: 'Request',
  SEND_OFFER: 'Offer',
  SEND_PAYLOAD: 'Payload',
  SEND_ACK: 'Ack',
  SEND_COMPLETE: 'Complete',
  SEND_RECEIPT: 'Receipt',
  SEND_KEEP_ALIVE: 'KeepAlive',
  SEND_REJECT: 'Reject',
  SEND_ABORT: 'Abort',
};

type Writings = readonly (readonly string[])[];

// Asked for with every course of every message of every session.
const writings = new WeakMap<Transition, Writings>();
const events = new Map<string, string>();

/**
 * What a transition's actions write, in order: one list, or several where an action may write or
 * not.
 */
export function writingsOf(transition: Transition): Writings {
  const known = writings.get(transition);
  if (known !== undefined) return known;
  const { actions } = transition;
  const always = actions.flatMap((action) => sendings[action] ?? []);
  // "Where the window is now larger than announced": an Ack, or none.
  const made = actions.includes('OPEN_WINDOW') ? [always, ['Ack', ...always]] : [always];
  writings.set(transition, made);
  return made;
}

/** The event of a message of that name: `KEEP_ALIVE` of `KeepAlive`. */
export function eventOf(message: string): string {
  const known = events.get(message);
  if (known !== undefined) return known;
  const made = message.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
  events.set(message, made);
  return made;
}
