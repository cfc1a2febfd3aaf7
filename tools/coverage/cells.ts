// The cells of the state tables: which have a case, which cannot have one, which are open.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Case } from '../../conformance/src/cases/case.ts';
import type { UntestableCell } from '../../conformance/src/cases/load.ts';

/** What there is to say of a role's cells. */
export interface CellCoverage {
  readonly role: string;
  readonly cells: number;
  /** Ids of cases by `STATE/EVENT`. */
  readonly cased: Readonly<Record<string, readonly string[]>>;
  /** Cells that no case can be about, by the reason. */
  readonly untestable: readonly { readonly why: string; readonly cells: readonly string[] }[];
  readonly open: readonly string[];
  /** Named by a case or as untestable, and not in the table. */
  readonly unknown: readonly string[];
}

interface StateTable {
  readonly states: readonly { readonly name: string }[];
  readonly events: readonly { readonly name: string }[];
}

/** Sets the cases of a role beside its state table. */
export function cellsOf(
  role: string,
  table: StateTable,
  cases: readonly Case[],
  untestable: readonly UntestableCell[],
): CellCoverage {
  const all = table.states.flatMap((state) =>
    table.events.map((event) => `${state.name}/${event.name}`),
  );
  const cased = new Map<string, string[]>();
  for (const one of cases) {
    if (one.role !== role || one.cell === undefined || one.untestable !== undefined) continue;
    cased.set(one.cell, [...(cased.get(one.cell) ?? []), one.id]);
  }
  const reasons = new Map<string, string[]>();
  for (const { role: of, cell, why } of untestable) {
    if (of === role) reasons.set(why, [...(reasons.get(why) ?? []), cell]);
  }
  const named = new Set([...cased.keys(), ...[...reasons.values()].flat()]);
  return {
    role,
    cells: all.length,
    cased: Object.fromEntries([...cased].sort(([a], [b]) => (a < b ? -1 : 1))),
    untestable: [...reasons].map(([why, cells]) => ({ why, cells })),
    open: all.filter((cell) => !named.has(cell)),
    unknown: [...named].filter((cell) => !all.includes(cell)),
  };
}

/** The cells of both roles. */
export function readCells(
  root: string,
  cases: readonly Case[],
  untestable: readonly UntestableCell[],
): CellCoverage[] {
  return ['receiver', 'sender'].map((role) => {
    const path = join(root, 'spec', 'v1', 'states', `${role}.json`);
    const table = JSON.parse(readFileSync(path, 'utf8')) as StateTable;
    return cellsOf(role, table, cases, untestable);
  });
}
