// The way to a testee, whatever it is made of: lines out, octets in, an end. Knows no command.

/** How a testee came to its end. */
export interface ChannelEnd {
  /** Exit code of the process; undefined where there is none, or it was killed. */
  readonly code?: number;
  /** Name of the signal that ended the process. */
  readonly signal?: string;
  /** For a person: what happened. */
  readonly detail: string;
  /** The program could not even be started. */
  readonly isUnstarted?: true;
}

/** What a channel tells. Called in order; `ended` last and once. */
export interface ChannelListener {
  readonly octets: (octets: Uint8Array) => void;
  /** Octets that are never control lines: standard error. */
  readonly noise: (octets: Uint8Array) => void;
  readonly ended: (end: ChannelEnd) => void;
}

/** A connection to a testee. */
export interface Channel {
  /** Whether `kill` ends a process, so that crash cases make sense. */
  readonly canKill: boolean;
  /** Where the testee can be dialled when it names no host itself. */
  readonly host: string;
  /** Starts to tell; called once, before anything else. */
  start(listener: ChannelListener): void;
  /** Writes one line. Writing after the end does nothing: `ended` has told. */
  write(line: string): void;
  /** No more lines will come: the testee is to end by itself. */
  finish(): void;
  /** Ends the testee at once, with everything that it started. Safe to call again. */
  kill(): void;
}
