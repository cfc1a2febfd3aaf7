// The walks of a run: which numbers are played, what was drawn for the testee that answered, and
// which cells of the state tables they went through. It plays nothing.
import { loadEntries } from '../cases/load.ts';
import type { Case } from '../cases/case.ts';
import type { Hello, Role } from '../control/values.ts';
import { stateTable } from '../observer/state-table.ts';
import type { CaseResult } from '../run/verdict.ts';
import { drawWalk, type WalkSource } from '../walks/draw.ts';
import type { WalkCase } from '../walks/walk-case.ts';
import { abilitiesOf } from '../walks/walk.ts';

/** Which walks. */
export interface WalkChoice {
  readonly seed: string;
  /** Number of the first one, from 1. */
  readonly first: number;
  readonly count: number;
  /** Sessions of this role alone; default: of both. */
  readonly role?: Role;
}

/** How many cells of a role's state table were met. */
export interface CellsMet {
  readonly role: Role;
  readonly met: number;
  readonly all: number;
}

const roles: readonly Role[] = ['receiver', 'sender'];

/** What walks of this choice are drawn from, for a testee. */
export function walkSource(
  { seed, role }: Omit<WalkChoice, 'first' | 'count'>,
  hello: Hello,
): WalkSource {
  const abilities = abilitiesOf(hello);
  const own = abilities.roles.filter((name) => role === undefined || name === role);
  return { seed, abilities: { ...abilities, roles: own }, listed: loadEntries() };
}

/** Draws walks when the testee has said what it can do. */
export class WalkDrawer {
  readonly choice: WalkChoice;
  readonly #drawn = new Map<string, WalkCase>();

  constructor(choice: WalkChoice) {
    this.choice = choice;
  }

  /** The walks as cases; none where the testee has no role that they could be about. */
  cases(hello: Hello): readonly Case[] {
    const source = walkSource(this.choice, hello);
    if (source.abilities.roles.length === 0) return [];
    const { first, count } = this.choice;
    return Array.from({ length: count }, (_, index) => {
      const drawn = drawWalk(source, first + index);
      this.#drawn.set(drawn.case.id, drawn);
      return drawn.case;
    });
  }

  /** The cells that walks went through for sure, of those that the testee got right. */
  cellsOf(results: readonly CaseResult[]): readonly string[] {
    const good = results.filter(({ verdict }) => verdict === 'pass' || verdict === 'warn');
    return good.flatMap(({ case: { id } }) => this.#drawn.get(id)?.cells ?? []);
  }
}

/** How many cells each table has, and how many of them are among these. */
export function cellsMet(cells: Iterable<string>): readonly CellsMet[] {
  const met = [...new Set(cells)];
  return roles.map((role) => {
    const { transitions } = stateTable(role);
    const all = Object.values(transitions).reduce((sum, row) => sum + Object.keys(row).length, 0);
    return { role, met: met.filter((cell) => cell.startsWith(`${role} `)).length, all };
  });
}

/** The cells that were met, as one line. */
export function cellsText(cells: Iterable<string>): string {
  const parts = cellsMet(cells).map(({ role, met, all }) => `${role} ${met} of ${all}`);
  return `Cells of the state tables that walks went through for sure: ${parts.join(', ')}.`;
}
