// Builds each skeleton as its README says, in a folder of its own, and says how to start it. A
// toolchain that this machine lacks is named, never taken for a success. For tests.
import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import process from 'node:process';

/** A skeleton that can be built here, or what is missing. */
export interface Toolchain {
  readonly language: string;
  /** The place that `run` names until the team's own implementation is called there. */
  readonly place: string;
  /** What to install; undefined: it is here. */
  readonly missing: string | undefined;
  /** Builds in an empty folder; says how to start it. @throws Error when it does not build. */
  readonly build: (folder: string) => string[];
}

const source = (path: string): string => join(import.meta.dirname, '..', path);

function found(program: string): boolean {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program + suffix), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function need(...programs: string[]): string | undefined {
  const missing = programs.filter((program) => !found(program));
  return missing.length === 0 ? undefined : `${missing.join(' and ')} on the PATH`;
}

function make(program: string, args: readonly string[], folder = process.cwd()): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    cwd: folder,
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(`${program} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`);
}

/** Jars of the Kotlin compiler and its library, for machines without `kotlinc`. */
const kotlinJars = process.env['KOTLIN_COMPILER_CLASSPATH'] ?? '';

function buildKotlin(folder: string): string[] {
  const file = source('kotlin/Testee.kt');
  if (found('kotlinc')) {
    const jar = join(folder, 'testee.jar');
    make('kotlinc', [file, '-Werror', '-include-runtime', '-d', jar]);
    return ['java', '-jar', jar];
  }
  const compiler = 'org.jetbrains.kotlin.cli.jvm.K2JVMCompiler';
  const options = ['-Werror', '-no-stdlib', '-no-reflect', '-cp', kotlinJars, '-d', folder, file];
  make('java', ['-cp', kotlinJars, compiler, ...options]);
  return ['java', '-cp', [folder, kotlinJars].join(delimiter), 'TesteeKt'];
}

function missingForKotlin(): string | undefined {
  if (found('kotlinc') || kotlinJars.split(delimiter).every((jar) => jar && existsSync(jar))) {
    return need('java');
  }
  return 'kotlinc on the PATH, or KOTLIN_COMPILER_CLASSPATH with the jars of the compiler';
}

function buildJava(folder: string): string[] {
  make('javac', ['-Xlint:all,-serial', '-Werror', '-d', folder, source('java/Testee.java')]);
  return ['java', '-cp', folder, 'Testee'];
}

function buildGo(folder: string): string[] {
  make('go', ['vet', '.'], source('go'));
  make('go', ['build', '-o', join(folder, 'testee'), '.'], source('go'));
  return [join(folder, 'testee')];
}

/** Every skeleton. */
export const toolchains: readonly Toolchain[] = [
  {
    language: 'kotlin',
    place: 'connectSession() in Testee.kt',
    missing: missingForKotlin(),
    build: buildKotlin,
  },
  {
    language: 'java',
    place: 'connectSession() in Testee.java',
    missing: need('java', 'javac'),
    build: buildJava,
  },
  {
    language: 'python',
    place: 'connect_session() in testee.py',
    missing: need('python3'),
    build: () => ['python3', source('python/testee.py')],
  },
  {
    language: 'go',
    place: 'connectSession() in main.go',
    missing: need('go'),
    build: buildGo,
  },
  {
    language: 'ts',
    place: 'connectSession() in testee.ts',
    missing: undefined,
    build: () => [process.execPath, source('ts/testee.ts')],
  },
];
