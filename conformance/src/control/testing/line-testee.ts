// A testee that has no protocol inside: it answers control lines as it should, and does one thing
// wrong that its first argument names. For tests of the client, as a process of its own.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

interface Command {
  readonly id: number;
  readonly cmd: string;
  readonly [member: string]: unknown;
}

const [mode = 'good', target = ''] = process.argv.slice(2);

const hello = {
  control: 1,
  impl: { name: 'Lines', version: '1', language: 'TypeScript' },
  versions: [1],
  roles: ['receiver'],
  features: ['inline'],
};

function serve(input: Readable, output: Writable): void {
  const write = (line: unknown): void => void output.write(`${JSON.stringify(line)}\n`);
  const good = ({ id, cmd }: Command): void => {
    const members: Record<string, object> = {
      hello,
      reset: {},
      run: { result: 'interrupted', reason: null },
      dump: { store: { entries: [], archive: null } },
      octets: {},
      end: {},
      cut: {},
      quit: {},
    };
    const found = members[cmd];
    const error = { kind: 'unsupported', message: `no such command: ${cmd}` };
    write(found === undefined ? { id, ok: false, error } : { id, ok: true, ...found });
    if (cmd === 'quit') leave(output);
  };
  const faulty = misdeeds(write, output)[mode];
  createInterface({ input }).on('line', (text) => {
    const command = JSON.parse(text) as Command;
    if (faulty === undefined || faulty(command) === 'go on') good(command);
  });
  input.on('end', () => leave(output));
}

function leave(output: Writable): void {
  output.end(() => {
    if (output === process.stdout) process.exit(0);
  });
}

type Misdeed = (command: Command) => 'go on' | void;
type Misdeeds = Readonly<Record<string, Misdeed>>;
type Write = (line: unknown) => void;

function on(verb: string, deed: Misdeed): Misdeed {
  return (command) => (command.cmd === verb ? deed(command) : 'go on');
}

function misdeeds(write: Write, output: Writable): Misdeeds {
  return { ...endings(output), ...forms(output), ...contents(write), ...times(write) };
}

/** Ways to end, or to go on without a word. */
function endings(output: Writable): Misdeeds {
  return {
    crash: on('run', () => void process.kill(process.pid, 'SIGKILL')),
    exit: on('run', () => {
      process.stderr.write('Exception in thread main: no such port\n', () => process.exit(3));
    }),
    hang: on('run', () => undefined),
    'hang-with-child': on('run', () => {
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], {
        stdio: 'inherit',
      });
      process.stderr.write(`child ${child.pid}\n`);
    }),
    half: on('run', ({ id }) => {
      output.write(`{"id":${id},"ok":true,`, () => process.exit(0));
    }),
    'no-line-feed': on('run', ({ id }) => {
      output.write(`{"id":${id},"ok":true,"result":"completed"}`, () => process.exit(0));
    }),
    stays: on('quit', ({ id }) => {
      output.write(`{"id":${id},"ok":true}\n`);
      setInterval(() => undefined, 1_000);
      process.stdin.removeAllListeners('end');
    }),
  };
}

/** Ways to write a line. */
function forms(output: Writable): Misdeeds {
  return {
    garbage: () => {
      output.write('Hello from a logger\n[1,2]\n{"no":"id"}\n{ not json }\n\u0000\u0001\n\r\n42\n');
      process.stderr.write('warning: on standard error\n');
      return 'go on';
    },
    pieces: on('run', ({ id }) => {
      const text = JSON.stringify({ id, ok: true, result: 'failed', detail: 'ä€😀' });
      const octets = Buffer.from(`${text}\r\n`);
      const next = (at: number): void => {
        if (at < octets.length) output.write(octets.subarray(at, at + 1), () => next(at + 1));
      };
      next(0);
    }),
    overlong: on('run', ({ id }) => {
      const piece = 'x'.repeat(1_048_576);
      for (let count = 0; count < 65; count += 1) output.write(piece);
      output.write(`\n{"id":${id},"ok":true,"result":"interrupted"}\n`);
    }),
    pretty: on('run', ({ id }) => {
      output.write(`${JSON.stringify({ id, ok: true, result: 'completed' }, null, 2)}\n`);
    }),
  };
}

/** Things to say that are wrong, or a lot. */
function contents(write: Write): Misdeeds {
  const dump = (id: number, entries: unknown): void => write({ id, ok: true, store: { entries } });
  return {
    huge: on('dump', ({ id }) => {
      const resource = `{"resourceType":"Binary","id":"b","data":"${'A'.repeat(8_000_000)}"}`;
      dump(id, [{ type: 'Binary', id: 'b', resource, base: { versionId: '1' } }]);
    }),
    'string-id': on('run', ({ id }) => write({ id: String(id), ok: true, result: 'completed' })),
    twice: on('run', ({ id }) => {
      write({ id, ok: true, result: 'completed' });
      return 'go on';
    }),
    wrong: on('run', ({ id }) => {
      write({ id, ok: true, result: 'complete', reportt: {}, report: { types: [{ type: 7 }] } });
    }),
    unsorted: on('dump', ({ id }) => {
      const entry = (name: string) => ({ type: 'Patient', id: name, resource: null });
      dump(id, [entry('b'), entry('a')]);
    }),
    yes: ({ id }) => write({ id, ok: true }),
  };
}

/** Things to say unasked, or too late. */
function times(write: Write): Misdeeds {
  return {
    late: on('run', ({ id }) => {
      setTimeout(() => write({ id, ok: true, result: 'completed' }), 400);
    }),
    events: on('run', ({ id }) => {
      write({ ev: 'asked', run: id, for: 'secret' });
      write({ ev: 'listening', run: id, host: null, port: 4000 });
      write({ ev: 'listening', run: id + 1, port: 4000 });
      write({ ev: 'listening', run: id, port: 'four' });
      write({ ev: 'celebrated', run: id });
      write({ ev: 'octets', run: id, hex: '0a0b' });
      write({ ev: 'end', run: id });
      write({ ev: 'close', run: id });
      return 'go on';
    }),
  };
}

if (target === '') {
  serve(process.stdin, process.stdout);
} else {
  const [host = '', port = ''] = target.split(':');
  const socket = connect({ host, port: Number(port) }, () => serve(socket, socket));
}
