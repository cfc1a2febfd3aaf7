// Counts for a progress bar: entries acknowledged of those offered, by type. Knows no resources.
import type { Offer } from '../wire/index.ts';
import type { ProgressEvent } from './options.ts';

/** The counts of one session. */
export class Progress {
  readonly #offered: ReadonlyMap<string, number> | undefined;
  readonly #acknowledged = new Map<string, number>();

  constructor(offer: Offer) {
    this.#offered = offer.indeterminate
      ? undefined
      : new Map(offer.totals.map(({ resourceType, entries }) => [resourceType, Number(entries)]));
  }

  /** Counts entries of types that became durable. */
  acknowledged(types: Iterable<readonly [resourceType: string, entries: number]>): void {
    for (const [resourceType, entries] of types) {
      this.#acknowledged.set(resourceType, (this.#acknowledged.get(resourceType) ?? 0) + entries);
    }
  }

  /** The counts at this moment. */
  event(): ProgressEvent {
    const types = new Set([...(this.#offered?.keys() ?? []), ...this.#acknowledged.keys()]);
    const byType = new Map(
      [...types].sort().map((type) => {
        const acknowledged = this.#acknowledged.get(type) ?? 0;
        const offered = this.#offered === undefined ? undefined : (this.#offered.get(type) ?? 0);
        return [type, { acknowledged, offered }];
      }),
    );
    const sum = (counts: Iterable<number>): number => [...counts].reduce((a, b) => a + b, 0);
    return {
      kind: 'progress',
      acknowledged: sum(this.#acknowledged.values()),
      offered: this.#offered && sum(this.#offered.values()),
      byType,
    };
  }
}
