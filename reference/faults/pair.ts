// Two devices with a store each, for faults that end no process: sessions one after the other, with
// whatever stands between them. Counts sessions and hangs; knows no fault.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { generateAccessCode } from '../src/security/index.ts';
import { compare, holdingOf } from './comparison.ts';
import { DeviceProcess, Hang } from './device-process.ts';
import { inFolder, makeStore } from './folders.ts';
import type { ClockSteps, SessionEnd } from './orders.ts';
import type { Tally } from './tally.ts';

/** What is between two devices in one session. */
export interface SessionOptions {
  /** Gives the port to dial instead of the sender's. */
  readonly between?: (port: number) => Promise<number>;
  readonly clock?: ClockSteps;
}

const entriesMax = 16;

/** Two devices under way. */
export class Pair {
  readonly sender = new DeviceProcess();
  readonly receiver = new DeviceProcess();
  readonly #tally: Tally;
  #paths = { sender: '', receiver: '' };

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** Opens fresh stores; those before are closed. */
  async fresh(folder: string, name: string, resources: number): Promise<void> {
    await this.#close();
    const sender = await makeStore(join(folder, `${name}-sender.db`), resources);
    const receiver = await makeStore(join(folder, `${name}-receiver.db`), 0);
    this.#paths = { sender, receiver };
    for (const side of ['sender', 'receiver'] as const) {
      this[side].order({ kind: 'open', path: this.#paths[side] });
      await this[side].expect('opened');
    }
  }

  /** One session; how each side ended. @throws Hang */
  async session({ between, clock }: SessionOptions = {}): Promise<[SessionEnd, SessionEnd]> {
    this.#tally.runs += 1;
    const code = generateAccessCode((count) => new Uint8Array(randomBytes(count)));
    const clocked = clock === undefined ? {} : { clock };
    this.sender.order({ kind: 'send', code, entriesMax, ...clocked });
    const { port } = await this.sender.expect('listening');
    const dialled = between === undefined ? port : await between(port);
    this.receiver.order({ kind: 'receive', port: dialled, code, ...clocked });
    const ends = [this.sender.expect('ended'), this.receiver.expect('ended')] as const;
    const [sent, received] = await Promise.all(ends);
    return [sent.end, received.end];
  }

  /** A session without any fault has to complete; then both hold the same. */
  async finish(): Promise<void> {
    const [sent, received] = await this.session();
    for (const { result, codeName, causes } of [sent, received]) {
      const text = `the last session: ${result} ${codeName ?? ''} ${causes.join(', ')}`;
      this.#tally.check(result === 'complete', text);
    }
    const held = [
      await holdingOf(this.#paths.sender),
      await holdingOf(this.#paths.receiver),
    ] as const;
    this.#tally.compared(compare(...held));
  }

  async end(): Promise<void> {
    for (const device of [this.sender, this.receiver]) {
      await device.kill();
      this.#tally.peakKiB = Math.max(this.#tally.peakKiB, device.peakKiB);
    }
  }

  async #close(): Promise<void> {
    if (this.#paths.sender === '') return;
    for (const device of [this.sender, this.receiver]) {
      device.order({ kind: 'close' });
      await device.expect('closed');
    }
  }
}

/** Uses a pair in a folder; a hang ends it and is counted. */
export async function withPair(
  tally: Tally,
  work: (pair: Pair, folder: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const pair = new Pair(tally);
    try {
      await work(pair, folder);
    } catch (error) {
      if (error instanceof Hang) tally.hung(error.message);
      else tally.problem(error instanceof Error ? (error.stack ?? error.message) : String(error));
    } finally {
      await pair.end();
    }
  });
}
