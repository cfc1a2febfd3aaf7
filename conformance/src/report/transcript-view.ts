// A transcript as the page shows it: frames with rows of octets, and marks that tie octets to the
// sentences they break. Short member names: a page holds many of these. CPace has to be ready.
import { rowsOf, shownHex } from './field-rows.ts';
import type { ResultFinding, ResultTranscript } from './results.ts';
import { framesOf, type TranscriptEvent, type TranscriptFrame } from './transcript-frames.ts';

/** from, to (octets of the frame), depth, name, hex, value */
export type RowView = readonly [number, number, number, string, string, string?];

/** A finding at a frame, or at the end where it belongs to none. */
export interface MarkView {
  readonly requirement: string;
  readonly level: 'MUST' | 'SHOULD';
  readonly side: 'kit' | 'testee';
  readonly detail: string;
  /** Rows that it is about, first and last; absent: the whole frame. */
  readonly rows?: readonly [number, number];
}

/** One thing on the connection. */
export interface ItemView {
  readonly kind: 'frame' | 'fin' | 'rst' | 'note' | 'rest' | 'gap';
  readonly side: 'kit' | 'testee';
  readonly name: string;
  /** Where it begins in the stream of its side. */
  readonly at: number;
  readonly octets: number;
  readonly step?: string;
  readonly sealing?: string;
  readonly counter?: number;
  readonly rows?: readonly RowView[];
  readonly marks?: readonly MarkView[];
}

/** A connection, and the findings that belong to none of its octets. */
export interface TranscriptView {
  readonly items: readonly ItemView[];
  readonly marks: readonly MarkView[];
}

const itemsMax = 240;
const rowsMax = 160;

function rowViews(frame: TranscriptFrame): RowView[] {
  const rows = rowsOf(frame);
  const shown = rows.length <= rowsMax ? rows : rows.slice(0, rowsMax - 1);
  const views = shown.map(({ from, to, depth, name, hex, value }): RowView =>
    value === undefined ? [from, to, depth, name, hex] : [from, to, depth, name, hex, value],
  );
  const last = shown.at(-1);
  if (rows.length > shown.length && last !== undefined) {
    const text = `${rows.length - shown.length} more rows are left out`;
    views.push([last.to, frame.wire.length, 0, '…', shownHex(frame.wire.subarray(last.to)), text]);
  }
  return views;
}

function markOf(
  finding: ResultFinding,
  frame: TranscriptFrame,
  rows: readonly RowView[],
): MarkView {
  const { requirement, level, side, detail, octets } = finding;
  const base = { requirement, level, side, detail };
  if (octets === undefined) return base;
  const [from, to] = [octets[0] - frame.start, octets[1] - frame.start];
  if (from <= 0 && to >= frame.wire.length) return base;
  const first = rows.findIndex((row) => row[1] > from);
  const last = rows.findLastIndex((row) => row[0] < to);
  return first < 0 || last < first ? base : { ...base, rows: [first, last] };
}

function frameView(frame: TranscriptFrame, findings: readonly ResultFinding[]): ItemView {
  const { side, name, start, wire, step, sealing, counter } = frame;
  const rows = rowViews(frame);
  const marks = findings.map((finding) => markOf(finding, frame, rows));
  return {
    kind: 'frame',
    side,
    name,
    at: start,
    octets: wire.length,
    ...(step === undefined ? {} : { step }),
    sealing,
    ...(counter === undefined ? {} : { counter }),
    rows,
    ...(marks.length === 0 ? {} : { marks }),
  };
}

function eventView({ kind, side, start, wire, text }: TranscriptEvent): ItemView {
  const base = { kind, side, name: text, at: start, octets: wire.length };
  if (wire.length === 0) return base;
  return { ...base, rows: [[0, wire.length, 0, 'octets', shownHex(wire)]] };
}

/** Whether a finding is about this frame: by its number, or else by where its octets begin. */
function isAbout(finding: ResultFinding, frame: TranscriptFrame): boolean {
  if (finding.side !== frame.side) return false;
  if (finding.frame !== undefined) return finding.frame === frame.number;
  const from = finding.octets?.[0];
  if (from === undefined) return false;
  return from >= frame.start && from < frame.start + frame.wire.length;
}

/** The middle of a very long connection is left out; what is marked stays. */
function shortened(items: readonly ItemView[]): ItemView[] {
  if (items.length <= itemsMax) return [...items];
  const half = itemsMax / 2;
  const keep = items.map(
    (item, index) => index < half || index >= items.length - half || (item.marks?.length ?? 0) > 0,
  );
  const out: ItemView[] = [];
  for (const [index, item] of items.entries()) {
    if (keep[index] === true) out.push(item);
    else if (keep[index - 1] === true) {
      const end = keep.indexOf(true, index);
      const name = `${end - index} frames and events are left out`;
      out.push({ kind: 'gap', side: item.side, name, at: item.at, octets: 0 });
    }
  }
  return out;
}

/** One connection of a result as the page shows it. */
export function transcriptView(
  transcript: ResultTranscript,
  findings: readonly ResultFinding[],
  atEnd: readonly MarkView[] = [],
): TranscriptView {
  const placed = new Set<ResultFinding>();
  const items = framesOf(transcript).map((item) => {
    if (item.kind !== 'frame') return eventView(item);
    const own = findings.filter((finding) => isAbout(finding, item));
    for (const finding of own) placed.add(finding);
    return frameView(item, own);
  });
  const marks = findings
    .filter((finding) => !placed.has(finding))
    .map(({ requirement, level, side, detail }) => ({ requirement, level, side, detail }));
  return { items: shortened(items), marks: [...marks, ...atEnd] };
}
