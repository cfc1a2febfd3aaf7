// `doctor`: looks at a testee and names the next thing to fix.
import type { Case } from '../cases/case.ts';
import { ChildChannel } from '../control/child-channel.ts';
import type { Channel } from '../control/channel.ts';
import { Testee } from '../control/testee.ts';
import type { Hello, Role } from '../control/values.ts';
import { lackOf } from '../run/needs.ts';
import { runSuite } from '../run/suite.ts';
import type { CaseResult, TesteeSource } from '../run/verdict.ts';
import { requirementOf } from '../cases/requirements.ts';
import { Cancellation } from './cancellation.ts';
import { allCases } from './case-choice.ts';
import { checks, type Advice, type Patient } from './doctor-checks.ts';
import type { ExitCode } from './failure.ts';
import { ObservedChannel } from './observed-channel.ts';
import { harmless, type Screen } from './screen.ts';
import { accessTestee, type TesteeAccess, type TesteeOptions } from './testee-access.ts';

const sessionTimes = { patienceMs: 1_500, deadlineMs: 3_000 };
const shownCharacters = 1_000;
const noiseLines = 5;

/** The simplest session of a role that this testee can play. */
export function firstSession(role: Role, hello: Hello, cases = allCases()): Case | undefined {
  return cases.find(
    (one) =>
      one.role === role &&
      one.expectation.kind === 'continues' &&
      one.changedStep === undefined &&
      one.untestable === undefined &&
      lackOf(one, hello) === undefined,
  );
}

async function channelOf(access: TesteeAccess): Promise<Channel | undefined> {
  const { source } = access;
  if (source.kind === 'connection') return access.next?.();
  const { argv, ...rest } = source.command;
  return new ChildChannel({ ...rest, argv: argv.map((word) => word.replaceAll('{slot}', '0')) });
}

/** Says what stands wrong, with the lines as they were. */
function tell(screen: Screen, advice: Advice, channel?: ObservedChannel, testee?: Testee): void {
  const line = (name: string, text: string): void => {
    if (text !== '') screen.print(`    ${name} ${harmless(text).slice(0, shownCharacters)}`);
  };
  screen.print(`    ${harmless(advice.wrong)}`);
  line('the kit wrote:   ', channel?.lastWritten ?? '');
  line('the testee wrote:', channel?.lastRead ?? '');
  for (const { text } of testee?.noise.lines.slice(-noiseLines) ?? [])
    line('it printed:      ', text);
  screen.print(`${screen.mark('bold', 'Next:')} ${advice.next}`);
}

function ok(screen: Screen, name: string): void {
  screen.print(`${screen.mark('green', 'ok')}  ${name}`);
}

function bad(screen: Screen, name: string): void {
  screen.print(`${screen.mark('red', 'NO')}  ${name}`);
}

async function examine(screen: Screen, access: TesteeAccess): Promise<Hello | undefined> {
  const inner = await channelOf(access);
  if (inner === undefined) {
    bad(screen, 'a testee dials in');
    const next = `Start the testee and let it dial ${access.name}.`;
    tell(screen, { wrong: 'Nobody dialled within a minute.', next });
    return undefined;
  }
  const channel = new ObservedChannel(inner);
  await using testee = new Testee(channel);
  const patient: Patient = { testee };
  for (const { name, run } of checks) {
    const advice = await run(patient);
    if (advice !== undefined) {
      bad(screen, name);
      tell(screen, advice, channel, testee);
      return undefined;
    }
    ok(screen, name);
  }
  const end = await testee.quit();
  if (end.code !== undefined && end.code !== 0) {
    bad(screen, 'it ends after quit');
    const next = 'Answer quit, then end with exit code 0.';
    tell(screen, { wrong: `After quit, ${end.detail}.`, next }, channel, testee);
    return undefined;
  }
  if (end.signal !== undefined) {
    bad(screen, 'it ends after quit');
    const next = 'Answer quit and end within two seconds; close what keeps the process alive.';
    tell(screen, { wrong: 'It was still there two seconds after quit.', next }, channel, testee);
    return undefined;
  }
  ok(screen, 'it ends after quit');
  return patient.hello;
}

function tellSession(
  screen: Screen,
  { case: played, verdict, problems, why, noise }: CaseResult,
): boolean {
  const name = `one session as ${played.role} (${played.id})`;
  if (verdict === 'pass' || verdict === 'warn') {
    ok(screen, name);
    return true;
  }
  bad(screen, name);
  const [problem] = problems;
  const sentence = requirementOf(problem?.requirement ?? '');
  const what = problem?.detail ?? why ?? verdict;
  const wrong = sentence === undefined ? what : `${what} ${sentence.id}: ${sentence.text}`;
  const isRefused = problem?.part === 'control' && problem.step === undefined;
  const look = `See what is played: peersync-conformance explain ${played.id}`;
  const next = isRefused ? `Let run do its session; until then it says why not. ${look}` : look;
  tell(screen, { wrong, next });
  for (const text of noise.slice(-noiseLines)) {
    screen.print(`    it printed:       ${harmless(text).slice(0, shownCharacters)}`);
  }
  return false;
}

/** One valid session in each role; false at the first that goes wrong. */
async function trySessions(
  screen: Screen,
  source: TesteeSource,
  hello: Hello,
  signal: AbortSignal,
): Promise<boolean> {
  const cases = hello.roles.flatMap((role) => firstSession(role, hello) ?? []);
  const options = { cases, testee: source, seed: 'doctor', profile: 'core' as const, jobs: 1 };
  const { results, unusable } = await runSuite({ ...options, ...sessionTimes, signal });
  if (unusable !== undefined) {
    bad(screen, 'it starts again');
    tell(screen, { wrong: unusable, next: 'Let it be started again after quit.' });
    return false;
  }
  return results.every((result) => tellSession(screen, result)) && !signal.aborted;
}

function farewell(screen: Screen, hello: Hello, argv: readonly string[]): void {
  const command = argv.length === 0 ? '' : ` -- ${argv.join(' ')}`;
  const other = hello.roles.length === 1 && hello.roles[0] === 'receiver' ? 'sender' : 'receiver';
  const next = `peersync-conformance run --report peersync-report${command}`;
  if (hello.roles.length === 1) screen.print(`The role ${other} can come later.`);
  screen.print(`${screen.mark('bold', 'Next:')} play the cases:\n  ${next}`);
}

/** Looks at a testee: 0 when it can be tested, 3 with the next thing to fix. */
export async function doctor(
  screen: Screen,
  argv: readonly string[],
  options: TesteeOptions,
): Promise<ExitCode> {
  const access = await accessTestee(screen, argv, options);
  const cancellation = new Cancellation(screen);
  try {
    const { signal } = cancellation;
    const hello = await examine(screen, access);
    if (signal.aborted) return 130;
    if (hello === undefined) return 3;
    const { name, version, language } = hello.impl;
    screen.print(harmless(`    ${name} ${version}, ${language}; ${hello.roles.join(' and ')}`));
    if (!(await trySessions(screen, access.source, hello, signal))) {
      return signal.aborted ? 130 : 3;
    }
    farewell(screen, hello, argv);
    return 0;
  } finally {
    cancellation.release();
    access.close();
  }
}
