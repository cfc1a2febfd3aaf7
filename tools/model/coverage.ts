// Which cells of the tables an exploration took, and why the others can't be: computed from the
// tables alone, so that a cell that is missed for no reason shows.
import type { Role, StateTable, Tables } from './tables.ts';
import { roles } from './moves.ts';

/** Why a cell is never taken. */
export type Reason =
  | 'no frame is sealed before keys'
  | 'nothing calls for KeepAlive in this state'
  | 'no timer runs in this state'
  | 'no work that ends in it is under way';

/** A cell that is not taken; `reason` undefined: it should have been. */
export interface Untaken {
  readonly role: Role;
  readonly state: string;
  readonly event: string;
  readonly reason: Reason | undefined;
}

/** How much of the tables was taken. */
export interface Coverage {
  readonly cells: number;
  readonly taken: number;
  readonly untaken: readonly Untaken[];
}

interface Situation {
  readonly state: string;
  readonly jobs: ReadonlySet<string>;
  readonly keys: boolean;
}

/** Every combination of state, work under way and keys that the table allows. */
function situationsOf(table: StateTable): Situation[] {
  const endsIn = new Map(table.actions.map(({ name, ends_in }) => [name, ends_in ?? []]));
  const endings = new Set([...endsIn.values()].flat());
  const found = new Map<string, Situation>();
  const add = (situation: Situation): void => {
    const { state, jobs, keys } = situation;
    const key = `${state} ${[...jobs].sort().join()} ${keys}`;
    if (!found.has(key)) found.set(key, situation);
  };
  add({ state: table.initial, jobs: new Set(), keys: false });
  for (const { state, jobs, keys } of found.values()) {
    for (const { name: event, kind } of table.events) {
      const cell = table.transitions[state]?.[event];
      const owners = [...jobs].filter((job) => endsIn.get(job)?.includes(event));
      const isOwnWork = kind === 'local' && endings.has(event) && !alone.has(event);
      if (cell === undefined || (isOwnWork && owners.length === 0)) continue;
      const left = repeated.has(event)
        ? [...jobs]
        : [...jobs].filter((job) => !owners.includes(job));
      const started = cell.actions.filter((name) => (endsIn.get(name) ?? []).length > 0);
      add({
        state: cell.next,
        jobs: new Set([...left, ...started]),
        keys: keys || cell.actions.includes('INSTALL_KEYS'),
      });
    }
  }
  return [...found.values()];
}

/** Events that work may end in and that also come by themselves. */
const alone = new Set(['CANCEL', 'FAULT', 'VIOLATION']);
/** Events after which the work that they are of goes on. */
const repeated = new Set(['BATCH_READY', 'COMMITTED']);

function reasonFor(
  table: StateTable,
  situations: readonly Situation[],
  state: string,
  event: string,
): Reason | undefined {
  const here = situations.filter((situation) => situation.state === state);
  const since = table.states.find(({ name }) => name === state)?.timer?.since;
  if (event === 'SEAL_BROKEN' && here.every(({ keys }) => !keys)) {
    return 'no frame is sealed before keys';
  }
  if (event === 'KEEP_ALIVE_DUE' && since !== 'last-frame-opened') {
    return 'nothing calls for KeepAlive in this state';
  }
  if (event === 'TIMEOUT' && since === undefined) return 'no timer runs in this state';
  const owners = table.actions.filter(({ ends_in }) => ends_in?.includes(event) === true);
  const isUnderWay = here.some(({ jobs }) => owners.some(({ name }) => jobs.has(name)));
  if (owners.length > 0 && !alone.has(event) && !isUnderWay) {
    return 'no work that ends in it is under way';
  }
  return undefined;
}

/** Compares the rows taken, each `role state event`, with the tables. */
export function coverageOf(tables: Tables, rows: ReadonlySet<string>): Coverage {
  const untaken: Untaken[] = [];
  let cells = 0;
  for (const role of roles) {
    const table = tables[role];
    const situations = situationsOf(table);
    for (const { name: state } of table.states) {
      for (const { name: event } of table.events) {
        cells += 1;
        if (rows.has(`${role} ${state} ${event}`)) continue;
        untaken.push({ role, state, event, reason: reasonFor(table, situations, state, event) });
      }
    }
  }
  return { cells, taken: cells - untaken.length, untaken };
}

/** Whether a cell that has a reason not to be taken was taken all the same. */
export function contradictions(tables: Tables, rows: ReadonlySet<string>): string[] {
  return roles.flatMap((role) => {
    const table = tables[role];
    const situations = situationsOf(table);
    return [...rows].filter((row) => {
      const [of, state = '', event = ''] = row.split(' ');
      return of === role && reasonFor(table, situations, state, event) !== undefined;
    });
  });
}
