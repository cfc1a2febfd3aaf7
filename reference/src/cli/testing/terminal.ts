// A terminal in memory: what the program writes to it, and a person who types. Knows nothing of
// what the program should do.
import { PassThrough } from 'node:stream';
import type { Surroundings } from '../screen.ts';

/** Standard streams that claim to be a terminal of 100 columns. */
export class FakeTerminal {
  readonly surroundings: Surroundings;
  readonly #stdin = Object.assign(new PassThrough(), { isTTY: true });
  readonly #watchers = new Set<() => void>();
  #text = '';

  constructor(env: Readonly<Record<string, string>> = {}, isTTY = true) {
    const output = (): PassThrough & { isTTY: boolean; columns: number } => {
      const stream = new PassThrough().setEncoding('utf8').on('data', (text: string) => {
        this.#text += text;
        for (const watch of this.#watchers) watch();
      });
      return Object.assign(stream, { isTTY, columns: 100 });
    };
    this.surroundings = { stdin: this.#stdin, stdout: output(), stderr: output(), env };
  }

  /** Everything written so far, to both streams. */
  get text(): string {
    return this.#text;
  }

  /** The first group of a match, as soon as it is there. */
  async seen(pattern: RegExp): Promise<string> {
    return new Promise((resolve) => {
      const watch = (): void => {
        const match = pattern.exec(this.#text);
        if (match === null) return;
        this.#watchers.delete(watch);
        resolve(match[1] ?? match[0]);
      };
      this.#watchers.add(watch);
      watch();
    });
  }

  type(keys: string): void {
    this.#stdin.write(keys);
  }
}
