// What a person should know of a version that a server made of our changes: that it is not what was
// sent, or stands on what nobody here saw. Pure.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isServerContentToTheLetter } from '../fhir/server-content.ts';
import type { ResourceUpload } from './upload-report.ts';
import type { Held, Work } from './upload-work.ts';

/** The notes, as members of a report. */
export function notesOn(
  { entry }: Work,
  held: Held | undefined,
): Pick<ResourceUpload, 'overran' | 'altered' | 'detail'> {
  const overran = held?.overran;
  const note = overran === undefined ? {} : { overran, detail: overranDetail(overran) };
  const { resource, changes } = entry.payload;
  if (held?.kind !== 'live' || resource.length === 0) return note;
  const [sent, found] = [parseLossless(resource), parseLossless(held.resource)];
  if (isEntryFault(sent) || isEntryFault(found)) return note;
  return isServerContentToTheLetter(sent, found, changes) ? note : { ...note, altered: true };
}

function overranDetail(versionId: string): string {
  return `the server did not heed that nobody here had seen version ${versionId}; see its history`;
}
