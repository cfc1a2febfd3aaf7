// What a hub counts, by name. Nothing here is about a person or a device (PSP-SEC-1).
import type { SyncResult } from '../session/index.ts';
import { MetricSet } from './metrics.ts';

/** Connections of a hub at one moment. */
export interface HubCounts {
  readonly silent: number;
  readonly waiting: number;
  readonly admitted: number;
}

/** What is read when somebody asks. */
export interface HubReadings {
  /** What is going on now. */
  readonly counts: () => HubCounts;
  readonly sessionsMax: number;
  /** Writes that wait for their turn. */
  readonly writesWaiting: () => number;
  /** Whether nobody new is taken any more. */
  readonly isDraining: () => boolean;
}

// From a small batch on a fast disk to a large one on a disk in trouble.
const commitSeconds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];

/** The metrics of one hub. */
export class HubMetrics {
  readonly #set = new MetricSet();
  readonly #connections = this.#set.counter(
    'peersync_connections_total',
    'Connections that came, turned away or not.',
  );
  readonly #turnedAway = this.#set.counter(
    'peersync_turned_away_total',
    'Connections that were answered BUSY, closed unanswered, or gave way while silent.',
    'labelled',
  );
  readonly #codes = this.#set.counter(
    'peersync_codes_total',
    'Codes that were entered, by what became of them.',
    'labelled',
  );
  readonly #ended = this.#set.counter(
    'peersync_sessions_ended_total',
    'Connections that ended, by how and with which code; admitted: their code was entered.',
    'labelled',
  );
  readonly #entries = this.#set.counter(
    'peersync_entries_committed_total',
    'Entries of durable transactions, those already known included.',
  );
  readonly #octets = this.#set.counter(
    'peersync_entry_octets_committed_total',
    'Octets of resources and changes of those entries.',
  );
  readonly #failedWrites = this.#set.counter(
    'peersync_write_failures_total',
    'Pieces of work on the store that failed.',
  );
  readonly #commits = this.#set.histogram(
    'peersync_write_seconds',
    'How long one piece of work on the store took.',
    commitSeconds,
  );
  #lastWriteFailed = false;

  constructor(readings: HubReadings) {
    this.#set.gauge('peersync_connections', 'Connections now, by how far they are.', () =>
      Object.entries<number>({ ...readings.counts() }).map(([stage, value]) => ({
        labels: { stage },
        value,
      })),
    );
    this.#set.gauge('peersync_sessions_max', 'Sessions that may run at once.', () => [
      { value: readings.sessionsMax },
    ]);
    this.#set.gauge('peersync_writes_waiting', 'Pieces of work that wait for the writer.', () => [
      { value: readings.writesWaiting() },
    ]);
    this.#set.gauge('peersync_draining', '1 once no new session begins.', () => [
      { value: readings.isDraining() ? 1 : 0 },
    ]);
    this.#set.gauge('process_resident_memory_bytes', 'Resident memory of the process.', () => [
      { value: process.memoryUsage.rss() },
    ]);
    const startedAtSeconds = Math.round(Date.now() / 1000 - process.uptime());
    this.#set.gauge('process_start_time_seconds', 'When the process began, Unix time.', () => [
      { value: startedAtSeconds },
    ]);
  }

  /** True where the newest work on the store failed: nothing can be taken in until it is mended. */
  get lastWriteFailed(): boolean {
    return this.#lastWriteFailed;
  }

  /** A connection came. */
  connected(): void {
    this.#connections.add(1);
  }

  /** `busy`: told so; `dropped`: too many to tell; `evicted`: silent, and somebody else came. */
  turnedAway(how: 'busy' | 'dropped' | 'evicted'): void {
    this.#turnedAway.add(1, { how });
  }

  /** A code was entered; `result`: what became of it. */
  code(result: string): void {
    this.#codes.add(1, { result });
  }

  /** A connection ended; `wasAdmitted`: its code was entered. */
  ended(result: SyncResult, wasAdmitted: boolean): void {
    // A peer may make up any number for a code; each would be a series of its own.
    const name = 'codeName' in result ? result.codeName : '';
    const code = name.startsWith('UNKNOWN') ? 'UNKNOWN' : name;
    this.#ended.add(1, { kind: result.kind, code, admitted: wasAdmitted ? 'yes' : 'no' });
  }

  /** Entries became durable. */
  stored(entries: number, octets: number): void {
    this.#entries.add(entries);
    this.#octets.add(octets);
  }

  /** A piece of work on the store is done. */
  wrote(elapsedMs: number, failed: boolean): void {
    this.#commits.observe(elapsedMs / 1000);
    this.#lastWriteFailed = failed;
    if (failed) this.#failedWrites.add(1);
  }

  /** A session could not read the store; until one writes nobody knows whether it is well. */
  storeFailed(): void {
    this.#lastWriteFailed = true;
  }

  /** For Prometheus. */
  text(): string {
    return this.#set.text();
  }
}
