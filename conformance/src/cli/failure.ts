// Turns whatever went wrong into words for a person and an exit status. The only place of the
// program that knows which error means what.
import { KitError } from '../fault.ts';
import { ResultsFileError } from '../report/results-file.ts';

/** Exit statuses; what each means is in `report/summary.ts`. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 130;

/** Something went wrong that the program can name. */
export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';
  readonly exitCode: ExitCode;
  /** What to do next, one sentence; undefined where the message says it. */
  readonly next: string | undefined;

  constructor(exitCode: ExitCode, message: string, next?: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.next = next;
  }
}

/** The user's own mistake, exit status 2. */
export function misuse(message: string, next?: string, options?: ErrorOptions): CommandFailure {
  return new CommandFailure(2, message, next, options);
}

/** An error as the user sees it. */
export interface Complaint {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly next: string | undefined;
}

const fileFaults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not read or write it',
  EPERM: 'this user may not read or write it',
  EISDIR: 'it is a folder, not a file',
  EEXIST: 'it is a file, not a folder',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'there is no space left on the disk',
  EROFS: 'its disk cannot be written to',
  EADDRINUSE: 'another program has taken it; choose another',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/** A fault of the system in words; undefined for what is none. */
export function systemFault(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const words = fileFaults[String(error.code)];
  if (words === undefined) return undefined;
  const path = 'path' in error && typeof error.path === 'string' ? `${error.path}: ` : '';
  const port = 'port' in error && typeof error.port === 'number' ? `port ${error.port}: ` : '';
  return path + port + words;
}

/** What to tell the user about an error of any kind. */
export function complaintOf(error: unknown): Complaint {
  if (error instanceof CommandFailure) {
    const { exitCode, message, next } = error;
    return { exitCode, message, next };
  }
  if (error instanceof ResultsFileError) {
    return { exitCode: 2, message: error.message, next: 'Name a file that `run` wrote.' };
  }
  const system = systemFault(error);
  if (system !== undefined) return { exitCode: 2, message: system, next: undefined };
  const text = error instanceof Error ? error.message : String(error);
  return {
    exitCode: 4,
    message: error instanceof KitError ? `A fault of the kit: ${text}` : `Unexpected: ${text}`,
    next: 'Please report it, with what PEERSYNC_DEBUG=1 shows.',
  };
}

/** The stack of an error and of each of its causes, for PEERSYNC_DEBUG=1. */
export function causesOf(error: unknown): string {
  const parts: string[] = [];
  for (let here: unknown = error; here !== undefined && here !== null && parts.length < 10;) {
    parts.push(here instanceof Error ? (here.stack ?? here.message) : JSON.stringify(here));
    here = here instanceof Error ? here.cause : undefined;
  }
  return parts.join('\ncaused by ');
}
