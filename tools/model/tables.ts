// Reads the state tables of the specification, spec/v1/states/<role>.json: states, timers, cells,
// which message an action sends and in which events its work ends. Knows nothing of what they mean.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who runs a machine. */
export type Role = 'sender' | 'receiver';

/** One cell: where an event leads and what is done on the way. */
export interface Cell {
  readonly next: string;
  readonly actions: readonly string[];
}

/** A state; `timer` says since when its timer counts. */
export interface StateRow {
  readonly name: string;
  readonly timer?: { readonly name: string; readonly since: string };
}

/** An event and its kind: message, peer, local or timer. */
export interface EventRow {
  readonly name: string;
  readonly kind: string;
}

/** An action; `sends` is the peer's event, `ends_in` what the work that it starts may end in. */
export interface ActionRow {
  readonly name: string;
  readonly sends?: string;
  readonly ends_in?: readonly string[];
}

/** One role's table. */
export interface StateTable {
  readonly role: Role;
  readonly initial: string;
  readonly states: readonly StateRow[];
  readonly events: readonly EventRow[];
  readonly actions: readonly ActionRow[];
  readonly transitions: Readonly<Record<string, Readonly<Record<string, Cell | undefined>>>>;
}

/** Both tables. */
export type Tables = Readonly<Record<Role, StateTable>>;

/** The other role. */
export const peerOf = (role: Role): Role => (role === 'sender' ? 'receiver' : 'sender');

/** The root of the repository. */
export const root = join(import.meta.dirname, '..', '..');

/** Reads both tables as the specification has them. */
export function readTables(): Tables {
  const read = (role: Role): StateTable =>
    JSON.parse(readFileSync(join(root, `spec/v1/states/${role}.json`), 'utf8')) as StateTable;
  return { sender: read('sender'), receiver: read('receiver') };
}

/** The tables with one cell replaced, or taken out where `cell` is absent. */
export function withCell(
  tables: Tables,
  role: Role,
  state: string,
  event: string,
  cell: Cell | undefined,
): Tables {
  const table = tables[role];
  const row = { ...table.transitions[state], [event]: cell };
  const transitions = { ...table.transitions, [state]: row };
  return { ...tables, [role]: { ...table, transitions } };
}

/** The tables with the timer of one state counting since another moment. */
export function withTimerSince(tables: Tables, role: Role, name: string, since: string): Tables {
  const table = tables[role];
  const states = table.states.map((state) =>
    state.name === name && state.timer ? { ...state, timer: { ...state.timer, since } } : state,
  );
  return { ...tables, [role]: { ...table, states } };
}

/** A (state, event) without a cell: the table is not total. */
export class MissingCell extends Error {}

/** A table made quick to ask. */
export class Machine {
  readonly role: Role;
  readonly initial: string;
  readonly #cells: Readonly<Record<string, Readonly<Record<string, Cell | undefined>>>>;
  readonly #since = new Map<string, string>();
  readonly #actions = new Map<string, ActionRow>();

  constructor(table: StateTable) {
    this.role = table.role;
    this.initial = table.initial;
    this.#cells = table.transitions;
    for (const { name, timer } of table.states) {
      if (timer !== undefined) this.#since.set(name, timer.since);
    }
    for (const action of table.actions) this.#actions.set(action.name, action);
  }

  /**
   * The cell of a state and an event.
   *
   * @throws {@link MissingCell} when the table has none.
   */
  cell(state: string, event: string): Cell {
    const cell = this.#cells[state]?.[event];
    if (cell === undefined) {
      throw new MissingCell(`the ${this.role} has no cell for ${state} by ${event}`);
    }
    return cell;
  }

  /** Since when the timer of a state counts; undefined for a state without one. */
  since(state: string): string | undefined {
    return this.#since.get(state);
  }

  /** What the table says of an action. */
  action(name: string): ActionRow {
    const action = this.#actions.get(name);
    if (action === undefined) throw new Error(`the ${this.role} has no action ${name}`);
    return action;
  }

  /** Whether a state takes a message for what it is: neither refuses it nor throws it away. */
  expects(state: string, event: string): boolean {
    if (state === 'CLOSING' || state === 'CLOSED') return false;
    const { actions } = this.cell(state, event);
    return !actions.includes('SEND_REJECT') && !actions.includes('SEND_ABORT');
  }
}
