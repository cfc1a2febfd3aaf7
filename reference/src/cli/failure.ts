// Turns whatever went wrong into words for a person and an exit status. The only place of the
// program that knows which error means what; a stack is shown to whoever asks for it and to nobody
// else.
import { StoreError, type StoreFault } from '../store/store-error.ts';
import { TransportError } from '../transport/transport.ts';
import { UsageError } from '../wire/violation.ts';
import { ExitCode } from './exit-code.ts';

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
  return new CommandFailure(ExitCode.USAGE, message, next, options);
}

/** An error as the user sees it. */
export interface Complaint {
  readonly exitCode: ExitCode;
  readonly message: string;
  readonly next: string | undefined;
}

const storeAdvice: Readonly<Record<StoreFault, string | undefined>> = {
  missing: 'Create it with `peersync init --store FILE`, or check the path.',
  exists: 'Use the store that is there, or choose another path.',
  'not-a-store': 'Name a store that `peersync init` made.',
  'newer-version': 'Update peersync, or use the version that wrote the store.',
  locked: 'Wait for the other program to end, then repeat the command.',
  'read-only': undefined,
  full: undefined,
  damaged: '`peersync check` shows what can still be read, and how to keep it.',
  failed: 'Check the folder, the disk and your rights there, then repeat the command.',
};

/** What to tell the user about an error of any kind. */
export function complaintOf(error: unknown): Complaint {
  if (error instanceof CommandFailure) {
    return { exitCode: error.exitCode, message: error.message, next: error.next };
  }
  if (error instanceof StoreError) {
    return {
      exitCode: ExitCode.STORE,
      message: capital(withoutJargon(error)),
      next: error.advice ?? storeAdvice[error.fault],
    };
  }
  if (error instanceof UsageError) {
    return { exitCode: ExitCode.USAGE, message: capital(error.message), next: undefined };
  }
  if (error instanceof TransportError) {
    return { exitCode: ExitCode.FAILED, message: error.message, next: undefined };
  }
  const text = error instanceof Error ? error.message : String(error);
  return {
    exitCode: ExitCode.FAILED,
    message: `An unexpected fault: ${text}`,
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

/** A fault of the file system in words, without Node's syscall jargon. */
export function fileFault(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return fileFaults[code] ?? (error instanceof Error ? error.message : String(error));
}

const fileFaults: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'this user may not read or write it',
  EPERM: 'this user may not read or write it',
  EISDIR: 'it is a folder, not a file',
  ENOTDIR: 'a part of its path is not a folder',
  ENOSPC: 'there is no space left on the disk',
  EIO: 'the disk reports a fault',
  ERR_FS_FILE_TOO_LARGE: 'it is too large to be read at once; split it into several files',
};

// Node puts the name of the system call and the path once more behind the reason.
function withoutJargon({ message, cause }: StoreError): string {
  return cause instanceof Error ? message.replace(cause.message, fileFault(cause)) : message;
}

function capital(text: string): string {
  // A path stays as it is: it would be another one.
  return /^[a-z]+ /.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}
