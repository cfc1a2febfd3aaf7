// Shows a role's state machine, spec/v1/states/<role>.json, as tables and as a diagram. It does not
// check that the machine is a good one.
import { isList, isRecord, readData, recordsAt, renderRecords, textAt } from './records.ts';
import type { Json, JsonRecord } from './records.ts';
import { RenderError } from './regions.ts';

/** Events that end a session from nearly every state; the diagram would be nothing but them. */
const endings = new Set([
  'REJECT',
  'ABORT',
  'END',
  'SEAL_BROKEN',
  'VIOLATION',
  'CANCEL',
  'FAULT',
  'TIMEOUT',
]);

interface Cell {
  readonly next: string;
  readonly actions: readonly string[];
  readonly requirements: readonly string[];
}

const texts = (value: Json | undefined): string[] =>
  isList(value) ? value.filter((item) => typeof item === 'string') : [];

function cellOf(value: Json | undefined, where: string): Cell {
  if (!isRecord(value) || typeof value['next'] !== 'string') {
    throw new RenderError(`${where} has no cell`);
  }
  const { next, actions, requirement } = value;
  return { next, actions: texts(actions), requirements: texts(requirement) };
}

function record(value: Json | undefined): JsonRecord {
  return isRecord(value) ? value : {};
}

const nameOf = (item: JsonRecord): string => textAt(item, 'name');

interface Machine {
  readonly data: JsonRecord;
  readonly states: readonly JsonRecord[];
  readonly events: readonly JsonRecord[];
  cell(state: string, event: string): Cell;
}

function readMachine(root: string, role: string): Machine {
  const data = readData(root, `v1/states/${role}.json`);
  const transitions = record(data['transitions']);
  return {
    data,
    states: recordsAt(data, 'states'),
    events: recordsAt(data, 'events'),
    cell: (state, event) =>
      cellOf(record(transitions[state])[event], `${role}: ${state} by ${event}`),
  };
}

function timerOf(state: JsonRecord): string {
  const timer = record(state['timer']);
  if (timer['name'] === undefined) return '';
  const seconds = Number(timer['milliseconds']) / 1000;
  const since = textAt(timer, 'since').replaceAll('-', ' ');
  return ` Timer: ${textAt(timer, 'name')}, ${seconds} s since ${since}.`;
}

const code = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(', ');

/** Groups the events of a state that have the same cell, in order of first occurrence. */
function rowsOf(machine: Machine, state: string): { events: string[]; cell: Cell }[] {
  const rows = new Map<string, { events: string[]; cell: Cell }>();
  for (const event of machine.events.map(nameOf)) {
    const cell = machine.cell(state, event);
    const key = JSON.stringify(cell);
    const row = rows.get(key) ?? { events: [], cell };
    row.events.push(event);
    rows.set(key, row);
  }
  return [...rows.values()];
}

function rowText(state: string, { events, cell }: { events: string[]; cell: Cell }): string {
  const next = cell.next === state ? 'stays' : `\`${cell.next}\``;
  const actions = cell.actions.length === 0 ? '–' : code(cell.actions);
  const cited = cell.requirements.length === 0 ? '–' : cell.requirements.join(', ');
  return `| ${code(events)} | ${next} | ${actions} | ${cited} |`;
}

/** One table for each state, events with the same cell in one row; every event occurs once. */
export function renderStates(root: string, role: string): string[] {
  const machine = readMachine(root, role);
  return machine.states.flatMap((state, index) => {
    const name = nameOf(state);
    const rows = rowsOf(machine, name).map((row) => rowText(name, row));
    return [
      ...(index === 0 ? [] : ['']),
      `**\`${name}\`** — ${textAt(state, 'means')}${timerOf(state)}`,
      '',
      '| events | next state | actions, in order | requirements |',
      '|---|---|---|---|',
      ...rows,
    ];
  });
}

/** What a draft adds to a role's tables: states, events, actions, and the cells that it has. */
export function renderDraftStates(root: string, draft: string, role: string): string[] {
  const data = record(readData(root, `draft/states/${draft}.json`)[role]);
  const events = recordsAt(data, 'events').map(nameOf);
  const told = ['states', 'events', 'actions'].flatMap((key) =>
    recordsAt(data, key).map((item) => {
      const means = `${textAt(item, 'means')}${timerOf(item)}`;
      return `| ${key.slice(0, -1)} | \`${nameOf(item)}\` | ${means} |`;
    }),
  );
  const rows = Object.entries(record(data['transitions'])).flatMap(([state, row]) => {
    const cells = record(row);
    const named = events.filter((event) => event in cells);
    const order = [...named, ...Object.keys(cells).filter((event) => !named.includes(event))];
    const cell = (_: string, event: string): Cell => cellOf(cells[event], `${state} by ${event}`);
    const machine = { data, states: [], events: order.map((name) => ({ name })), cell };
    return rowsOf(machine, state).map((found) => `| \`${state}\` ${rowText(state, found)}`);
  });
  return [
    '| | name | means |',
    '|---|---|---|',
    ...told,
    '',
    '| state | events | next state | actions, in order | requirements |',
    '|---|---|---|---|---|',
    ...rows,
  ];
}

/** The events or actions of a role with their meanings. */
export function renderVocabulary(root: string, role: string, key: 'events' | 'actions'): string[] {
  return renderRecords(recordsAt(readMachine(root, role).data, key));
}

function isDrawn(state: string, event: JsonRecord, cell: Cell): boolean {
  if (cell.next === state) return cell.actions.length > 0 && event['kind'] === 'message';
  if (state === 'CLOSING') return true;
  if (endings.has(nameOf(event))) return false;
  return event['kind'] !== 'message' || !cell.actions.some((name) => /_(REJECT|ABORT)$/.test(name));
}

/** The machine as a Mermaid diagram, without what ends a session from nearly every state. */
export function renderDiagram(root: string, role: string): string[] {
  const machine = readMachine(root, role);
  const edges = machine.states.map(nameOf).flatMap((state) => {
    const byTarget = new Map<string, string[]>();
    for (const event of machine.events) {
      const cell = machine.cell(state, nameOf(event));
      if (!isDrawn(state, event, cell)) continue;
      byTarget.set(cell.next, [...(byTarget.get(cell.next) ?? []), nameOf(event)]);
    }
    return [...byTarget].map(([next, names]) => `    ${state} --> ${next}: ${names.join(', ')}`);
  });
  return [
    '```mermaid',
    'stateDiagram-v2',
    `    [*] --> ${textAt(machine.data, 'initial')}`,
    ...edges,
    '    CLOSED --> [*]',
    '```',
  ];
}
