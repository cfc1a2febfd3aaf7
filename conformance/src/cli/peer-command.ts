// `peer`: the kit as a peer by itself, for a debugger: it waits for a connection, plays one case,
// and prints what it does and sees. No control protocol: the person is the testee's user.
import type { Case } from '../cases/case.ts';
import { requirementOf } from '../cases/requirements.ts';
import { deliveries, type Delivery } from '../peer/delivery.ts';
import { dialTestee, MeetingPort, type PeerStream } from '../peer/stream.ts';
import { ready } from '../security/cpace.ts';
import { setUpWords } from './by-hand.ts';
import { Cancellation } from './cancellation.ts';
import { chosenCases } from './case-choice.ts';
import { misuse, type ExitCode } from './failure.ts';
import { LonePeer, type LoneOutcome } from './lone-peer.ts';
import { harmless, type Screen } from './screen.ts';
import { countOf } from './suite-run.ts';
import { portOf } from './testee-access.ts';
import { transcriptText } from './transcript-text.ts';

/** Options of `peer`. */
export interface PeerOptions {
  readonly port?: string;
  readonly host?: string;
  readonly dial?: string;
  readonly delivery?: string;
  readonly seed?: string;
  readonly patience?: string;
  readonly twin?: boolean;
}

/** A person steps through code in the meantime. */
const patienceMs = 600_000;

function deliveryOf(text: string | undefined): Delivery {
  const found = deliveries.find((delivery) => delivery === (text ?? 'whole'));
  if (found !== undefined) return found;
  throw misuse(`There is no delivery ${text}.`, `Use ${deliveries.join(', ')}.`);
}

async function connection(
  options: PeerOptions,
  port: MeetingPort,
): Promise<PeerStream | undefined> {
  if (options.dial === undefined) return port.accept(patienceMs);
  const [, host = '', number = ''] = /^(.+):(\d+)$/.exec(options.dial) ?? [];
  if (host === '') throw misuse(`--dial ${options.dial} is no HOST:PORT.`);
  return dialTestee(host, portOf(number), 10_000);
}

/** The valid session that the case is a change of. */
function asTwin(one: Case): Case {
  const { twin } = one;
  if (twin === undefined) return one;
  const kept = Object.entries(one).filter(([name]) => name !== 'changedStep');
  const rest = Object.fromEntries(kept) as unknown as Case;
  return { ...rest, script: twin, expectation: { kind: 'continues' } };
}

/** Everything octet by octet, then what the observer says of the testee's. */
function tell(screen: Screen, one: Case, { isAsExpected, ...found }: LoneOutcome): void {
  const { id, title, family, role, level, requirements: proved } = one;
  const rest = { delivery: 'whole', verdict: 'pass', expected: title, durationMs: 0 } as const;
  const head = { id, title, family, role, level, requirements: proved, ...rest };
  screen.print('');
  screen.print(transcriptText(screen, { ...head, ...found }));
  screen.print('');
  const broken = found.findings.filter(({ side }) => side === 'testee');
  for (const { requirement, detail } of broken) {
    const text = requirementOf(requirement)?.text ?? '';
    screen.print(`✗ ${requirement}: ${text} (${harmless(detail)})`);
  }
  if (broken.length === 0) screen.print('Its octets break no rule that an observer can see.');
  const verdict = isAsExpected
    ? screen.mark('green', 'It did what the case asks for')
    : screen.mark('red', 'It did not do what the case asks for');
  screen.print(`${verdict}. What its store holds now is for you to look at.`);
}

/** Waits for connections and plays: 0 when the peer did what the script says, else 1. */
export async function peer(screen: Screen, id: string, options: PeerOptions): Promise<ExitCode> {
  const [chosen, more] = chosenCases({ only: [id] });
  if (chosen === undefined || more !== undefined) throw misuse(`${id} is not one case.`);
  const delivery = deliveryOf(options.delivery);
  const { seed = 'peer', patience } = options;
  const waits = patience === undefined ? patienceMs : countOf('--patience', patience);
  await ready();
  const one = options.twin === true && chosen.twin ? asTwin(chosen) : chosen;
  if (one.script.listen && options.dial === undefined) {
    throw misuse(`In ${id} your implementation listens.`, 'Add --dial HOST:PORT.');
  }
  if (one.script.shown.length === 0) {
    throw misuse(`In ${id} your implementation draws the secret.`, 'Play it with run.');
  }
  const port = await MeetingPort.listen(options.host, portOf(options.port ?? '0'));
  const cancellation = new Cancellation(screen);
  const stopped = new Promise<'stopped'>((resolve) => {
    cancellation.signal.addEventListener('abort', () => resolve('stopped'));
  });
  try {
    screen.print(`${one.id} ${one.title}`);
    const address = `${options.host ?? '127.0.0.1'}:${port.port}`;
    for (const line of setUpWords(one, address)) screen.print(line);
    const connect = async (): Promise<PeerStream | undefined> => connection(options, port);
    const played = new LonePeer(screen, one, { delivery, seed, patienceMs: waits, connect }).play();
    const outcome = await Promise.race([played, stopped]);
    if (outcome === 'stopped') return 130;
    tell(screen, one, outcome);
    return outcome.isAsExpected ? 0 : 1;
  } finally {
    cancellation.release();
    await port.close();
  }
}
