// Runs cases: twins first and once each, each case in each delivery, on as many testees at a time
// as there are jobs. Results come back in the order of the cases, whatever order they ran in. Each
// case is judged while the testee is busy with the next one.
import { createHash } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import type { Hello } from '../control/values.ts';
import type { Case } from '../cases/case.ts';
import { deliveries, type Delivery } from '../peer/delivery.ts';
import { ready } from '../security/cpace.ts';
import { defaultJudges } from './default-judges.ts';
import { twinStandard, type Judgement } from './judge.ts';
import type { Judges } from './judging.ts';
import { lackOf } from './needs.ts';
import { OwnFolder } from './own-folder.ts';
import { jobsOf, Slot } from './slot.ts';
import type { Standard } from './standard.ts';
import { judgeTries, tries } from './tries.ts';
import type { CaseResult, SuiteOptions, SuiteResult, TesteeSource } from './verdict.ts';

interface Item {
  readonly case: Case;
  readonly delivery: Delivery;
}

/** What is the same for every case of a run. */
interface Rules {
  readonly judges: Judges;
  readonly seed: string;
  readonly patienceMs: number;
  readonly deadlineMs: number;
  readonly isInline: boolean;
}

const patience = 5_000;
const deadline = 10_000;
const noiseLines = 20;

/** Judges what was played; what it is of is over, and the testee free. */
type Judging<T> = () => T;
/** A result as the run keeps it. */
function kept(result: CaseResult, { keepsTranscripts = () => true }: SuiteOptions): CaseResult {
  if (keepsTranscripts(result.verdict)) return result;
  const sessions = result.sessions.map(({ findings, end }) => {
    return { findings, ...(end === undefined ? {} : { end }) };
  });
  return { ...result, sessions };
}

type PlayedOnce = Judgement & Pick<CaseResult, 'noise' | 'store' | 'kills'>;

function itemsOf({ cases, profile, deliveries: kept = deliveries }: SuiteOptions): Item[] {
  const inProfile = (item: Item): boolean =>
    // A case that is about a delivery has to be played in it; one that can't be, counts once.
    (profile === 'full' && item.case.untestable === undefined) ||
    item.delivery === item.case.deliveries[0];
  return cases
    .flatMap((found) => found.deliveries.map((delivery) => ({ case: found, delivery })))
    .filter((item) => inProfile(item) && kept.includes(item.delivery));
}

/** The rules of a run for what takes its testee long. */
function patientlyBy({ patienceMs = 0 }: Standard, rules: Rules): Rules {
  const { patienceMs: usual, deadlineMs } = rules;
  if (patienceMs <= usual) return rules;
  return { ...rules, patienceMs, deadlineMs: Math.max(deadlineMs, 2 * patienceMs) };
}

/** Plays cases on one slot, and shares the outcome of twins with the other slots. */
class Worker {
  readonly #slot: Slot;
  readonly #rules: Rules;
  readonly #twins: Map<string, Promise<Judgement>>;

  constructor(slot: Slot, rules: Rules, twins: Map<string, Promise<Judgement>>) {
    this.#slot = slot;
    this.#rules = rules;
    this.#twins = twins;
  }

  async play(item: Item, hello: Hello): Promise<Judging<CaseResult>> {
    const startedMs = performance.now();
    const end = (verdict: CaseResult['verdict'], more: Partial<CaseResult>): CaseResult => ({
      ...item,
      verdict,
      problems: [],
      sessions: [],
      noise: [],
      ...more,
      durationMs: Math.round(performance.now() - startedMs),
    });
    // Whatever goes wrong inside the kit is no word about the testee.
    const faulty = (error: unknown): CaseResult => {
      const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return end('kit-error', { problems: [{ part: 'kit', level: 'MUST', detail }] });
    };
    const { untestable, role } = item.case;
    if (untestable !== undefined) return () => end('untestable', { why: untestable });
    if (!hello.roles.includes(role)) {
      return () => end('not-applicable', { why: `the testee is no ${role}` });
    }
    const lack = lackOf(item.case, hello);
    if (lack !== undefined) return () => end('unsupported', { why: `the testee has no ${lack}` });
    if (this.#rules.isInline && item.case.script.steps.some((step) => step.do === 'stuff')) {
      return () => end('not-applicable', { why: 'control lines are never full' });
    }
    try {
      const twin = await this.#twin(item);
      if (twin !== undefined && twin.verdict !== 'pass' && twin.verdict !== 'warn') {
        const { problems, sessions } = twin;
        const why = `the valid twin has the verdict ${twin.verdict}`;
        const isNoneOfIts = ['unsupported', 'not-applicable'].includes(twin.verdict);
        const verdict = isNoneOfIts ? twin.verdict : 'blocked';
        return () => end(verdict, { why: twin.why ?? why, problems, sessions });
      }
      const judged = await this.#play(item.case, item.delivery, item.case.id);
      return () => {
        try {
          const { verdict, noise, ...found } = judged();
          return end(verdict, { ...found, noise: verdict === 'pass' ? [] : noise });
        } catch (error) {
          return faulty(error);
        }
      };
    } catch (error) {
      return () => faulty(error);
    }
  }

  async #twin({ case: { id, ...rest }, delivery }: Item): Promise<Judgement | undefined> {
    const standard = twinStandard({ id, ...rest });
    if (standard === undefined) return undefined;
    const written = JSON.stringify([standard.script, standard.store, delivery]);
    const key = createHash('sha256').update(written).digest('hex');
    const known = this.#twins.get(key);
    if (known !== undefined) return known;
    const played = this.#play(standard, delivery, `twin-${key.slice(0, 16)}`);
    // Of one that passed nobody asks more.
    const judged = played.then((judging) => {
      const { verdict, ...found } = judging();
      return verdict === 'pass' ? { verdict, problems: [], sessions: [] } : { verdict, ...found };
    });
    this.#twins.set(key, judged);
    return judged;
  }

  async #play(standard: Standard, delivery: Delivery, label: string): Promise<Judging<PlayedOnce>> {
    const { judges, ...options } = patientlyBy(standard, this.#rules);
    if (standard.script.steps.some((step) => step.do === 'kill')) await this.#slot.leaveCache();
    const found = await this.#slot.testee();
    const before = found.kind === 'testee' ? found.testee.noise.lines.length : 0;
    const all = { slot: this.#slot, delivery, label, ...options };
    const played = await tries(standard, all);
    const lines = found.kind === 'testee' ? found.testee.noise.lines.slice(before) : [];
    const mistakes = found.kind === 'testee' ? found.testee.takeMistakes() : [];
    const noise = lines.slice(-noiseLines).map(({ text }) => text);
    const dumped = played.played.at(-1)?.store;
    const left = {
      ...(dumped === undefined ? {} : { store: dumped }),
      ...(played.kills.length === 0 ? {} : { kills: played.kills }),
    };
    return () => {
      return { ...withMistakes(judgeTries(standard, played, judges), mistakes), noise, ...left };
    };
  }
}

/** What a testee wrote against the control protocol fails what would have passed. */
function withMistakes(judged: Judgement, mistakes: readonly string[]): Judgement {
  if (mistakes.length === 0) return judged;
  const problems = mistakes.map((detail) => ({ part: 'control', level: 'MUST', detail }) as const);
  const verdict = judged.verdict === 'pass' || judged.verdict === 'warn' ? 'fail' : judged.verdict;
  return { ...judged, verdict, problems: [...judged.problems, ...problems] };
}

function withCache(source: TesteeSource, folder: string): TesteeSource {
  if (source.kind === 'connection') return source;
  const { command } = source;
  // Testees on Node start in a third of the time; to others it means nothing.
  const env = { NODE_COMPILE_CACHE: folder, ...command.env };
  return { kind: 'command', command: { ...command, env } };
}

function rulesOf(options: Omit<SuiteOptions, 'cases' | 'profile'>): Rules {
  const { seed, judges = defaultJudges, stream } = options;
  const { patienceMs = patience, deadlineMs = deadline } = options;
  return { judges, seed, patienceMs, deadlineMs, isInline: stream === 'inline' };
}

async function runItems(
  options: SuiteOptions,
  first: Slot,
  hello: Hello,
  source: TesteeSource,
): Promise<CaseResult[]> {
  const items = itemsOf(options);
  const results = new Map<Item, CaseResult>();
  const { signal } = options;
  const rules = rulesOf(options);
  const twins = new Map<string, Promise<Judgement>>();
  const waiting = items.values();
  const isStopped = (): boolean => signal?.aborted === true;
  const work = async (slot: Slot): Promise<void> => {
    const worker = new Worker(slot, rules, twins);
    const stop = (): void => void slot.kill();
    signal?.addEventListener('abort', stop);
    const keep = async (item: Item, judged: Judging<CaseResult>): Promise<void> => {
      // The next case goes on its way first: judging fills the time that its testee takes.
      await turn();
      const result = kept(judged(), options);
      results.set(item, result);
      options.onProgress?.(result, results.size, items.length);
    };
    let before = Promise.resolve();
    for (const item of waiting) {
      if (isStopped()) break;
      const [judged] = await Promise.all([worker.play(item, hello), before]);
      // What a testee did that was killed under way says nothing.
      if (isStopped()) break;
      before = keep(item, judged);
    }
    await before;
    signal?.removeEventListener('abort', stop);
  };
  const others = Array.from({ length: jobsOf(options, hello) - 1 }, async (_, index) => {
    const slot = await Slot.open(source, index + 1);
    try {
      await work(slot);
    } finally {
      await slot.close();
    }
  });
  await Promise.all([work(first), ...others]);
  return items.flatMap((item) => results.get(item) ?? []);
}

/** Plays one case on one testee, whole: its twin first. */
export type PlayCase = (found: Case, delivery: Delivery) => Promise<CaseResult>;

/**
 * Cases one after the other on one testee, each chosen when the result of the one before is there.
 *
 * @param use - Chooses; the testee lives as long.
 * @returns What `use` returns; undefined where the testee did not get so far.
 */
export async function playSingly<T>(
  options: Omit<SuiteOptions, 'cases' | 'profile'>,
  use: (play: PlayCase, hello: Hello) => Promise<T>,
): Promise<T | undefined> {
  await ready();
  const cache = new OwnFolder('kit');
  const slot = await Slot.open(withCache(options.testee, cache.path), 0);
  const stop = (): void => void slot.kill();
  options.signal?.addEventListener('abort', stop);
  try {
    const found = await slot.testee();
    if (found.kind === 'none') return undefined;
    const worker = new Worker(slot, rulesOf(options), new Map());
    const play: PlayCase = async (one, delivery) =>
      (await worker.play({ case: one, delivery }, found.hello))();
    return await use(play, found.hello);
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await slot.close();
    cache.close();
  }
}

/**
 * Runs cases against testees.
 *
 * @throws whatever the system says when it gives no port or no temporary folder.
 */
export async function runSuite(options: SuiteOptions): Promise<SuiteResult> {
  const startedMs = performance.now();
  const { seed, profile, testee } = options;
  await ready();
  const cache = new OwnFolder('kit');
  const source = withCache(testee, cache.path);
  const slot = await Slot.open(source, 0);
  const durationMs = (): number => Math.round(performance.now() - startedMs);
  const stop = (): void => void slot.kill();
  options.signal?.addEventListener('abort', stop);
  try {
    const found = await slot.testee();
    if (found.kind === 'none') {
      return { seed, profile, unusable: found.detail, results: [], durationMs: durationMs() };
    }
    const { hello } = found;
    const cases = [...options.cases, ...(options.more?.(hello) ?? [])];
    const results = await runItems({ ...options, cases }, slot, hello, source);
    return { seed, profile, hello, results, durationMs: durationMs() };
  } finally {
    options.signal?.removeEventListener('abort', stop);
    await slot.close();
    cache.close();
  }
}
