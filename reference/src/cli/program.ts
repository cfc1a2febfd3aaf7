// The program's commands and options, and what each of them starts. The only place that knows the
// command line as a whole; what a command does is in its own file.
import { Command, CommanderError, Option } from 'commander';
import { changes, type ChangesOptions } from './changes-command.ts';
import { collect, receiving, sessionForm, subcommand } from './command-options.ts';
import { check, type CheckOptions, checkText } from './check-command.ts';
import { conflicts } from './conflicts-command.ts';
import { deleteResource } from './delete-command.ts';
import { downloadResources } from './download-command.ts';
import { edit, type EditOptions } from './edit-command.ts';
import { ExitCode, exitCodeMeanings } from './exit-code.ts';
import { causesOf, complaintOf } from './failure.ts';
import { addHubCommands } from './hub-commands.ts';
import { importFiles, type ImportOptions } from './import-command.ts';
import { init, type InitOptions } from './init-command.ts';
import { receive, type ReceiveOptions } from './receive-command.ts';
import { renew } from './renew-command.ts';
import { report, type ReportOptions } from './report-command.ts';
import { resolve, type ResolveOptions } from './resolve-command.ts';
import { restore, type RestoreOptions } from './restore-command.ts';
import { Screen, type SpeechOptions, type Surroundings, tolerateClosedPipes } from './screen.ts';
import { send, type SendOptions } from './send-command.ts';
import type { ServerAccessOptions } from './server-access.ts';
import { show, type ShowOptions } from './show-command.ts';
import type { CommonOptions } from './store-access.ts';
import { uploadChanges, type UploadCommandOptions } from './upload-command.ts';

const examples = `
Two devices in one network:
  peersync init --store a.db --name "Tablet A"      peersync init --store b.db --name "Tablet B"
  peersync import --store a.db --as local visit.json
  peersync send --store a.db --listen 7340
                                                    peersync receive --store b.db --dial HOST:7340
Either side may listen. The sender shows a code, the receiver types it.

Variables: PEERSYNC_STORE names the store; NO_COLOR turns colour off; PEERSYNC_DEBUG=1 shows causes.
`;

const renewText = `
Two stores with one replica id give one name to different changes, and edits are lost. A store file
that was copied, restored from a backup or moved to another disk is noticed when it is opened, and
takes a new id by itself. Two cases cannot be noticed: a backup that was written over the file, and
an image of a whole disk, machine or phone. Then run this once, before anything is edited.
Resources and changes stay as they are. Running it again does no harm.
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
  let exitCode: ExitCode = ExitCode.OK;
  const program = programOf(around, (code) => {
    exitCode = code;
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    return complain(error, args, around);
  }
}

function complain(error: unknown, args: readonly string[], around: Surroundings): ExitCode {
  // Commander has spoken already, about what the command line lacks.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  const screen = new Screen(around, { json: args.includes('--json') });
  const { exitCode, message, next } = complaintOf(error);
  // Who cancelled knows it; that is no error.
  const head = exitCode === ExitCode.CANCELLED ? '' : `${screen.markProblem('red', 'error:')} `;
  screen.problem(head + message);
  if (next !== undefined) screen.problem(next);
  screen.emit({ event: 'error', exitCode, message, ...(next === undefined ? {} : { next }) });
  if (around.env['PEERSYNC_DEBUG'] === '1') screen.problem(causesOf(error));
  return exitCode;
}

type Finish = (code: ExitCode) => void;

function programOf(around: Surroundings, finish: Finish): Command {
  const program = new Command('peersync')
    .description('Hands FHIR resources and the local changes made to them from device to device.')
    .configureOutput({
      writeOut: (text) => around.stdout.write(text),
      writeErr: (text) => around.stderr.write(text),
    })
    .configureHelp({ helpWidth: 100 })
    .showHelpAfterError('The options of each command: peersync COMMAND --help')
    .exitOverride()
    .addHelpText('after', examples + exitStatusText());
  const screen = (options: SpeechOptions): Screen => new Screen(around, options);
  addStoreCommands(program, screen);
  addReadingCommands(program, screen);
  addCheckCommand(program, screen, finish);
  addSessionCommands(program, screen, finish);
  addHubCommands(program, screen, finish);
  addServerCommands(program, screen, finish);
  return program;
}

type MakeScreen = (options: SpeechOptions) => Screen;

function addStoreCommands(program: Command, screen: MakeScreen): void {
  subcommand(program, 'init', 'make an empty store')
    .option('--server <url>', 'the FHIR server that the resources belong to; none by default')
    .option('--name <name>', 'shown to the other device; the host name by default')
    .action((options: InitOptions) => init(screen(options), options));
  subcommand(program, 'renew', 'take a new replica id: once after a backup was restored')
    .addHelpText('after', renewText)
    .action((options: CommonOptions) => renew(screen(options), options));
  subcommand(program, 'import <files...>', 'take resources, Bundles, NDJSON or folders; - is stdin')
    .addOption(
      new Option('--as <kind>', 'versions that the server gave, or creations of this device')
        .choices(['server', 'local'])
        .default('server'),
    )
    .option('--version-id <version>', 'the server version of resources without meta.versionId')
    .action((files: string[], options: ImportOptions) =>
      importFiles(screen(options), files, options),
    );
  subcommand(program, 'edit <resource>', 'change a resource: by member, file, stdin or $EDITOR')
    .option('--file <file>', 'the whole new content; - is stdin')
    .option('--set <pointer=json>', 'such as \'/name/0/family="Chalmers"\'; repeatable', collect)
    .option('--remove <pointer>', 'such as /telecom/1; repeatable', collect)
    .action((resource: string, options: EditOptions) => edit(screen(options), resource, options));
  subcommand(program, 'delete <resource>', 'delete a resource on this device').action(
    (resource: string, options: CommonOptions) =>
      deleteResource(screen(options), resource, options),
  );
}

function addCheckCommand(program: Command, screen: MakeScreen, finish: Finish): void {
  subcommand(program, 'check', 'look whether the store is whole, row by row')
    .option('--rescue <file>', 'make a new store there of everything that is whole')
    .addHelpText('after', checkText)
    .action(async (options: CheckOptions) => {
      finish(await check(screen(options), options));
    });
}

function addReadingCommands(program: Command, screen: MakeScreen): void {
  subcommand(program, 'show [resource]', 'a resource (Patient/p1), a type (Patient) or the store')
    .option('--raw', 'the resource alone, octet for octet')
    .action((resource: string | undefined, options: ShowOptions) =>
      show(screen(options), resource, options),
    );
  subcommand(program, 'changes [resource]', 'the local changes of a resource, or all of them')
    .option('--archived', 'what was put aside in conflicts instead')
    .action((resource: string | undefined, options: ChangesOptions) =>
      changes(screen(options), resource, options),
    );
  addConflictCommands(program, screen);
  subcommand(program, 'report', 'the last sessions and uploads of this store, newest first')
    .option('--last <n>', 'how many', '1')
    .action((options: ReportOptions) => report(screen(options), options));
}

function addConflictCommands(program: Command, screen: MakeScreen): void {
  subcommand(program, 'conflicts [resource]', 'the conflicts that wait for a decision').action(
    (resource: string | undefined, options: CommonOptions) =>
      conflicts(screen(options), resource, options),
  );
  subcommand(program, 'resolve <resource>', 'decide about a conflict that waits')
    .addOption(
      new Option('--take <side>', 'which side; merge takes both where they do not meet')
        .choices(['theirs', 'ours', 'merge'])
        .makeOptionMandatory(),
    )
    .option('--position <n>', 'which one, where several states of the resource wait')
    .action((resource: string, options: ResolveOptions) =>
      resolve(screen(options), resource, options),
    );
  subcommand(program, 'restore <resource>', 'make what was put aside the content again')
    .requiredOption('--position <n>', 'where `changes --archived` shows it')
    .action((resource: string, options: RestoreOptions) =>
      restore(screen(options), resource, options),
    );
}

function addSessionCommands(program: Command, screen: MakeScreen, finish: Finish): void {
  const meeting = (usage: string, description: string): Command =>
    subcommand(program, usage, description)
      .option('--listen <[host:]port>', 'wait for the other device; port 0 takes a free one')
      .option('--dial <host:port>', 'connect to the device that listens');
  const sending = meeting('send', 'hand over resources; shows the code that the receiver types');
  sessionForm(
    sending.option('--only <types>', 'let nothing else leave this device, such as Patient,Group'),
  ).action(async (options: SendOptions) => {
    finish(await send(screen(options), options));
  });
  const taking = meeting('receive', 'take resources in; asks for the code that the sender shows')
    .option('--code <code>', 'the nine digits, the text of the QR code, or - to read it from stdin')
    .option('--yes', 'receive without asking');
  sessionForm(receiving(taking)).action(async (options: ReceiveOptions) => {
    finish(await receive(screen(options), options));
  });
}

function addServerCommands(program: Command, screen: MakeScreen, finish: Finish): void {
  const serverCommand = (usage: string, description: string): Command =>
    subcommand(program, usage, description)
      .option('--server <url>', "the FHIR server, as a check: it is the store's or nothing is done")
      .option('--token-file <file>', 'holds a bearer token; PEERSYNC_TOKEN otherwise')
      .option('--token-over-http', 'send the token without encryption too');
  serverCommand('upload', "bring the local changes to the store's FHIR server")
    .option('--dry-run', 'look at the server, say what would be done, and do nothing')
    .option('--together <n>', 'resources in one transaction; 1 sends each alone', '50')
    .addOption(
      new Option('--squash <way>', 'several edits as one patch: all operations, or the difference')
        .choices(['concatenate', 'diff'])
        .default('concatenate'),
    )
    .option('--provenance', 'also write a FHIR Provenance that names who made the changes')
    .addOption(
      new Option('--on-conflict <winner>', 'what becomes of what others changed there too')
        .choices(['defer', 'theirs', 'merge'])
        .default('defer'),
    )
    .action(async (options: UploadCommandOptions) => {
      finish(await uploadChanges(screen(options), options));
    });
  serverCommand(
    'download <searches...>',
    "fetch from the store's FHIR server, such as Patient or 'Observation?date=ge2024'",
  ).action(async (searches: string[], options: ServerAccessOptions) => {
    finish(await downloadResources(screen(options), searches, options));
  });
}
