// The names that a store gave to its own new changes: none that a peer used before for another
// change. Knows only what is dumped and what was sent.
import type { Entry as EntryValue } from '../control/values.ts';
import type { StoreFinding } from '../run/judging.ts';
import type { SessionLog } from './session-log.ts';
import { about } from './state-difference.ts';
import { absorbedBy, idOf, keyOf, stateOf, type State } from './state.ts';

/** Every name in entries, and the resources under which it names a change. */
function namesIn(entries: readonly State[]): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  const resourcesOf = (name: string): Set<string> => {
    const known = names.get(name) ?? new Set<string>();
    names.set(name, known);
    return known;
  };
  for (const entry of entries) {
    for (const change of entry.changes) {
      // One that should have been refused may have none.
      if (change.id !== undefined) resourcesOf(idOf(change)).add(keyOf(entry));
    }
    for (const name of absorbedBy(entry)) resourcesOf(name);
  }
  return names;
}

/**
 * PSP-CHG-18: changes of edited resources whose id the peer named for something else. Only
 * acknowledged Payloads count: of the others nobody knows whether they were taken.
 *
 * @param edited - The resources, `Type/id`, that local edits touched.
 */
export function newNameFindings(
  logs: readonly SessionLog[],
  dumped: readonly EntryValue[],
  edited: readonly string[],
): StoreFinding[] {
  const taken = logs.flatMap(({ payloads, acknowledged, outcomes }) =>
    payloads
      .slice(0, acknowledged)
      .flatMap(({ entries }, at) =>
        entries.filter((_, index) => outcomes.get(`${at + 1}/${index}`)?.outcome !== 'REFUSED'),
      ),
  );
  const named = namesIn(taken);
  return dumped.flatMap((value) => {
    if (!edited.includes(`${value.type}/${value.id}`)) return [];
    const state = stateOf(value);
    return state.changes.map(idOf).flatMap((name) => {
      const resources = named.get(name);
      if (resources === undefined || resources.has(keyOf(state))) return [];
      return [about('PSP-CHG-18', state, `its change ${name} has a name that the kit used before`)];
    });
  });
}
