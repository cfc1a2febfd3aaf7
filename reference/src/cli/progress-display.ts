// Shows how far a session has come: a bar on a terminal, a line now and then elsewhere, an event
// for a program. Counts nothing itself.
import type { ProgressEvent } from '../session/options.ts';
import { formatCount, formatNumber } from './number-text.ts';
import type { Screen } from './screen.ts';

const barColumnsMax = 30;
const redrawEveryMs = 100;
const lineEveryMs = 1_000;
const lineEveryShare = 0.1;

/** The progress of one session. */
export class ProgressDisplay {
  readonly #screen: Screen;
  readonly #nowMs: () => number;
  #startedMs: number | undefined;
  #saidMs = Number.NEGATIVE_INFINITY;
  #saidShare = 0;
  #last: ProgressEvent | undefined;
  #isSaid = true;

  constructor(screen: Screen, nowMs: () => number) {
    this.#screen = screen;
    this.#nowMs = nowMs;
  }

  /** Shows the counts, unless it did so a moment ago. */
  update(event: ProgressEvent): void {
    const nowMs = this.#nowMs();
    this.#startedMs ??= nowMs;
    this.#last = event;
    this.#isSaid = event.acknowledged === 0;
    const sinceMs = nowMs - this.#saidMs;
    // A line that says that nothing happened yet is no line.
    if (!this.#screen.live && event.acknowledged === 0) return;
    const isDue = this.#screen.live
      ? sinceMs >= redrawEveryMs
      : sinceMs >= lineEveryMs || shareOf(event) - this.#saidShare >= lineEveryShare;
    if (isDue) this.#say(event, nowMs);
  }

  /** Shows the last counts if they were not shown yet, and takes the bar away. */
  end(): void {
    if (this.#last !== undefined && !this.#isSaid) this.#say(this.#last, this.#nowMs());
    this.#screen.liveLine('');
  }

  #say(event: ProgressEvent, nowMs: number): void {
    this.#saidMs = nowMs;
    this.#saidShare = shareOf(event);
    this.#isSaid = true;
    const { acknowledged, offered, byType } = event;
    const types = [...byType].map(([resourceType, counts]) => [resourceType, counts.acknowledged]);
    this.#screen.emit({
      event: 'progress',
      acknowledged,
      offered: offered ?? null,
      byType: Object.fromEntries(types) as Record<string, number>,
    });
    if (this.#screen.live) this.#screen.liveLine(this.#barLine(event, nowMs));
    else this.#screen.progress(countsText(event));
  }

  #barLine(event: ProgressEvent, nowMs: number): string {
    const { acknowledged, offered } = event;
    const elapsedMs = nowMs - (this.#startedMs ?? nowMs);
    const rate =
      elapsedMs < 500 ? '' : `, ${formatNumber(Math.round(perSecond(event, elapsedMs)))}/s`;
    const text = `${countsText(event)}${rate}`;
    const room = Math.min(barColumnsMax, this.#screen.columns - text.length - 4);
    if (offered === undefined || room < 5) return text.slice(0, this.#screen.columns - 1);
    const filled = Math.round(room * Math.min(1, offered === 0 ? 1 : acknowledged / offered));
    return `${'█'.repeat(filled)}${'░'.repeat(room - filled)}  ${text}`;
  }
}

function shareOf({ acknowledged, offered }: ProgressEvent): number {
  return offered === undefined || offered === 0 ? 0 : acknowledged / offered;
}

function perSecond({ acknowledged }: ProgressEvent, elapsedMs: number): number {
  return (acknowledged * 1000) / elapsedMs;
}

// PSP-OFFER-4: the total is an estimate, so more may arrive than was offered.
function countsText(event: ProgressEvent): string {
  const { acknowledged, offered } = event;
  if (offered === undefined) return `${formatCount(acknowledged, 'record')} stored`;
  const percent = offered === 0 ? 100 : Math.min(100, Math.floor(shareOf(event) * 100));
  return `${formatNumber(acknowledged)} of ${formatCount(offered, 'record')} stored, ${percent} %`;
}
