// The program's commands and options, and what each of them starts. The only place that knows the
// command line as a whole; what a command does is in its own file.
import { Command, CommanderError } from 'commander';
import { exitCodeMeanings } from '../report/summary.ts';
import { kitVersion } from '../run/surroundings.ts';
import {
  pruneBaseline,
  writeBaseline,
  type BaselineOptions,
  type BaselineWriteOptions,
} from './baseline-command.ts';
import { coverage, type CoverageOptions } from './coverage-command.ts';
import { doctor } from './doctor-command.ts';
import { explain } from './explain-command.ts';
import { causesOf, complaintOf, type ExitCode } from './failure.ts';
import { init, languages, type InitOptions } from './init-command.ts';
import { list, type ListOptions } from './list-command.ts';
import { matrix, type MatrixOptions } from './matrix-command.ts';
import { peer, type PeerOptions } from './peer-command.ts';
import { replay, type ReplayOptions } from './replay-command.ts';
import { report } from './report-command.ts';
import type { ReportOptions } from './report-files.ts';
import { runCases, type RunOptions } from './run-command.ts';
import { Screen, tolerateClosedPipes, type Surroundings } from './screen.ts';
import { selftest, type SelftestOptions } from './selftest-command.ts';
import type { TesteeOptions } from './testee-access.ts';
import { verify } from './vectors-command.ts';
import { walk, type WalkOptions } from './walk-command.ts';

const examples = `
From nothing to a verdict:
  peersync-conformance init --lang python my-testee
  peersync-conformance doctor -- python3 my-testee/testee.py
  peersync-conformance run --report peersync-report -- python3 my-testee/testee.py

The testee is the command after --. A testee that dials in (a phone, an emulator, a debugger) is
waited for at --control-port. {slot} in an argument is the number of the job, from 0.

Variables: NO_COLOR turns colour off, CI the progress line; PEERSYNC_DEBUG=1 shows causes.
`;

const afterMisuse = `The options of each command: peersync-conformance COMMAND --help
The testee and its own options stand at the end, after --, for example: -- java -jar testee.jar`;

const walkHelp = `
What fails is shrunk to a small walk and saved in walks/ of the report folder (peersync-report where
none is named). It is played again from that file: peersync-conformance replay FILE -- COMMAND
`;

function exitStatusText(): string {
  const lines = exitCodeMeanings.map(([code, text]) => `  ${String(code).padEnd(4)}${text}`);
  return `\nExit status:\n${lines.join('\n')}\n`;
}

/**
 * Runs the program once.
 *
 * @param args - The arguments, without the names of Node and of the script.
 * @returns The exit status; nothing is thrown.
 */
export async function run(args: readonly string[], around: Surroundings): Promise<ExitCode> {
  tolerateClosedPipes(around);
  let exitCode: ExitCode = 0;
  const program = programOf(around, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return complain(error, around);
  }
}

function complain(error: unknown, around: Surroundings): ExitCode {
  // Commander has spoken already, about what the command line lacks.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const screen = new Screen(around);
  const { exitCode, message, next } = complaintOf(error);
  screen.problem(`${screen.markProblem('red', 'error:')} ${message}`);
  if (next !== undefined) screen.problem(next);
  if (around.env['PEERSYNC_DEBUG'] === '1') screen.problem(causesOf(error));
  return exitCode;
}

type Finish = (code: ExitCode) => void;
type Quiet = { readonly quiet?: boolean };
type MakeScreen = (options?: Quiet) => Screen;

function programOf(around: Surroundings, finish: Finish): Command {
  const program = new Command('peersync-conformance')
    .description('Tests implementations of the FHIR Peer Sync Protocol, in any language.')
    .version(kitVersion)
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    })
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError(afterMisuse)
    .exitOverride()
    .addHelpText('after', examples + exitStatusText());
  const screen: MakeScreen = (options) => new Screen(around, options);
  addBeginning(program, screen, finish);
  addRun(program, screen, finish);
  addReading(program, screen, finish);
  addDebugging(program, screen, finish);
  addFiles(program, screen);
  addOwn(program, screen, finish);
  return program;
}

function withTestee(command: Command): Command {
  return command
    .argument('[command...]', 'after --: what starts the testee, with its arguments')
    .option('--testee <command>', 'the same as one text')
    .option('--control-port <port>', 'wait for a testee that dials in; 0 takes a free port')
    .option('--control-host <address>', 'the address to listen on', '127.0.0.1')
    .option('--host <address>', 'this machine as such a testee dials it; default: as above');
}

function withTimes(command: Command): Command {
  return command
    .option('--patience <ms>', 'how long to wait for what the testee owes, in milliseconds')
    .option('--deadline <ms>', 'how long each session may take, in milliseconds')
    .option('--stream <kind>', 'tcp, or inline: the session runs through control lines');
}

function withSuite(command: Command): Command {
  const only = 'id, family, role, requirement or state/event; * for any characters; repeatable';
  return withTimes(command)
    .option('--only <pattern>', only, collect)
    .option('--draft <name>', 'the cases of a draft in place of those of version 1')
    .option(
      '--profile <name>',
      'core: once each, without the grid of states and what takes long; full: all, each delivery',
      'core',
    )
    .option('--delivery <name>', 'whole, octet, header-split, coalesced; repeatable', collect)
    .option('--seed <text>', 'what the kit draws follows from it; default: another each time')
    .option('--jobs <n>', 'testees at a time; default: as the machine allows, 4 at most')
    .option('--known <file>', 'the known-failing file');
}

function withReports(command: Command): Command {
  return command
    .option('--report <folder>', 'all of the following, into one folder')
    .option('--json <file>', 'results.json, and transcripts/ beside it')
    .option('--html <file>', 'one page that opens from disk')
    .option('--junit <file>', 'JUnit XML')
    .option('--tap <file>', 'TAP 14')
    .option('--markdown <file>', 'a summary for a pull request')
    .option('--badge <file>', 'SVG')
    .option('--pcapng <file>', 'the transcripts for Wireshark')
    .option('--transcripts <which>', 'all, failing or none');
}

function addBeginning(program: Command, screen: MakeScreen, finish: Finish): void {
  withTestee(
    program.command('doctor').description('look at a testee, name the next thing to fix'),
  ).action(async (argv: string[], options: TesteeOptions) => {
    finish(await doctor(screen(), argv, options));
  });
  program
    .command('init <folder>')
    .description('a testee to begin with, in one file')
    .requiredOption('--lang <language>', Object.keys(languages).join(', '))
    .action((folder: string, options: InitOptions) => init(screen(), folder, options));
}

function addRun(program: Command, screen: MakeScreen, finish: Finish): void {
  const command = program.command('run').description('play cases against a testee');
  withReports(withSuite(withTestee(command)))
    .option('--quiet', 'no progress')
    .action(async (argv: string[], options: RunOptions & Quiet) => {
      finish(await runCases(screen(options), argv, options));
    });
  const walking = program
    .command('walk')
    .description('play random walks: valid sessions, at most one fault at the end');
  withReports(withTimes(withTestee(walking)))
    .option('--count <n>', 'how many; default: 200')
    .option('--minutes <n>', 'go on for so long, or up to --count')
    .option('--role <role>', 'sender or receiver: sessions of that role alone')
    .option('--seed <text>', 'the same seed gives the same walks; default: another each time')
    .option('--jobs <n>', 'testees at a time; default: as the machine allows, 4 at most')
    .option('--known <file>', 'the known-failing file')
    .option('--quiet', 'no progress')
    .addHelpText('after', walkHelp)
    .action(async (argv: string[], options: WalkOptions & Quiet) => {
      finish(await walk(screen(options), argv, options));
    });
  withSuite(program.command('matrix').description('several testees side by side'))
    .option('--testee <command>', 'a testee; repeatable', collect)
    .option('--json', 'the results of all of them')
    .action(async (options: MatrixOptions) => {
      finish(await matrix(screen(), options));
    });
}

function addReading(program: Command, screen: MakeScreen, finish: Finish): void {
  program
    .command('list')
    .description('the cases')
    .option('--only <pattern>', 'as in run', collect)
    .option('--draft <name>', 'as in run')
    .option('--json', 'as JSON')
    .action((options: ListOptions) => list(screen(), options));
  program
    .command('explain <id>')
    .description('a case with what is played, or a requirement with its cases')
    .action((id: string) => explain(screen(), id));
  program
    .command('coverage')
    .description('which requirements have a case')
    .option('--missing', 'only those that have neither case nor exclusion')
    .option('--strict', 'fail where such a one is a MUST')
    .option('--json', 'as JSON')
    .action((options: CoverageOptions) => finish(coverage(screen(), options)));
}

function addDebugging(program: Command, screen: MakeScreen, finish: Finish): void {
  const again = program
    .command('replay')
    .argument('<transcript>', 'a file of transcripts/ or walks/');
  withTimes(withTestee(again.description('show a transcript or a walk, or play it again'))).action(
    async (path: string, argv: string[], options: ReplayOptions) => {
      finish(await replay(screen(), path, argv, options));
    },
  );
  program
    .command('peer <case>')
    .description('be the other side of one case, for an implementation in a debugger')
    .option('--port <port>', 'listen here; default: a free port')
    .option('--host <address>', 'the address to listen on; default: 127.0.0.1')
    .option('--dial <host:port>', 'dial the implementation instead')
    .option('--delivery <name>', 'whole, octet, header-split, coalesced')
    .option('--seed <text>', 'what the kit draws follows from it')
    .option('--patience <ms>', 'how long to wait for each message; default: ten minutes')
    .option('--twin', 'the valid session that the case is a change of')
    .action(async (id: string, options: PeerOptions) => {
      finish(await peer(screen(), id, options));
    });
}

function addFiles(program: Command, screen: MakeScreen): void {
  withReports(
    program.command('report <results>').description('reports from a results.json'),
  ).action((path: string, options: ReportOptions) => report(screen(), path, options));
  const baseline = program.command('baseline').description('the known-failing file');
  const common = (command: Command): Command =>
    command
      .requiredOption('--results <file>', 'the results.json of a run')
      .requiredOption('--known <file>', 'the known-failing file');
  common(baseline.command('write').description('add the failures of a run'))
    .requiredOption('--reason <text>', 'why they are not repaired yet')
    .requiredOption('--until <day>', 'the last day on which they count, such as 2027-01-31')
    .action((options: BaselineWriteOptions) => writeBaseline(screen(), options));
  common(baseline.command('prune').description('take away what no longer holds')).action(
    (options: BaselineOptions) => pruneBaseline(screen(), options),
  );
}

function addOwn(program: Command, screen: MakeScreen, finish: Finish): void {
  const vectors = program.command('vectors').description('golden vectors');
  vectors
    .command('verify [folder]')
    .description("hold the kit's own codec to them; default: those of the package")
    .action(async (folder?: string) => {
      finish(await verify(screen(), folder));
    });
  withSuite(program.command('selftest').description('run the kit against its canaries'))
    .option('--canary <name>', 'only this one')
    .option('--folder <folder>', 'the canaries, with expected.json')
    .option('--mutants <path>', 'play mutants instead: a file of them, or a folder of files')
    .option('--record <file>', 'mutants: which were killed, as JSON; kept for those not played')
    .option('--changed', 'mutants: only those that the record does not know as killed')
    .action(async (options: SelftestOptions) => {
      finish(await selftest(screen(), options));
    });
}

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
