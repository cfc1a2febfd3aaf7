// Compares the reports of the two sides of one session. Knows only the shape of a report.
import type { SyncReport, TypeReport } from './report.ts';

/**
 * Says where the two reports of one complete session disagree; empty when they agree.
 *
 * Compared are the Payloads, and by type what was transferred, acknowledged and withheld, and the
 * outcomes. Lists are compared through their lengths; what one side alone can know is left out.
 */
export function compareReports(sender: SyncReport, receiver: SyncReport): string[] {
  const differences: string[] = [];
  const compare = (what: string, a: unknown, b: unknown): void => {
    const [sent, received] = [text(a), text(b)];
    if (sent !== received) differences.push(`${what}: sender ${sent}, receiver ${received}`);
  };
  compare('mode', sender.mode, receiver.mode);
  compare('cursor', sender.cursor, receiver.cursor);
  compare('complete', sender.complete, receiver.complete);
  compare('payloads', sender.payloads, receiver.payloads);
  const names = [...sender.types, ...receiver.types].map(({ resourceType }) => resourceType);
  for (const name of new Set(names)) {
    compare(name, countsOf(sender, name), countsOf(receiver, name));
  }
  for (const list of ['resources', 'conflicts', 'refused'] as const) {
    const lengths = [sender, receiver].map((report) => report[list].items.length);
    compare(list, [lengths[0], sender[list].more], [lengths[1], receiver[list].more]);
  }
  return differences;
}

function countsOf(report: SyncReport, name: string): Partial<TypeReport> {
  const found = report.types.find(({ resourceType }) => resourceType === name);
  const { transferred = 0, acknowledged = 0, outcomes = {}, withheld = {} } = found ?? {};
  return { transferred, acknowledged, outcomes, withheld };
}

function text(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return JSON.stringify(value);
  }
  const members = Object.entries(value).map(([key, item]) => `${key} ${text(item)}`);
  return `{${members.sort().join(', ')}}`;
}
