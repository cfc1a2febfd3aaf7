// Counts what the runs came across: a simulation that reached nothing shows nothing. Knows names
// and numbers only.

/** How often each thing was reached. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  /** Counts something. */
  note(what: string, times = 1): void {
    if (times > 0) this.#counts.set(what, this.of(what) + times);
  }

  of(what: string): number {
    return this.#counts.get(what) ?? 0;
  }

  /** Of these, the ones that were never reached. */
  missing(names: readonly string[]): string[] {
    return names.filter((name) => this.of(name) === 0);
  }

  /** All counts as lines of text, in order of name, those of `wanted` also where they are 0. */
  table(wanted: readonly string[] = []): string {
    const names = [...new Set([...this.#counts.keys(), ...wanted])].sort();
    const width = Math.max(0, ...names.map((name) => name.length));
    return names.map((name) => `  ${name.padEnd(width)} ${this.of(name)}`).join('\n');
  }
}
