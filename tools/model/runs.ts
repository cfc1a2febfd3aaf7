// Explores everything there is to explore, or until the first breach. The one place that says which
// explorations belong together.
import { arbitrary, meet } from './arbitrary-peer.ts';
import type { Meeting } from './arbitrary-peer.ts';
import { configurations } from './configurations.ts';
import { explore } from './explore.ts';
import type { CounterExample, Exploration } from './explore.ts';
import { guards } from './guards.ts';
import type { Guards } from './guards.ts';
import { roles } from './moves.ts';
import { mutations } from './mutations.ts';
import type { Mutation } from './mutations.ts';
import { readTables } from './tables.ts';
import type { Role, Tables } from './tables.ts';
import type { Configuration } from './world.ts';

/** Tables and rules to explore. */
export interface Rules {
  readonly tables: Tables;
  readonly guards: Guards;
}

/** The rules of the specification, or those with a fault. */
export function rulesWith(mutation?: Mutation): Rules {
  const tables = readTables();
  return {
    tables: mutation?.tables?.(tables) ?? tables,
    guards: { ...guards, ...mutation?.guards },
  };
}

/**
 * The mutation of a name.
 *
 * @throws Error when there is none.
 */
export function mutationNamed(name: string): Mutation {
  const found = mutations.find((mutation) => mutation.name === name);
  if (found === undefined) throw new Error(`no mutation is called "${name}"`);
  return found;
}

/** Explores the configurations in turn; tells of each. */
export function exploreAll(
  rules: Rules,
  tell: (found: Exploration) => void = () => undefined,
  list: readonly Configuration[] = configurations,
): Exploration[] {
  return list.map((configuration) => {
    const found = explore({ ...rules, configuration });
    tell(found);
    return found;
  });
}

/** Both roles before an arbitrary peer. */
export function meetAll(rules: Rules): Meeting[] {
  return roles.map((role) => meet(rules, role));
}

/** A breach and where it was found. */
export interface Caught {
  readonly where: string;
  readonly configuration: Configuration;
  /** The honest role before an arbitrary peer; undefined: both are honest. */
  readonly honest: Role | undefined;
  readonly breach: CounterExample;
}

/** The first breach of these rules in any exploration, `needsLiar`: before an arbitrary peer. */
export function firstBreach(rules: Rules, needsLiar = false): Caught | undefined {
  for (const configuration of needsLiar ? [] : configurations) {
    const { breach } = explore({ ...rules, configuration });
    const where = configuration.name;
    if (breach !== undefined) return { where, configuration, honest: undefined, breach };
  }
  for (const { honest, breach } of meetAll(rules)) {
    const where = `the ${honest} before an arbitrary peer`;
    if (breach !== undefined) return { where, configuration: arbitrary, honest, breach };
  }
  return undefined;
}
