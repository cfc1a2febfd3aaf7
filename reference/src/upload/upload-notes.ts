// What a person should know of a version that a server made of our changes: that it is not what was
// sent, or stands on what nobody here saw. Pure.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { isServerContentToTheLetter } from '../fhir/server-content.ts';
import { pathOf } from './server-reader.ts';
import type { ResourceUpload } from './upload-report.ts';
import type { Held, Work } from './upload-work.ts';

/**
 * The notes, as members of a report.
 *
 * @param answer - Whether the server told that the version is ours, or it was found afterwards.
 */
export function notesOn(
  { name, entry }: Work,
  held: Held | undefined,
  answer: 'answered' | 'unanswered',
): Pick<ResourceUpload, 'overran' | 'altered' | 'detail'> {
  const overran = held?.overran;
  const seen = `see ${pathOf(name)}/_history/${overran} there`;
  const detail = `${overranWords[answer]} ${overran}, which nobody here had seen; ${seen}`;
  const note = overran === undefined ? {} : { overran, detail };
  const { resource, changes } = entry.payload;
  if (held?.kind !== 'live' || resource.length === 0) return note;
  const [sent, found] = [parseLossless(resource), parseLossless(held.resource)];
  if (isEntryFault(sent) || isEntryFault(found)) return note;
  return isServerContentToTheLetter(sent, found, changes) ? note : { ...note, altered: true };
}

const overranWords = {
  answered: 'the server did not heed the precondition, and this went over version',
  unanswered: 'the answer was lost, and this may have gone over version',
} as const;
