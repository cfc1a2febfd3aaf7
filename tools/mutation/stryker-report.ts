// What Stryker's report says, in the few numbers and lines that are kept of it. Runs nothing.
import { basename } from 'node:path';
import type { ModuleScore, MutationScore } from '../coverage/mutation-score.ts';

/** A position in a file; both count from 1. */
interface Position {
  readonly line: number;
  readonly column: number;
}

/** One mutant of Stryker's JSON report (mutation testing report schema). */
export interface ReportedMutant {
  readonly mutatorName: string;
  /** What stands there in place of the source. */
  readonly replacement?: string;
  readonly status: string;
  readonly location: { readonly start: Position; readonly end: Position };
}

/** Stryker's JSON report, as far as it is read. */
export interface MutationReport {
  readonly files: Readonly<
    Record<string, { readonly source: string; readonly mutants: readonly ReportedMutant[] }>
  >;
}

const foundStatuses: readonly string[] = ['Killed', 'Timeout'];
const missedStatuses: readonly string[] = ['Survived', 'NoCoverage'];

const isMissed = ({ status }: ReportedMutant): boolean => missedStatuses.includes(status);

/**
 * The score of one module. A mutant that no test reaches has survived; one that did not run
 * (no valid code, or left out) is none.
 */
export function moduleScore(name: string, date: string, { files }: MutationReport): ModuleScore {
  const mutants = Object.values(files).flatMap((file) => file.mutants);
  const killed = mutants.filter(({ status }) => foundStatuses.includes(status)).length;
  const survived = mutants.filter(isMissed).length;
  const left = mutants.filter(({ status }) => status === 'Ignored').length;
  const more = left === 0 ? {} : { left };
  return { name, date, mutants: killed + survived, killed, survived, ...more };
}

/** The record with one module's score in place of its older one. */
export function withModule(
  score: MutationScore | undefined,
  command: string,
  module: ModuleScore,
): MutationScore {
  const others = (score?.modules ?? []).filter(({ name }) => name !== module.name);
  const modules = [...others, module].sort((a, b) => (a.name < b.name ? -1 : 1));
  return { command, modules };
}

const shownMax = 90;

function shown(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > shownMax ? `${line.slice(0, shownMax)}…` : line;
}

/** The octets of a source that a mutant replaces, from the first of its lines to the last. */
function replaced(source: string, { start, end }: ReportedMutant['location']): string {
  const lines = source.split('\n').slice(start.line - 1, end.line);
  const last = lines.length - 1;
  return lines
    .map((line, index) =>
      line.slice(index === 0 ? start.column - 1 : 0, index === last ? end.column - 1 : line.length),
    )
    .join('\n');
}

/** One line for each mutant that survived, in the order of the sources. */
export function survivorLines({ files }: MutationReport): string[] {
  return Object.entries(files).flatMap(([path, { source, mutants }]) =>
    mutants
      .filter(isMissed)
      .sort((a, b) => a.location.start.line - b.location.start.line)
      .map(({ location, mutatorName, replacement = '', status }) => {
        const before = shown(replaced(source, location));
        const place = `${basename(path)}:${location.start.line}`;
        const reached = status === 'NoCoverage' ? ' (no test comes here)' : '';
        return `${place} ${mutatorName}${reached}: ${before} => ${shown(replacement)}`;
      }),
  );
}
