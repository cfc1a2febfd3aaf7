// Runs a property with a fixed seed for a test: it must hold, and must have reached what it is for.
import fc from 'fast-check';
import { Coverage } from './coverage.ts';
import { coverageGoals } from './coverage-goals.ts';
import { properties, type PropertyName } from './properties.ts';

/** Actions of one run, at most. */
export const actionsUsual = 40;

/**
 * Runs a property and prints what it reached.
 *
 * @throws Error where the property does not hold, or a goal was never reached.
 */
export async function checkReaching(
  name: PropertyName,
  { runs, seed }: { readonly runs: number; readonly seed: number },
): Promise<void> {
  const coverage = new Coverage();
  const scale = { replicas: undefined, actionsMax: actionsUsual };
  await fc.assert(properties[name](scale, coverage), { numRuns: runs, seed });
  const goals = coverageGoals[name];
  process.stdout.write(`\n${name}, ${runs} runs, seed ${seed}:\n${coverage.table(goals)}\n`);
  const missing = coverage.missing(goals);
  if (missing.length > 0) throw new Error(`never reached: ${missing.join('; ')}`);
}
