// Edits here and at the server, as tests of the upload begin with them. Knows no judgement.
import type { ArchivedEntry, Store } from '../../store/store.ts';
import { patient, write, type Field } from './field.ts';

/** What conflicts put aside, oldest first. */
export async function archivedIn(store: Store): Promise<ArchivedEntry[]> {
  const all: ArchivedEntry[] = [];
  for await (const entry of store.archived()) all.push(entry);
  return all;
}

/** Patient `a` edited here and there, from `x: 0`. */
export async function bothEdited(
  field: Field,
  store: Store,
  here: string,
  there: string,
  before = ',"x":0',
): Promise<void> {
  field.server.put(patient('a', before));
  await field.download(store);
  await write(store, 'a', here);
  field.server.put(patient('a', there));
}

/** Patients downloaded and edited here; what was asked for so far is forgotten. */
export async function edited(field: Field, store: Store, ...ids: string[]): Promise<void> {
  for (const id of ids) field.server.put(patient(id));
  await field.download(store);
  for (const id of ids) await write(store, id, ',"x":1');
  field.asked();
}

export const isPatch = ({ method }: { method: string }): boolean => method === 'PATCH';

/** A PATCH that waits at the server until it is let go. */
export function waitingPatch(field: Field): { arrived: Promise<void>; release: () => void } {
  const held = Promise.withResolvers<void>();
  const come = Promise.withResolvers<void>();
  field.server.fail({ kind: 'slow', until: held.promise }, (request) => {
    if (isPatch(request)) come.resolve();
    return isPatch(request);
  });
  return { arrived: come.promise, release: held.resolve };
}
