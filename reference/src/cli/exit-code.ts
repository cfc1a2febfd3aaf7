// What the program's exit status means: one number for each thing that whoever called it would do
// next. Knows nothing of how a status comes about.

/** Exit statuses of `peersync`. */
export const ExitCode = {
  OK: 0,
  FAILED: 1,
  USAGE: 2,
  REJECTED: 3,
  STORE: 4,
  CANCELLED: 130,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** The meaning of each status, as `--help` and the README print it. */
export const exitCodeMeanings: readonly (readonly [ExitCode, string])[] = [
  [ExitCode.OK, 'done; for send and receive: everything sent is durable at the receiver'],
  [ExitCode.FAILED, 'no connection, interrupted, or failed on the way; trying again goes on there'],
  [ExitCode.USAGE, 'the command line, an input file, an id or a code is not right'],
  [ExitCode.REJECTED, 'refused by one side: wrong code, other server, other version, declined'],
  [ExitCode.STORE, 'the store is missing, foreign, newer, locked, full or damaged'],
  [ExitCode.CANCELLED, 'cancelled here (Ctrl-C, SIGTERM)'],
];
