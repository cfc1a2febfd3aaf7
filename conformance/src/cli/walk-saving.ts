// Shrinks walks that failed and saves each as a file that `replay` plays again. Which walks were
// drawn is for the drawer; what a failure is, for the runner.
import { join } from 'node:path';
import type { Hello } from '../control/values.ts';
import { isFailing } from '../report/summary.ts';
import { playSingly } from '../run/suite.ts';
import { kitVersion } from '../run/surroundings.ts';
import type { CaseResult, SuiteResult, TesteeSource, Verdict } from '../run/verdict.ts';
import { shrinkWalk, walkNumber, type ShrinkLimits, type ShrunkWalk } from '../walks/draw.ts';
import { writeWalkFile, type WalkFile } from '../walks/walk-file.ts';
import { resultsOfPlan, type SuitePlan } from './suite-run.ts';
import { walkSource, type WalkChoice } from './walk-drawer.ts';

/** How far each walk is shrunk, and how many of them. */
const limits: ShrinkLimits = { plays: 600, milliseconds: 120_000 };
const walksMax = 3;

/** What was saved. */
export interface SavedWalks {
  readonly files: readonly WalkFile[];
  /** Where, one for each file. */
  readonly paths: readonly string[];
  /** Failing walks that were left as they are. */
  readonly left: number;
}

/** What a failing walk is about, as far as a second one of the same need not be looked at. */
function causeOf({ verdict, problems }: CaseResult): string {
  const [first] = problems;
  return [verdict, first?.part, first?.requirement].join(' ');
}

/** Whether a walk with this verdict is worth a look: the testee or the kit is wrong. */
export function isBadWalk(verdict: Verdict): boolean {
  return isFailing(verdict) || verdict === 'kit-error';
}

/** The failing walks of a run. */
function failingOf({ results }: SuiteResult): readonly CaseResult[] {
  return results.filter(
    ({ case: { id }, verdict }) => walkNumber(id) !== undefined && isBadWalk(verdict),
  );
}

/** The first of each cause. */
function causesOf(failing: readonly CaseResult[]): readonly CaseResult[] {
  const causes = failing.map(causeOf);
  return failing.filter((_, index) => causes.indexOf(causes[index] ?? '') === index);
}

/** A smaller walk has to be the kit's fault, or the testee's, as the one that it is made from. */
function isAlike(found: Verdict, wanted: Verdict): boolean {
  return isBadWalk(found) && (found === 'kit-error') === (wanted === 'kit-error');
}

async function shrunk(
  failed: CaseResult,
  plan: SuitePlan,
  choice: WalkChoice,
  source: TesteeSource,
  signal: AbortSignal,
): Promise<ShrunkWalk<CaseResult> | undefined> {
  const number = walkNumber(failed.case.id);
  if (number === undefined) return undefined;
  const options = { testee: source, seed: plan.seed, stream: plan.stream, ...plan.times, signal };
  return playSingly(options, (play, hello: Hello) =>
    shrinkWalk(walkSource(choice, hello), number, limits, async ({ case: found }) => {
      const [delivery] = found.deliveries;
      if (delivery === undefined || signal.aborted) return undefined;
      const result = await play(found, delivery);
      return isAlike(result.verdict, failed.verdict) ? result : undefined;
    }),
  );
}

function fileOf(result: CaseResult, plays: number, suite: SuiteResult, plan: SuitePlan): WalkFile {
  const telling = {
    transcripts: 'all',
    signal: new AbortController().signal,
    startedAt: '',
  } as const;
  const told = resultsOfPlan({ ...plan, known: [] }, { ...suite, results: [result] }, telling);
  const [own] = told.cases;
  if (own === undefined) throw new Error('a result was lost');
  return {
    format: 'peersync-walk/1',
    kit: kitVersion,
    seed: plan.seed,
    plays,
    case: result.case,
    result: own,
  };
}

/**
 * Shrinks the first failing walk of each cause, up to three, and writes them into `walks/` of a
 * folder.
 *
 * @param onShrinking - Called with the id of a walk before it is shrunk, which may take a while.
 */
export async function saveFailingWalks(
  suite: SuiteResult,
  plan: SuitePlan,
  choice: WalkChoice,
  source: TesteeSource,
  to: {
    readonly folder: string;
    readonly signal: AbortSignal;
    readonly onShrinking: (id: string) => void;
  },
): Promise<SavedWalks> {
  const failing = failingOf(suite);
  const files: WalkFile[] = [];
  for (const failed of causesOf(failing).slice(0, walksMax)) {
    if (to.signal.aborted) break;
    to.onShrinking(failed.case.id);
    const smallest = await shrunk(failed, plan, choice, source, to.signal);
    // One that passes when it is played alone is saved as it failed.
    const { result, plays } = smallest ?? { result: failed, plays: 0 };
    files.push(fileOf(result, plays, suite, plan));
  }
  const paths = files.map((file) => writeWalkFile(join(to.folder, 'walks'), file));
  return { files, paths, left: failing.length - files.length };
}
