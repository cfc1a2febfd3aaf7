// The typed tables against the specification's, cell by cell.
import { describe, expect, it } from 'vitest';
import receiverJson from '../../../spec/v1/states/receiver.json' with { type: 'json' };
import senderJson from '../../../spec/v1/states/sender.json' with { type: 'json' };
import { RECEIVER_TABLE } from './receiver-table.ts';
import { SENDER_TABLE } from './sender-table.ts';
import { RECEIVER_TIMERS, SENDER_TIMERS } from './timers.ts';
import {
  COMMON_ACTIONS,
  MESSAGE_EVENTS,
  OWN_EVENTS,
  PEER_EVENTS,
  RECEIVER_OWN_ACTIONS,
  RECEIVER_OWN_EVENTS,
  RECEIVER_STATES,
  SENDER_OWN_ACTIONS,
  SENDER_OWN_EVENTS,
  SENDER_STATES,
} from './vocabulary.ts';

interface Cell {
  readonly next: string;
  readonly actions: readonly string[];
  readonly requirement?: readonly string[];
}
type Table = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

const roles = [
  {
    role: 'sender',
    json: senderJson,
    table: SENDER_TABLE as Table,
    states: SENDER_STATES as readonly string[],
    events: [...MESSAGE_EVENTS, ...PEER_EVENTS, ...OWN_EVENTS, ...SENDER_OWN_EVENTS] as string[],
    actions: [...COMMON_ACTIONS, ...SENDER_OWN_ACTIONS] as string[],
    timers: SENDER_TIMERS as Readonly<Record<string, unknown>>,
    clear: ['AWAIT_ACCEPT', 'AWAIT_CONFIRM'],
  },
  {
    role: 'receiver',
    json: receiverJson,
    table: RECEIVER_TABLE as Table,
    states: RECEIVER_STATES as readonly string[],
    events: [...MESSAGE_EVENTS, ...PEER_EVENTS, ...OWN_EVENTS, ...RECEIVER_OWN_EVENTS] as string[],
    actions: [...COMMON_ACTIONS, ...RECEIVER_OWN_ACTIONS] as string[],
    timers: RECEIVER_TIMERS as Readonly<Record<string, unknown>>,
    clear: ['AWAIT_INITIATE', 'AWAIT_CODE', 'AWAIT_CONFIRM'],
  },
];

describe.each(roles)('PSP-STATE-1 the $role table', (of) => {
  const names = (list: readonly { readonly name: string }[]): string[] =>
    list.map(({ name }) => name);
  const cells = of.states.flatMap((state) =>
    of.events.map((event) => ({ state, event, cell: of.table[state]![event]! })),
  );

  it('is the table of the specification', () => {
    expect(of.json.role).toBe(of.role);
    expect(of.json.initial).toBe(of.states[0]);
    expect(names(of.json.states)).toEqual(of.states);
    expect(names(of.json.events)).toEqual(of.events);
    expect(names(of.json.actions)).toEqual(of.actions);
    expect(of.json.transitions).toEqual(of.table);
  });

  it('gives each state the timer of the specification', () => {
    for (const state of of.json.states) {
      expect('timer' in state ? state.timer : undefined).toEqual(of.timers[state.name]);
    }
  });

  it('has a cell for every state and event and no other', () => {
    expect(Object.keys(of.table).sort()).toEqual([...of.states].sort());
    for (const state of of.states) {
      expect(Object.keys(of.table[state]!).sort()).toEqual([...of.events].sort());
    }
  });

  it('uses every action, and every state can be reached', () => {
    expect(new Set(cells.flatMap(({ cell }) => cell.actions))).toEqual(new Set(of.actions));
    const reached = new Set([of.states[0]!]);
    for (const state of reached) {
      for (const { next } of Object.values(of.table[state]!)) reached.add(next);
    }
    expect([...reached].sort()).toEqual([...of.states].sort());
  });

  it('PSP-ABORT-1 PSP-ABORT-2 gives up with Reject before keys and with Abort after', () => {
    for (const { state, cell } of cells) {
      const isClear = of.clear.includes(state);
      if (cell.actions.includes('SEND_REJECT')) expect(isClear).toBe(true);
      if (cell.actions.includes('SEND_ABORT')) expect(isClear).toBe(false);
      const last = cell.actions.findIndex((name) => /SEND_(REJECT|ABORT)/.test(name));
      // Nothing is sent after it.
      if (last >= 0) expect(cell.actions.slice(last + 1)).toEqual(['END_WRITING']);
    }
  });

  it('PSP-ABORT-7 PSP-SEAL-4 answers neither Reject nor Abort nor a broken seal', () => {
    for (const { event, cell } of cells) {
      if (['REJECT', 'ABORT', 'SEAL_BROKEN', 'END'].includes(event)) {
        expect(cell.actions.filter((name) => name.startsWith('SEND_'))).toEqual([]);
      }
    }
  });

  it('PSP-CLOSE-1 ends its writing on the way to CLOSING, closes on the way to CLOSED', () => {
    for (const { state, cell } of cells) {
      const enters = cell.next !== state;
      expect(cell.actions.includes('END_WRITING')).toBe(enters && cell.next === 'CLOSING');
      expect(cell.actions.includes('CLOSE')).toBe(enters && cell.next === 'CLOSED');
      if (state === 'CLOSED') expect(cell).toEqual({ next: 'CLOSED', actions: [] });
      if (state === 'CLOSING') expect(['CLOSING', 'CLOSED']).toContain(cell.next);
    }
  });

  it('PSP-FRAME-11 an ignorable message changes nothing anywhere', () => {
    for (const { state, event, cell } of cells) {
      if (event === 'IGNORABLE') expect([cell.next, cell.actions]).toEqual([state, []]);
    }
  });

  it('cites only well-formed requirement ids', () => {
    for (const { cell } of cells) {
      for (const id of cell.requirement ?? []) expect(id).toMatch(/^PSP-[A-Z]+-[0-9]+$/);
    }
  });
});
