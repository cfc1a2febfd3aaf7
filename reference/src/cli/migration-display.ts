// Shows that a store file of an older form is being brought to the present one, and how far that
// is: nothing else happens meanwhile, and of a large store it takes a minute.
import type { MigrationProgress } from '../store/sqlite-migration.ts';
import { formatCount, formatNumber } from './number-text.ts';
import type { Screen } from './screen.ts';

const redrawEveryMs = 100;
const lineEveryMs = 5_000;

/** The progress of one migration. */
export class MigrationDisplay {
  readonly #screen: Screen;
  readonly #path: string;
  readonly #nowMs: () => number;
  #saidMs: number | undefined;

  constructor(screen: Screen, path: string, nowMs: () => number) {
    this.#screen = screen;
    this.#path = path;
    this.#nowMs = nowMs;
  }

  /** Says what is going on when it begins, and then how far it is, now and then. */
  update({ entries, of }: MigrationProgress): void {
    const nowMs = this.#nowMs();
    const screen = this.#screen;
    if (this.#saidMs === undefined) {
      screen.progress(
        `${this.#path} is of an older version: its ${formatCount(of, 'resource')} are brought to ` +
          'the present form, once. Until that is done the file grows to twice its size.',
      );
    } else if (nowMs - this.#saidMs < (screen.live ? redrawEveryMs : lineEveryMs)) {
      return;
    }
    this.#saidMs = nowMs;
    const far = `${formatNumber(entries)} of ${formatNumber(of)}`;
    if (screen.live) screen.liveLine(far);
    else if (entries > 0) screen.progress(far);
    screen.emit({ event: 'migration', entries, of });
  }

  /** Takes the live line away. */
  end(): void {
    this.#screen.liveLine('');
  }
}
