// Writes the state tables as a Promela model for spin: the cells generated, the layer below them
// (session-layer.pml) as it is. `node tools/model/promela.ts` writes spec/v1/models/session.pml.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTables, root } from './tables.ts';
import type { Cell, Role, StateTable, Tables } from './tables.ts';

/** Where the model stands, from the root of the repository. */
export const promelaPath = 'spec/v1/models/session.pml';

const letter = (role: Role): string => (role === 'sender' ? 'S' : 'R');

const defines = (prefix: string, names: readonly string[], from: number): string[] =>
  names.map((name, index) => `#define ${prefix}_${name} ${index + from}`);

const namesOf = (rows: readonly { readonly name: string }[]): string[] =>
  rows.map(({ name }) => name);

/** Events of a state with the same cell, as in the tables of chapter 10. */
function rowsOf(table: StateTable, state: string): { events: string[]; cell: Cell }[] {
  const rows = new Map<string, { events: string[]; cell: Cell }>();
  for (const { name: event } of table.events) {
    const cell = table.transitions[state]?.[event];
    if (cell === undefined) continue;
    const { next, actions } = cell;
    const key = JSON.stringify([next, actions]);
    const row = rows.get(key) ?? { events: [], cell };
    row.events.push(event);
    rows.set(key, row);
  }
  return [...rows.values()];
}

function cellsOf(table: StateTable): string[] {
  const role = letter(table.role);
  const options = namesOf(table.states).flatMap((state) =>
    rowsOf(table, state).map(({ events, cell }) => {
      const actions = [...cell.actions, 'NONE', 'NONE', 'NONE'].slice(0, 3);
      const sets = actions.map((name, index) => `a${index + 1} = A_${name}`).join('; ');
      const any = events.map((event) => `e == E_${event}`).join(' || ');
      return `  :: p == ${role}_${state} && (${any}) ->\n     next = ${role}_${cell.next}; ${sets}`;
    }),
  );
  return [
    `inline ${role.toLowerCase()}_cell(p, e) {`,
    '  if',
    ...options,
    '  :: else -> assert(false)                         /* every state answers every event */',
    '  fi',
    '}',
  ];
}

const either = (terms: readonly string[]): string =>
  terms.map((term) => `\\\n  || (${term})`).join(' ');

/** Which states take which messages for what they are: they neither refuse nor discard them. */
function expectsOf(table: StateTable): string {
  const role = letter(table.role);
  const messages = table.events.filter(({ kind }) => kind === 'message');
  const terms = namesOf(table.states).flatMap((state) => {
    if (state === 'CLOSING' || state === 'CLOSED') return [];
    const expected = namesOf(messages).filter((event) => {
      const actions = table.transitions[state]?.[event]?.actions ?? [];
      return !actions.includes('SEND_REJECT') && !actions.includes('SEND_ABORT');
    });
    const any = expected.map((event) => `(e) == E_${event}`).join(' || ');
    return expected.length === 0 ? [] : [`(p) == ${role}_${state} && (${any})`];
  });
  return `#define ${role}_EXPECTS(p, e) (false ${either(terms)})`;
}

function timersOf(table: StateTable): string[] {
  const role = letter(table.role);
  const where = (test: (since: string) => boolean): string => {
    const states = table.states.filter(({ timer }) => timer !== undefined && test(timer.since));
    return `(false ${either(namesOf(states).map((state) => `(p) == ${role}_${state}`))})`;
  };
  return [
    `#define ${role}_HAS_TIMER(p) ${where(() => true)}`,
    `#define ${role}_TIMER_WAITS(p) ${where((since) => since === 'writing-ended')}`,
    `#define ${role}_KEEPS_ALIVE(p) ${where((since) => since === 'last-frame-opened')}`,
  ];
}

/** The whole model of these tables. */
export function promelaOf(tables: Tables): string {
  const both = [tables.sender, tables.receiver];
  const unique = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())];
  const layer = readFileSync(join(root, 'tools/model/session-layer.pml'), 'utf8');
  return [
    '/* Made by tools/model/promela.ts from states/sender.json, states/receiver.json and',
    '   tools/model/session-layer.pml; not to be edited. Appendix E says how to run it. */',
    '',
    ...defines('E', unique(both.map(({ events }) => namesOf(events))), 1),
    '',
    '#define A_NONE 0',
    ...defines('A', unique(both.map(({ actions }) => namesOf(actions))), 1),
    ...both.flatMap((table) => [
      '',
      ...defines(letter(table.role), namesOf(table.states), 1),
      `#define ${letter(table.role)}_INITIAL ${letter(table.role)}_${table.initial}`,
      '',
      expectsOf(table),
      ...timersOf(table),
      '',
      ...cellsOf(table),
    ]),
    '',
    layer,
  ].join('\n');
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(join(root, promelaPath), promelaOf(readTables()));
  console.log(`${promelaPath}: written`);
}
