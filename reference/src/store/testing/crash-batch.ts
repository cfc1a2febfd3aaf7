// The batches of the crash test, made from their number alone: what the killed process wrote can be
// made again and compared.
import type { SyncPayload } from '../../wire/messages.ts';
import type { RemoteBatch } from '../store.ts';
import { changeId, edit, octets, patient, peer, scope } from './samples.ts';

export const crashEntries = 40;

/** Entry `index` of a batch: resource, base, changes and absorbed ids all tell the number. */
export function crashEntry(number: number, index: number): SyncPayload {
  const rest = `,"n":${number},"x":"${'x'.repeat(500 + 50 * index)}"`;
  return {
    resourceType: 'Patient',
    resourceId: `c${index}`,
    resource: octets(patient(`c${index}`, rest)),
    base: { versionId: String(number), lastUpdated: '' },
    changes: Array.from({ length: 1 + ((number + index) % 4) }, (_, position) =>
      edit(position + 1, BigInt(number + 1), `[{"op":"add","path":"/n","value":${number}}]`),
    ),
    absorbed: [changeId(9, BigInt(number + 1))],
  };
}

/** Batch `number`: all entries, and a cursor that is the number. */
export function crashBatch(number: number): RemoteBatch {
  return {
    peer,
    scope,
    entries: Array.from({ length: crashEntries }, (_, index) => crashEntry(number, index)),
    cursor: octets(String(number)),
  };
}
