// What a benchmark is: a name, and one measured repetition that gives figures. Knows no benchmark.
import type { Cost } from './roles/role.ts';
import type { PairCost } from './processes.ts';

/** Figures of one repetition by the names of {@link metrics}. */
export type Sample = Readonly<Record<string, number>>;

/** What a repetition is given. */
export interface Context {
  /** Resources. */
  readonly count: number;
  /** A folder of this repetition alone; gone after it. */
  readonly folder: string;
  /** A store of so many generated entries, made once for all repetitions; not to be written to. */
  seeded(count: number): Promise<string>;
  /** A folder for CPU profiles. */
  readonly profiles: string | undefined;
}

/** A benchmark that can be run alone. */
export interface Scenario {
  readonly name: string;
  /** For the table. */
  readonly title: string;
  /** `default`: part of a run without names. */
  readonly when: 'default' | 'by-name';
  /** Resources where nobody says how many; absent: what the run says. */
  readonly count?: number;
  /** Repetitions at most. */
  readonly repetitionsMax?: number;
  /** True where the libraries of this folder are needed. */
  readonly needsLibraries?: boolean;
  run(context: Context): Promise<Sample>;
}

/** What a figure means, and how it is written. */
export interface Metric {
  readonly title: string;
  readonly digits: number;
}

/** Every figure there is, in the order of the table. */
export const metrics: Readonly<Record<string, Metric>> = {
  resourcesPerSecond: { title: 'resources/s', digits: 0 },
  seconds: { title: 'seconds', digits: 3 },
  senderCpuUs: { title: 'sender CPU µs/resource', digits: 1 },
  receiverCpuUs: { title: 'receiver CPU µs/resource', digits: 1 },
  senderRssMb: { title: 'sender peak MB', digits: 0 },
  receiverRssMb: { title: 'receiver peak MB', digits: 0 },
  wireOctets: { title: 'octets/resource', digits: 0 },
  handshakeMs: { title: 'handshake ms', digits: 1 },
  firstEntryMs: { title: 'first entry ms', digits: 1 },
  sessionMs: { title: 'session ms', digits: 0 },
  firstDone: { title: 'first done / last done', digits: 2 },
  deliveredTwice: { title: 'delivered twice', digits: 0 },
  megabytesPerSecond: { title: 'MB/s', digits: 0 },
  linkUse: { title: 'share of the link', digits: 2 },
};

const mebibyte = 1_048_576;

/** The figures that every hand-over between two processes has. */
export function pairSample(count: number, sender: Cost, receiver: Cost): Record<string, number> {
  const octets = sender.result['octetsWritten'];
  return {
    resourcesPerSecond: (count / receiver.wallMs) * 1_000,
    seconds: receiver.wallMs / 1_000,
    senderCpuUs: (sender.cpuMs * 1_000) / count,
    receiverCpuUs: (receiver.cpuMs * 1_000) / count,
    senderRssMb: sender.rssPeakOctets / mebibyte,
    receiverRssMb: receiver.rssPeakOctets / mebibyte,
    ...(typeof octets === 'number' ? { wireOctets: octets / count } : {}),
  };
}

/** Refuses a repetition in which anything got lost. @throws Error naming what is missing. */
export function checkStored({ listener, dialler }: PairCost, count: number): void {
  const of = (name: string): unknown => listener.result[name] ?? dialler.result[name];
  for (const name of ['sent', 'stored']) {
    if (of(name) !== count) throw new Error(`${name}: ${String(of(name))} of ${count}`);
  }
}

/** A number of a role's result. */
export function resultNumber({ result }: Cost, name: string): number {
  const value = result[name];
  if (typeof value !== 'number') throw new Error(`a role did not tell ${name}`);
  return value;
}
