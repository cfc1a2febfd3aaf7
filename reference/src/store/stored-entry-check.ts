// Whether a stored entry can be true: the rules that a received one has to obey, and that its
// changes lead from the server's content to the resource. Knows no storage medium.
import { replay } from '../fhir/change-list.ts';
import { checkEntry } from '../fhir/entry-check.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { equalOutsideServerMeta } from '../fhir/json-value.ts';
import { ErrorCode } from '../wire/messages.ts';
import type { StoredEntry } from './store.ts';

/** What is wrong with a stored entry, a sentence without its content; undefined: nothing. */
export function checkStoredEntry({ payload, baseResource }: StoredEntry): string | undefined {
  const fault = checkEntry(payload);
  // Too many for a peer is not too many for a store: they wait for their upload.
  if (fault !== undefined && fault.code !== ErrorCode.ENTRY_LIMIT_EXCEEDED) return fault.detail;
  if (baseResource === undefined || payload.changes.length === 0) return undefined;
  const start = baseResource.length === 0 ? undefined : parseLossless(baseResource);
  if (isEntryFault(start)) return `the server's content: ${start.detail}`;
  const content = replay(payload.changes, start, payload.base);
  if (isEntryFault(content)) return content.detail;
  if (payload.resource.length === 0) return undefined;
  const resource = parseLossless(payload.resource);
  if (isEntryFault(resource)) return resource.detail;
  if (content !== undefined && equalOutsideServerMeta(content, resource)) return undefined;
  return "the changes do not lead from the server's content to the resource";
}
