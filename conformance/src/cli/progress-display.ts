// What a person sees while cases are played: one live line on a terminal, nothing in a pipe.
import type { CaseResult, Verdict } from '../run/verdict.ts';
import type { Screen } from './screen.ts';

const everyMs = 80;
const barWidth = 24;

/** Counts results and redraws the line. */
export class ProgressDisplay {
  readonly #screen: Screen;
  readonly #counts = new Map<Verdict, number>();
  #drawnAtMs = 0;

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /** One more result. */
  readonly add = (result: CaseResult, done: number, total: number): void => {
    const { verdict } = result;
    this.#counts.set(verdict, (this.#counts.get(verdict) ?? 0) + 1);
    const nowMs = performance.now();
    if (nowMs - this.#drawnAtMs < everyMs && done < total) return;
    this.#drawnAtMs = nowMs;
    this.#screen.liveLine(this.#line(`${result.case.id} ${result.delivery}`, done, total));
  };

  /** Takes the line away. */
  clear(): void {
    this.#screen.liveLine('');
  }

  #line(now: string, done: number, total: number): string {
    const screen = this.#screen;
    const filled = Math.round((barWidth * done) / Math.max(1, total));
    const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
    const of = (verdict: Verdict): number => this.#counts.get(verdict) ?? 0;
    const bad = of('fail') + of('hang') + of('blocked') + of('kit-error');
    const failed = bad === 0 ? '' : `  ${bad} failing`;
    const plain = `${bar} ${done}/${total}  ${of('pass')} pass${failed}  ${now}`;
    const cut = plain.slice(0, screen.columns - 1);
    return failed === '' ? cut : cut.replace(failed, screen.markProblem('red', failed));
  }
}
