// A testee that answers every command as it should and has no protocol behind it. Its argument says
// what it does in a run. For tests of the runner, as a process of its own.
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';

interface Command {
  readonly id: number;
  readonly cmd: string;
  readonly dial?: { readonly host: string; readonly port: number };
  readonly seed?: { readonly entries: readonly unknown[] };
}

const [mode = 'silent', roles = 'receiver'] = process.argv.slice(2);
const write = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

const hello = {
  control: 1,
  impl: { name: 'Odd', version: '1', language: 'TypeScript' },
  versions: [1],
  roles: [roles],
  features: [],
};

/** Frames of a receiver that never looks at what it is sent: Abort in clear, over and over. */
const babble = Buffer.from('000000051f08021003', 'hex');

function meet(dial: Command['dial'], end: (socket: Socket) => void): void {
  const { host = '', port = 0 } = dial ?? {};
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.on('data', () => {
    if (mode === 'babble') socket.write(babble);
  });
  socket.on('end', () => {
    socket.end();
    end(socket);
  });
}

const runs: Readonly<Record<string, (command: Command) => void>> = {
  /** Dials, says nothing, and claims that all went well. */
  silent: ({ id, dial }) => {
    meet(dial, () => write({ id, ok: true, result: 'completed' }));
  },
  babble: ({ id, dial }) => {
    meet(dial, () => write({ id, ok: true, result: 'failed', reason: 'PROTOCOL_VIOLATION' }));
  },
  /** Claims it at once. */
  yes: ({ id }) => write({ id, ok: true, result: 'completed' }),
  hang: () => undefined,
  crash: () => process.exit(3),
  lacking: ({ id }) => {
    const error = { kind: 'unsupported', message: 'no such mode', field: 'params.mode' };
    write({ id, ok: false, error });
  },
  narrow: ({ id }) => {
    const error = {
      kind: 'unsupported',
      message: 'too large',
      field: 'params.limits.maxFrameOctets',
    };
    write({ id, ok: false, error });
  },
  invalid: ({ id }) => write({ id, ok: true, result: 'splendid' }),
};

createInterface({ input: process.stdin })
  .on('line', (text) => {
    const command = JSON.parse(text) as Command;
    const { id, cmd } = command;
    if (cmd === 'hello' && mode === 'rude') write({ id, ok: true });
    else if (cmd === 'hello') write({ id, ok: true, ...hello });
    else if (cmd === 'run') runs[mode]?.(command);
    else if (cmd === 'dump') write({ id, ok: true, store: { entries: [] } });
    else write({ id, ok: true });
    if (cmd === 'quit') process.exit(0);
  })
  .on('close', () => process.exit(0));
