// A folder of the kit's own among the system's temporary ones. It goes when it is closed, and at
// the latest with the process, however often somebody pressed Ctrl-C. Knows not what it is for.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { endTrees } from '../control/process-tree.ts';

/** A temporary folder. */
export class OwnFolder {
  readonly path: string;
  readonly #atExit = (): void => {
    // What still runs would write to it again.
    endTrees();
    this.#remove();
  };

  /**
   * Makes it.
   *
   * @param name - What follows `peersync-` in its name.
   * @throws whatever the system says when it gives none.
   */
  constructor(name: string) {
    this.path = mkdtempSync(join(tmpdir(), `peersync-${name}-`));
    process.on('exit', this.#atExit);
  }

  /** Removes it with everything in it. Safe to call again. */
  close(): void {
    process.off('exit', this.#atExit);
    this.#remove();
  }

  #remove(): void {
    // A process that is being killed may finish the write that it is in.
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  }
}
