// The command line of the hub: `serve`, and `admit` for its operator.
import { type Command } from 'commander';
import { admit, type AdmitOptions } from './admit-command.ts';
import { receiving, sessionForm, spoken, subcommand } from './command-options.ts';
import type { ExitCode } from './exit-code.ts';
import type { Screen, SpeechOptions } from './screen.ts';
import { serve, type ServeOptions } from './serve-command.ts';

const adminPort = '7341';

const serveText = `
Devices send to it, many at once: peersync send --dial HUB:7340. Each shows a code of its own, and
the name of its session. Whoever runs the hub enters the code, on the hub's machine:
  peersync admit 1a2b3c4d                           # asks for the code of that device
  peersync admit --dial 192.168.1.17:7340           # for a device that listens instead
  peersync admit --list                             # who waits, and every session under way
The operator's endpoint answers GET /health, /health/live, /health/ready and /metrics (Prometheus)
to everybody who reaches it, GET /sessions and POST /codes to this machine alone.
SIGTERM or Ctrl-C: no new sessions; those under way end, or are cancelled after --grace seconds.
What a device was told is stored is stored, and its next session goes on there. A second SIGTERM
ends at once.
`;

/** Adds the hub's commands. */
export function addHubCommands(
  program: Command,
  screen: (options: SpeechOptions) => Screen,
  finish: (code: ExitCode) => void,
): void {
  const serving = subcommand(program, 'serve', 'receive from many devices at once, until SIGTERM')
    .requiredOption('--listen <[host:]port>', 'where devices dial; port 0 takes a free one')
    .option('--admin <[host:]port>', "the operator's endpoint; 127.0.0.1 by default", adminPort)
    .option('--sessions <n>', 'sessions that run at once', '32')
    .option('--waiting <n>', 'connections that wait for their code', '64')
    .option('--window-mib <n>', 'MiB under way, of all sessions together', '64')
    .option('--session-mib <n>', 'MiB of resources and changes that one session may bring')
    .option('--grace <seconds>', 'how long sessions may go on after SIGTERM', '60');
  sessionForm(receiving(serving))
    .addHelpText('after', serveText)
    .action(async (options: ServeOptions) => {
      finish(await serve(screen(options), options));
    });
  spoken(program.command('admit [device]').description('tell a hub here the code of a device'))
    .option('--hub <[host:]port>', "the hub's --admin", adminPort)
    .option('--code <code>', 'the nine digits, the text of the QR code, or - to read it from stdin')
    .option('--dial <host:port>', 'let the hub dial a device that listens')
    .option('--list', 'list who waits and every session instead')
    .action(async (device: string | undefined, options: AdmitOptions) => {
      finish(await admit(screen(options), device, options));
    });
}
