// What a run against HAPI needs of this machine: Java, Maven and HAPI's artifacts. Finds them or
// says what is missing and how to get it; installs nothing but what Maven fetches by itself.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Progress } from './progress.ts';

/** Why there is no run: for people, in lines. */
export interface Missing {
  readonly kind: 'missing';
  readonly what: string;
  readonly how: string;
}

/** The build went wrong although everything was there: a fault, not a reason to skip. */
export interface BuildFailure {
  readonly kind: 'build-failure';
  readonly output: string;
}

/** What starts the server. */
export interface Built {
  readonly kind: 'built';
  readonly java: string;
  readonly classPath: string;
}

const javaMin = 17;
const folder = fileURLToPath(new URL('./server/', import.meta.url));
const target = join(folder, 'target');

/** The program of Java: the one of `JAVA_HOME`, which Maven takes too, else that of the path. */
export function javaProgram(): string {
  const home = process.env['JAVA_HOME'];
  return home === undefined || home === '' ? 'java' : join(home, 'bin', 'java');
}

/** The major version that `java -version` tells; undefined where it tells none. */
export function javaMajor(output: string): number | undefined {
  // "1.8.0_402" is 8, "17.0.15" is 17, "21-ea" is 21.
  const found = /version "(?:1\.)?(\d+)/.exec(output)?.[1];
  return found === undefined ? undefined : Number(found);
}

/** Looks for Java and Maven; undefined: both are there. */
export async function missingPrograms(): Promise<Missing | undefined> {
  const java = await run(javaProgram(), ['-version']);
  const major = java === undefined ? undefined : javaMajor(java.output);
  if (major === undefined || major < javaMin) {
    const found = major === undefined ? 'no Java was found' : `Java ${major} was found`;
    return {
      kind: 'missing',
      what: `Java ${javaMin} or later: ${found} (${javaProgram()})`,
      how: `install a JDK of ${javaMin} or later, or name one by JAVA_HOME`,
    };
  }
  if ((await run('mvn', ['-q', '-B', '-version']))?.status === 0) return undefined;
  return {
    kind: 'missing',
    what: 'Apache Maven: no `mvn` that works is on the path',
    how: 'install Maven 3.6.3 or later',
  };
}

/**
 * Compiles the server and resolves its artifacts: without the network where all of them are here,
 * else with it.
 *
 * @throws The signal's reason, once it is aborted.
 */
export async function buildServer(
  progress: Progress,
  signal: AbortSignal,
): Promise<Built | Missing | BuildFailure> {
  mkdirSync(target, { recursive: true });
  const here = await run('mvn', ['-q', '-o', ...goals], signal);
  if (here?.status === 0) return built();
  signal.throwIfAborted();
  progress.say('Maven fetches what is not here yet (about 300 MB the first time) ...');
  const download = new DownloadCount(progress);
  const fetched = await run('mvn', goals, signal, (text) => download.read(text));
  signal.throwIfAborted();
  progress.say(download.summary);
  if (fetched?.status === 0) return built();
  const output = fetched?.output ?? '';
  if (isUnresolved(output)) {
    return {
      kind: 'missing',
      what: `artifacts of HAPI FHIR: ${firstError(output)}`,
      how: 'see that Maven reaches its repository (settings.xml), then run this again',
    };
  }
  return { kind: 'build-failure', output };
}

// Colours would hide the words that are looked for.
const goals = [
  '-B',
  '-Dstyle.color=never',
  '-f',
  join(folder, 'pom.xml'),
  'compile',
  'dependency:build-classpath',
  `-Dmdep.outputFile=${join(target, 'classpath.txt')}`,
];

function built(): Built {
  const jars = readFileSync(join(target, 'classpath.txt'), 'utf8').trim();
  const classes = join(target, 'classes');
  return { kind: 'built', java: javaProgram(), classPath: `${classes}${delimiter}${jars}` };
}

const unresolved = [
  /Could not (resolve|transfer|find artifact)/,
  /Cannot access \S+ \(|was not found in/,
  /(Plugin|Dependency|Artifact)\w*(Resolution|NotFound)\w*Exception/,
];

/** True where Maven's own words say that it could not get something, not that it is wrong. */
export function isUnresolved(output: string): boolean {
  return unresolved.some((words) => words.test(output));
}

/** The first line that Maven marks as an error, addresses left out. */
export function firstError(output: string): string {
  const line = output.split('\n').find((one) => one.startsWith('[ERROR]')) ?? 'no reason given';
  return line
    .replace('[ERROR]', '')
    .replaceAll(/\(?https?:\/\/[^\s)]+\)?/g, '…')
    .trim()
    .slice(0, 300);
}

/** Counts what Maven tells of its downloads. */
export class DownloadCount {
  readonly #progress: Progress;
  #files = 0;
  #kilobytes = 0;
  #rest = '';

  constructor(progress: Progress) {
    this.#progress = progress;
  }

  read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const size = /^(?:\[INFO\] )?Downloaded from .*\(([\d.]+) ([kM]?)B at /.exec(line);
      if (size === null) continue;
      this.#files += 1;
      this.#kilobytes += Number(size[1]) * (size[2] === 'M' ? 1000 : size[2] === 'k' ? 1 : 0.001);
      this.#progress.update(this.summary);
    }
  }

  get summary(): string {
    const files = this.#files === 1 ? 'file' : 'files';
    return `fetched ${this.#files} ${files}, ${(this.#kilobytes / 1000).toFixed(1)} MB`;
  }
}

interface RunEnd {
  readonly status: number | null;
  readonly output: string;
}

/** Runs a program to its end; undefined where there is no such program. */
async function run(
  program: string,
  args: readonly string[],
  signal?: AbortSignal,
  onText?: (text: string) => void,
): Promise<RunEnd | undefined> {
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(signal === undefined ? {} : { signal }),
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        onText?.(text);
      });
    }
    child.on('error', () => resolve(undefined));
    child.on('close', (status) => resolve({ status, output }));
  });
}
