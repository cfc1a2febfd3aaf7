// A session's report as a table for people; the same counts on both sides, so that two people can
// lay their screens side by side. Knows the report's shape and nothing of sessions.
import type {
  BoundedList,
  OutcomeName,
  ResourceReport,
  SyncReport,
  TypeReport,
  WithheldName,
} from '../sync/report.ts';
import { reasonTexts } from './conflict-texts.ts';
import { formatCount, formatNumber } from './number-text.ts';
import { shownName } from './shown-name.ts';

const outcomeTitles: Readonly<Record<OutcomeName, string>> = {
  STORED: 'new',
  DUPLICATE: 'known',
  FAST_FORWARDED: 'updated',
  STALE: 'older',
  REBASED: 'rebased',
  CONFLICT_THEIRS: 'conflict:theirs',
  CONFLICT_OURS: 'conflict:ours',
  CONFLICT_MERGED: 'conflict:merged',
  CONFLICT_DEFERRED: 'conflict:deferred',
  REFUSED: 'refused',
  OTHER: 'other',
};
const withheldTitles: Readonly<Record<WithheldName, string>> = {
  POLICY: 'withheld:policy',
  TOO_LARGE: 'withheld:too-large',
  OTHER: 'withheld:other',
};
const itemsShown = 20;

interface Column {
  readonly title: string;
  readonly of: (type: TypeReport) => number;
}

/**
 * The lines of a report: who, how much by type and outcome, then what needs a person's eye.
 *
 * @param typesMax - The types with the most entries; the others share a line.
 */
export function reportLines(report: SyncReport, typesMax: number): string[] {
  const { role, peer, mode, cursor, payloads, dangling } = report;
  const name = shownName(peer.displayName);
  const how = `${mode}, ${cursor}`.toLowerCase().replaceAll('_', ' ');
  const lines = [
    `${role === 'sender' ? 'To' : 'From'} ${name} (replica ${peer.replicaId.slice(0, 8)}), ` +
      `${how}, ${formatCount(payloads, 'payload')}`,
    ...table(report, typesMax),
    ...listed('Conflicts', report.conflicts),
    ...listed('Refused', report.refused),
  ];
  const targets = dangling?.targets;
  if (targets !== undefined && targets.items.length > 0) {
    const atLeast = dangling?.capped === true ? 'at least ' : '';
    const count = targets.items.length + targets.more;
    const text = formatCount(count, 'referenced resource');
    lines.push(`${atLeast}${text} not on this device, such as ${targets.items[0]}`);
  }
  return lines;
}

/** Entries that the session moved, over all types. */
export function transferredIn(report: SyncReport): number {
  return report.types.reduce((sum, type) => sum + type.transferred, 0);
}

function table({ types, complete }: SyncReport, typesMax: number): string[] {
  const rows = types.filter(
    ({ transferred, withheld }) => transferred > 0 || Object.keys(withheld).length > 0,
  );
  // Of a session that failed nobody knows what there was to transfer.
  if (rows.length === 0) return [complete ? '  nothing to transfer' : '  nothing was transferred'];
  const columns = usedColumns(rows);
  const line = (title: string, of: readonly TypeReport[]): string[] => [
    title,
    ...columns.map((column) => count(sum(of, column))),
  ];
  const bySize = [...rows].sort((a, b) => b.transferred - a.transferred);
  // One line saved is not worth a line that names nothing.
  const shown = new Set(bySize.slice(0, rows.length > typesMax + 1 ? typesMax : rows.length));
  const others = rows.filter((row) => !shown.has(row));
  return aligned([
    ['', ...columns.map(({ title }) => title)],
    ...rows.filter((row) => shown.has(row)).map((row) => line(row.resourceType, [row])),
    ...(others.length > 0 ? [line(`${others.length} more types`, others)] : []),
    ...(rows.length > 1 ? [line('all', rows)] : []),
  ]);
}

function usedColumns(rows: readonly TypeReport[]): Column[] {
  const titles = <N extends string>(record: Readonly<Record<N, string>>): [N, string][] =>
    Object.entries(record) as [N, string][];
  const columns: Column[] = [
    { title: 'entries', of: ({ transferred }) => transferred },
    ...titles(outcomeTitles).map(([name, title]) => ({
      title,
      of: ({ outcomes }: TypeReport) => outcomes[name] ?? 0,
    })),
    ...titles(withheldTitles).map(([name, title]) => ({
      title,
      of: ({ withheld }: TypeReport) => withheld[name] ?? 0,
    })),
  ];
  const [entries, ...others] = columns;
  const used = others.filter((column) => sum(rows, column) > 0);
  return entries === undefined ? used : [entries, ...used];
}

function sum(rows: readonly TypeReport[], column: Column): number {
  return rows.reduce((total, row) => total + column.of(row), 0);
}

function count(value: number): string {
  return value === 0 ? '-' : formatNumber(value);
}

function aligned(cells: readonly (readonly string[])[]): string[] {
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => (row[column] ?? '').length)),
  );
  return cells.map((row) => {
    const padded = row.map((cell, column) =>
      column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
    return `  ${padded.join('  ')}`;
  });
}

function listed(title: string, { items, more }: BoundedList<ResourceReport>): string[] {
  if (items.length === 0) return [];
  const rest = more + Math.max(0, items.length - itemsShown);
  return [
    `${title}:`,
    ...items.slice(0, itemsShown).map(({ resourceType, resourceId, outcome, code, reason }) => {
      const why = reason === undefined ? '' : `, ${reasonTexts[reason]}`;
      return `  ${resourceType}/${resourceId}: ${code ?? `${outcomeTitles[outcome]}${why}`}`;
    }),
    ...(rest > 0 ? [`  … and ${formatNumber(rest)} more`] : []),
  ];
}
