// A clock that a test moves. Nothing happens by itself.
import type { Clock } from './clock.ts';

/** A clock whose time stands still until {@link VirtualClock.advance}. */
export class VirtualClock implements Clock {
  #nowMs = 0;
  readonly #calls = new Map<number, { readonly atMs: number; readonly fire: () => void }>();
  #nextId = 0;

  nowMs(): number {
    return this.#nowMs;
  }

  schedule(delayMs: number, fire: () => void): () => void {
    const id = this.#nextId++;
    this.#calls.set(id, { atMs: this.#nowMs + Math.max(0, delayMs), fire });
    return () => void this.#calls.delete(id);
  }

  /** How many calls are pending; 0 when everyone cleaned up. */
  get pending(): number {
    return this.#calls.size;
  }

  /** Moves on by `ms`; calls what falls due, each at its time and in order. */
  advance(ms: number): void {
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const due = [...this.#calls].filter(([, { atMs }]) => atMs <= untilMs);
      const first = due.reduce<(typeof due)[number] | undefined>(
        (least, call) => (least === undefined || call[1].atMs < least[1].atMs ? call : least),
        undefined,
      );
      if (first === undefined) break;
      this.#calls.delete(first[0]);
      this.#nowMs = first[1].atMs;
      first[1].fire();
    }
    this.#nowMs = untilMs;
  }
}
