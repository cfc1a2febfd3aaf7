// Options that several commands share, as the command line declares them. Knows no command.
import { type Command, Option } from 'commander';

/** A command on a store. */
export function subcommand(program: Command, usage: string, description: string): Command {
  return spoken(
    program
      .command(usage)
      .description(description)
      .option('--store <store>', 'a file, or postgres://…; PEERSYNC_STORE otherwise'),
  );
}

/** How a command speaks. */
export function spoken(command: Command): Command {
  return command
    .option('--json', 'one JSON object a line on standard output')
    .option('--quiet', 'no progress and no hints');
}

/** What a receiver asks for, and who wins a conflict. */
export function receiving(command: Command): Command {
  return command
    .option('--types <types>', 'ask for these types only, such as Patient,Observation')
    .option(
      '--where <search>',
      "and of a type only what matches, such as 'Patient?gender=female'; may be repeated",
      collect,
    )
    .addOption(
      new Option('--mode <mode>', 'what is new since last time, everything, or by date')
        .choices(['cursor', 'full', 'last-updated'])
        .default('cursor'),
    )
    .addOption(
      new Option(
        '--on-conflict <winner>',
        'who wins where both changed a resource; what is deferred, or no merge, waits',
      )
        .choices(['theirs', 'ours', 'merge', 'defer'])
        .default('theirs'),
    );
}

/** What a session puts on the wire. */
export function sessionForm(command: Command): Command {
  return command
    .option('--no-deflate', 'do not compress')
    .option('--no-grease', 'send no made-up unknown values');
}

/** Takes an option that may be repeated. */
export function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}
