// The control protocol as canaries speak it: right in everything that a canary does not get wrong
// on purpose. Not the kit's own client, which it is there to be looked at by. Knows no session.
import process from 'node:process';
import type { Commands, Entry, StoreContent } from '../control/values.ts';

/** Members of an answer, or of an error. */
export type Members = Readonly<Record<string, unknown>>;

/** What a canary knows when it is told to run. */
export interface CanaryRun {
  readonly command: Commands['run'];
  readonly reset: Commands['reset'];
}

/** What a canary does; absent: what is right. */
export interface Canary {
  /** Members beside those that every canary has. */
  readonly hello?: Members;
  /** Before any command is looked at. */
  readonly before?: (command: string) => void;
  /** One session. An exception is answered with `failed`. */
  readonly run: (run: CanaryRun) => Promise<Members>;
  /** What `dump` shows; default the seed. */
  readonly store?: (seed: StoreContent) => StoreContent;
  /** Answers commands that are not of the five; default `unsupported`. */
  readonly other?: (command: string) => Members;
}

const lineFeed = '\n';

/** Writes a line to standard output. */
export function writeLine(line: string): void {
  process.stdout.write(line + lineFeed);
}

const byTypeAndId = (a: Entry, b: Entry): number =>
  `${a.type}\0${a.id}` < `${b.type}\0${b.id}` ? -1 : 1;

/** Seed in the order of a dump. */
function storeOf(reset: Commands['reset'] | undefined): StoreContent {
  const { entries = [], cursors = [] } = reset?.seed ?? {};
  const keys = new Map(cursors.map((each) => [`${each.replica}${each.cursor}`, each]));
  return {
    entries: [...entries].sort(byTypeAndId),
    cursors: [...keys.keys()].sort().flatMap((key) => keys.get(key) ?? []),
    ...(reset === undefined ? {} : { replica: reset.replica }),
  };
}

/**
 * Answers every command as it comes, those that come while a session goes on included, until
 * `quit` or the end of standard input.
 */
export async function serve(name: string, canary: Canary): Promise<void> {
  let reset: Commands['reset'] | undefined;
  const carryOut = async (cmd: string, command: unknown): Promise<Members> => {
    switch (cmd) {
      case 'hello':
        return { ...hello(name), ...canary.hello };
      case 'reset':
        reset = command as Commands['reset'];
        return {};
      case 'run':
        if (reset === undefined) throw new Error('run before reset');
        return canary.run({ command: command as Commands['run'], reset });
      case 'dump':
        return { store: canary.store?.(storeOf(reset)) ?? storeOf(reset) };
      case 'quit':
        return {};
      default:
        if (canary.other !== undefined) return canary.other(cmd);
        throw new Unsupported(`no such command: ${cmd}`);
    }
  };
  const answer = async (id: number, cmd: string, command: unknown): Promise<void> => {
    try {
      writeLine(JSON.stringify({ id, ok: true, ...(await carryOut(cmd, command)) }));
    } catch (error) {
      const kind = error instanceof Unsupported ? 'unsupported' : 'failed';
      const message = error instanceof Error ? error.message : String(error);
      writeLine(JSON.stringify({ id, ok: false, error: { kind, message } }));
    }
  };
  for await (const line of linesOf(process.stdin)) {
    const command = JSON.parse(line) as { readonly id: number; readonly cmd: string };
    const { id, cmd } = command;
    canary.before?.(cmd);
    const answered = answer(id, cmd, command);
    if (cmd !== 'quit') continue;
    await answered;
    break;
  }
  // Also where a session left a connection behind.
  process.stdout.write('', () => process.exit(0));
}

/** A command, or a part of one, that a canary does not have. */
export class Unsupported extends Error {}

function hello(name: string): Members {
  return {
    control: 1,
    impl: { name: `canary ${name}`, version: '1', language: 'TypeScript' },
    versions: [1],
    roles: ['receiver', 'sender'],
    features: [],
  };
}

async function* linesOf(input: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of input) {
    rest += decoder.decode(chunk as Buffer, { stream: true });
    const lines = rest.split(lineFeed);
    rest = lines.pop() ?? '';
    yield* lines;
  }
}
