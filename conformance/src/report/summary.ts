// The counts of a run, the one line that sums it up, and what the exit code says. Pure; it knows
// neither how a verdict came about nor who prints it.
import { verdicts, type CaseResult, type Results, type Summary, type Verdict } from './results.ts';

/** Verdicts of cases that were played: the denominator of what is required. */
const played: ReadonlySet<Verdict> = new Set<Verdict>([
  'pass',
  'warn',
  'fail',
  'hang',
  'blocked',
  'kit-error',
]);
/** Verdicts with which a testee does not conform. */
const failing: ReadonlySet<Verdict> = new Set<Verdict>(['fail', 'hang', 'blocked']);

/** Whether a verdict counts against the testee, unless it is known. */
export function isFailing(verdict: Verdict): boolean {
  return failing.has(verdict);
}

/** A case that fails, and that no known-failing entry covers as it is. */
export function isUnexpectedFailure({ verdict, known }: CaseResult): boolean {
  return isFailing(verdict) && known?.state !== 'expected';
}

function isStale({ known }: CaseResult): boolean {
  return known !== undefined && known.state !== 'expected';
}

/** Counts results. A warning is about a SHOULD, so the MUST of its case is proven. */
export function summaryOf(cases: readonly CaseResult[], unmatched: readonly string[]): Summary {
  const counts = Object.fromEntries(verdicts.map((verdict) => [verdict, 0])) as Record<
    Verdict,
    number
  >;
  for (const { verdict } of cases) counts[verdict] += 1;
  const required = cases.filter(({ level, verdict }) => level === 'MUST' && played.has(verdict));
  const proven = required.filter(({ verdict }) => verdict === 'pass' || verdict === 'warn');
  const stale = new Set(cases.filter(isStale).map(({ known }) => known?.pattern));
  return {
    required: { proven: proven.length, total: required.length },
    verdicts: counts,
    knownFailing: cases.filter(({ known }) => known?.state === 'expected').length,
    stale: stale.size + unmatched.length,
  };
}

/**
 * The exit code of a run: the kit's own fault before the testee's, an unusable testee before what
 * it got wrong, and nothing proven where nothing failed either.
 */
export function exitCodeOf(
  cases: readonly CaseResult[],
  summary: Summary,
  unusable: string | undefined,
): Results['exitCode'] {
  if (summary.verdicts['kit-error'] > 0) return 4;
  if (unusable !== undefined) return 3;
  const provenAny = cases.some(({ verdict }) => verdict === 'pass');
  const onlyBlocked = !cases.some(({ verdict }) => verdict === 'fail' || verdict === 'hang');
  if (!provenAny && onlyBlocked && summary.stale === 0) return 5;
  if (summary.stale > 0 || cases.some(isUnexpectedFailure)) return 1;
  return provenAny ? 0 : 5;
}

/** What each exit code says, as `--help` and the summary print it. */
export const exitCodeMeanings: readonly (readonly [number, string])[] = [
  [0, 'conforms: every required case that applies is proven, or known to fail'],
  [1, 'a case fails, or an entry of the known-failing file is stale'],
  [2, 'the command line or a file is not right'],
  [3, 'the testee cannot be used: it does not start, or breaks the control protocol'],
  [4, 'the kit is wrong; please report it'],
  [5, 'nothing was proven: no case that applies passed'],
  [130, 'stopped by Ctrl-C'],
];

const headlines: Readonly<Record<Results['exitCode'], string>> = {
  0: 'Conforms',
  1: 'Does not conform',
  3: 'Testee unusable',
  4: 'Fault of the kit',
  5: 'Nothing proven',
};

/** The verdict on the testee in two or three words. */
export function headlineOf(results: Results): string {
  if (results.run.interrupted === true) return 'Stopped early';
  const { exitCode, summary } = results;
  const isKnown = exitCode === 0 && summary.knownFailing > 0;
  return isKnown ? 'Conforms but for known failures' : headlines[exitCode];
}

/** Whether the run says that the testee conforms. */
export function conforms({ exitCode, run }: Results): boolean {
  return exitCode === 0 && run.interrupted !== true;
}

/** `required 212/214 proven, 2 known-failing, 31 unsupported (declared)`; each failure once. */
export function summaryLine({ summary, cases }: Pick<Results, 'summary' | 'cases'>): string {
  const { required, verdicts: counts, knownFailing, stale } = summary;
  const news = cases.filter(isUnexpectedFailure);
  const of = (verdict: Verdict): number => news.filter((one) => one.verdict === verdict).length;
  const parts: readonly (readonly [number, string])[] = [
    [knownFailing, 'known-failing'],
    [stale, 'stale'],
    [of('fail'), 'fail'],
    [of('hang'), 'hang'],
    [of('blocked'), 'blocked'],
    [counts.warn, 'warn'],
    [counts['kit-error'], 'kit-error'],
    [counts.unsupported, 'unsupported (declared)'],
    [counts['not-applicable'], 'not applicable'],
    [counts.untestable, 'untestable'],
  ];
  const shown = parts.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  return [`required ${required.proven}/${required.total} proven`, ...shown].join(', ');
}
