// What every measured process does around its work: get a job, get ready, run when told, tell what
// it cost. Knows no benchmark.
import { readFileSync } from 'node:fs';

/** Plain JSON between the processes. */
export type Json = Readonly<Record<string, unknown>>;

/** A role that is ready. */
export interface Prepared {
  /** For the other process: a port. */
  readonly info?: Json;
  /** The measured work; it may be asked for several times. */
  run(go: Json): Promise<Json>;
  close?(): Promise<void> | void;
}

/** Gets ready for a job; nothing of it is measured. */
export type RoleProgram = (job: Json) => Promise<Prepared>;

/** What one run cost a process. */
export interface Cost {
  readonly wallMs: number;
  /** User and system time. */
  readonly cpuMs: number;
  /** Highest resident memory of the process so far, in octets. */
  readonly rssPeakOctets: number;
  readonly result: Json;
}

type FromParent =
  | { readonly kind: 'job'; readonly job: Json }
  | { readonly kind: 'go'; readonly go: Json }
  | { readonly kind: 'close' };

/** Octets; resourceUsage() would give the parent's peak where that was higher. */
export function rssPeakOctets(): number {
  try {
    const match = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'));
    if (match !== null) return Number(match[1]) * 1024;
  } catch {
    // No such file elsewhere.
  }
  return process.resourceUsage().maxRSS * 1024;
}

async function measured(prepared: Prepared, go: Json): Promise<Cost> {
  const cpu = process.cpuUsage();
  const startedMs = performance.now();
  const result = await prepared.run(go);
  const wallMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(cpu);
  return { wallMs, cpuMs: (user + system) / 1000, rssPeakOctets: rssPeakOctets(), result };
}

/** Serves the parent process until it says that it is over. */
export function serveRole(program: RoleProgram): void {
  let prepared: Prepared | undefined;
  const tell = (message: Json): void => {
    process.send?.(message);
  };
  const handle = async (message: FromParent): Promise<void> => {
    if (message.kind === 'job') {
      prepared = await program(message.job);
      tell({ kind: 'ready', info: prepared.info ?? {} });
    } else if (message.kind === 'go') {
      if (prepared === undefined) throw new Error('a role runs once it is ready');
      tell({ kind: 'done', cost: await measured(prepared, message.go) });
    } else {
      await prepared?.close?.();
      process.disconnect?.();
    }
  };
  process.on('message', (message) => {
    handle(message as FromParent).catch((error: unknown) => {
      tell({ kind: 'failed', text: error instanceof Error ? (error.stack ?? '') : String(error) });
    });
  });
}

/** A number of a job. */
export function numberOf(job: Json, name: string): number {
  const value = job[name];
  if (typeof value !== 'number') throw new Error(`the job lacks the number ${name}`);
  return value;
}

/** A text of a job. */
export function textOf(job: Json, name: string): string {
  const value = job[name];
  if (typeof value !== 'string') throw new Error(`the job lacks the text ${name}`);
  return value;
}
