// `vectors verify`: holds the kit's own codec and store model to a folder of golden vectors.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { storeJudges } from '../store-model/vector-judges.ts';
import { verifyVectors } from '../vectors/verify.ts';
import { KitError } from '../fault.ts';
import { misuse, type ExitCode } from './failure.ts';
import type { Screen } from './screen.ts';

/** The vectors that travel with the package; in the repository they lie beside it. */
function ownVectors(): string {
  // Sources are in the repository, where a copy in the package is what an aborted pack left behind.
  const isSource = import.meta.url.endsWith('.ts');
  const own = isSource ? '../../../vectors/v1' : '../../vectors/v1';
  const path = fileURLToPath(new URL(own, import.meta.url));
  return existsSync(path) ? path : 'vectors/v1';
}

/**
 * Verifies every file of a folder; 4 where the kit reads a vector differently.
 *
 * @throws CommandFailure where the folder holds no vectors.
 */
export async function verify(screen: Screen, folder = ownVectors()): Promise<ExitCode> {
  const areas = await verifyVectors(folder, storeJudges).catch((error: unknown) => {
    if (!(error instanceof KitError)) throw error;
    throw misuse(`${error.message}.`, 'Name a folder such as vectors/v1.', { cause: error });
  });
  for (const { area, checked, skipped, failures } of areas) {
    const state =
      failures.length === 0 ? screen.mark('green', 'ok') : screen.mark('red', 'differs');
    const rest = skipped.length === 0 ? '' : `, ${skipped.length} skipped: ${skipped[0]?.why}`;
    screen.print(`${state} ${area}: ${checked} checked, ${failures.length} differ${rest}`);
    for (const { id, title, detail } of failures) screen.print(`     ${id} ${title}: ${detail}`);
  }
  const sum = (of: (area: (typeof areas)[number]) => number): number =>
    areas.reduce((total, area) => total + of(area), 0);
  const [checked, failed] = [sum((one) => one.checked), sum((one) => one.failures.length)];
  const skipped = sum((one) => one.skipped.length);
  screen.print(`${checked} vectors checked, ${failed} differ, ${skipped} skipped`);
  if (failed > 0) return 4;
  return checked === 0 ? 5 : 0;
}
