// Shows spec/v1/skew.json, the outcomes of builds of different age, as a table: a row for each
// sender, a column for each receiver. It plays nothing.
import { isList, readData, recordsAt, renderRecords, textAt } from './records.ts';
import type { Json, JsonRecord } from './records.ts';
import { RenderError } from './regions.ts';

function capabilityNames(root: string): Map<unknown, string> {
  const registries = recordsAt(readData(root, 'v1/registries.json'), 'registries');
  const registry = registries.find(({ name }) => name === 'capabilities');
  const entries = registry === undefined ? [] : recordsAt(registry, 'entries');
  return new Map(entries.map((entry) => [entry['id'], `\`${textAt(entry, 'name')}\``]));
}

/** A word or number of the data. */
function shown(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '–';
}

function cellOf(outcome: JsonRecord, names: ReadonlyMap<unknown, string>): string {
  const { version, capabilities, stores, by } = outcome;
  const ending = textAt(outcome, 'outcome');
  const isCompleted = ending === 'completed';
  // What nobody expects is shown all the same.
  const odd = stores === (isCompleted ? 'equal' : 'untouched') ? '' : `; stores ${shown(stores)}`;
  if (!isCompleted) {
    const [result, code] = ending.split(' ');
    return `${result}, ${code === undefined ? 'no code' : `\`${code}\``} of the ${shown(by)}${odd}`;
  }
  const agreed = isList(capabilities) ? capabilities : [];
  const taken = agreed.map((id) => names.get(id) ?? shown(id)).join(', ');
  return `version ${shown(version)}; ${taken === '' ? 'no capability' : taken}${odd}`;
}

/** The table of a part: `builds` or `outcomes`. @throws RenderError for another or no data. */
export function renderSkew(root: string, part: string): string[] {
  const data = readData(root, 'v1/skew.json');
  if (part === 'builds') return renderRecords(recordsAt(data, 'builds'));
  if (part !== 'outcomes') throw new RenderError(`no part "${part}" in v1/skew.json`);
  const outcomes = recordsAt(data, 'outcomes');
  const names = capabilityNames(root);
  const [senders, receivers] = ['sender', 'receiver'].map((role) => [
    ...new Set(outcomes.map((outcome) => textAt(outcome, role))),
  ]);
  const rows = (senders ?? []).map((sender) => {
    const cells = (receivers ?? []).map((receiver) => {
      const outcome = outcomes.find(
        (item) => item['sender'] === sender && item['receiver'] === receiver,
      );
      return outcome === undefined ? '–' : cellOf(outcome, names);
    });
    return `| ${[sender, ...cells].join(' | ')} |`;
  });
  const head = ['sender \\ receiver', ...(receivers ?? [])];
  return [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...rows];
}
