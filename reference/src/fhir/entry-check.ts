// Judges a received entry on its own: identity, grammar of its change list, every JSON text in it,
// and whether its changes lead to its resource. Does not know what the receiver already holds.
import { INSTANT_OCTETS, VERSION_ID_OCTETS } from '../wire/limits.ts';
import type { ChangeId, LocalChange, SyncPayload } from '../wire/messages.ts';
import { ChangeType, ErrorCode } from '../wire/messages.ts';
import { utf8Octets } from '../wire/utf8-length.ts';
import { applyUpdate, atChange } from './change-list.ts';
import type { EntryFault } from './entry-fault.ts';
import { entryFault, isEntryFault } from './entry-fault.ts';
import { parseScanned } from './json-text.ts';
import type { JsonValue } from './json-value.ts';
import { equalOutsideServerMeta } from './json-value.ts';
import type { UpdateOperation } from './patch-rules.ts';
import { checkScannedPatch } from './patch-rules.ts';
import { PlainChanges } from './plain-changes.ts';
import { entryJsonLimits, isPlainly, readIdentity, scanJson } from './scan-json.ts';

/** Changes, and absorbed ids, that an entry may have (limits table). */
export const changesMax = 1_000;

const idForm = /^[A-Za-z0-9\-.]{1,64}$/;
const typeForm = /^[A-Z][A-Za-z0-9]{0,63}$/;

/** Up to so many changes their ids are compared one by one. */
const comparedIdsMax = 8;

/** True for a FHIR logical id (PSP-DATA-6); `.` and `..` are two of them. */
export function isResourceId(text: string): boolean {
  return idForm.test(text);
}

/** True for what may be a FHIR resource type (PSP-DATA-6). */
export function isResourceType(text: string): boolean {
  return typeForm.test(text);
}

function invalid(requirement: string, detail: string): EntryFault {
  return entryFault(ErrorCode.ENTRY_CHANGES_INVALID, requirement, detail);
}

/**
 * The fault of one resource that a device or a server made, or undefined: acceptable JSON
 * (PSP-DATA-4, PSP-DATA-5) that names its type and id within their alphabets (PSP-DATA-6), and
 * those given where they are given (PSP-DATA-7).
 *
 * @param references - Takes what {@link checkEntry} says.
 */
export function checkResource(
  octets: Uint8Array,
  expected?: { readonly resourceType: string; readonly resourceId: string },
  references?: string[],
): EntryFault | undefined {
  if (expected !== undefined) {
    const { resourceType, resourceId } = expected;
    if (isPlainly(octets, resourceType, resourceId, references)) return undefined;
  }
  const identity = readIdentity(octets, entryJsonLimits, references);
  if (isEntryFault(identity)) return identity;
  const { resourceType, id } = identity;
  if (expected === undefined) return checkNames(resourceType, id);
  if (resourceType === expected.resourceType && id === expected.resourceId) return undefined;
  const detail = 'the resource names another type or id than its entry';
  return entryFault(ErrorCode.ENTRY_IDENTITY_MISMATCH, 'PSP-DATA-7', detail);
}

function checkNames(resourceType: string, resourceId: string): EntryFault | undefined {
  if (isResourceType(resourceType) && isResourceId(resourceId)) return undefined;
  const what = isResourceType(resourceType) ? 'id' : 'type';
  const detail = `the ${what} is not of its alphabet or length`;
  return entryFault(ErrorCode.ENTRY_ID_INVALID, 'PSP-DATA-6', detail);
}

/**
 * The fault of a received entry, or undefined when it may be stored: PSP-DATA-3 to PSP-DATA-7,
 * PSP-DATA-12, PSP-CHG-4, PSP-CHG-5, PSP-CHG-7 to PSP-CHG-12, PSP-CHG-14 to PSP-CHG-17 and
 * PSP-LIM-4, in the order of section 14.3.
 *
 * Linear in the octets of the entry. Values are only built where there are UPDATEs, or an INSERT
 * whose octets are not the resource's. An UPDATE of an entry with a base is judged by its form
 * alone: whether it applies shows where the base's content is known ({@link replay}).
 *
 * @param references - Takes the texts of the resource's members named "reference".
 */
export function checkEntry(entry: SyncPayload, references?: string[]): EntryFault | undefined {
  return (
    checkNames(entry.resourceType, entry.resourceId) ??
    checkLimits(entry) ??
    checkBase(entry) ??
    checkGrammar(entry) ??
    checkIds(entry) ??
    checkContent(entry, references)
  );
}

function checkLimits({ changes, absorbed }: SyncPayload): EntryFault | undefined {
  if (changes.length > changesMax || absorbed.length > changesMax) {
    const what = changes.length > changesMax ? 'changes' : 'absorbed ids';
    return entryFault(ErrorCode.ENTRY_LIMIT_EXCEEDED, 'PSP-LIM-4', `too many ${what}`);
  }
  // PSP-CHG-17: what nobody reads by machine must not be a place to hide a load.
  const index = changes.findIndex(hasLongLabel);
  if (index < 0) return undefined;
  const detail = `change ${index}: a label that is too long`;
  return entryFault(ErrorCode.ENTRY_LIMIT_EXCEEDED, 'PSP-CHG-17', detail);
}

function hasLongLabel({ baseVersionId, recordedAt }: LocalChange): boolean {
  return utf8Octets(baseVersionId) > VERSION_ID_OCTETS || utf8Octets(recordedAt) > INSTANT_OCTETS;
}

function checkBase({ base }: SyncPayload): EntryFault | undefined {
  if (base === undefined) return undefined;
  const { versionId, lastUpdated } = base;
  // PSP-DATA-12: an empty version id would equal every other empty one.
  const isNamed = versionId !== '' && utf8Octets(versionId) <= VERSION_ID_OCTETS;
  if (isNamed && utf8Octets(lastUpdated) <= INSTANT_OCTETS) return undefined;
  return entryFault(ErrorCode.ENTRY_INVALID, 'PSP-DATA-12', 'the base has no fitting version');
}

function checkGrammar({ resource, base, changes }: SyncPayload): EntryFault | undefined {
  // PSP-DATA-3: neither known to a server nor made by anyone.
  if (base === undefined && changes.length === 0) {
    return invalid('PSP-DATA-3', 'neither base nor changes');
  }
  let index = -1;
  for (const { type, payload } of changes) {
    index += 1;
    const isLast = index === changes.length - 1;
    switch (type) {
      case ChangeType.INSERT:
        if (index > 0) return invalid('PSP-CHG-4', `change ${index}: an INSERT not at the head`);
        // PSP-CHG-5: what a server has was not created here.
        if (base !== undefined) return invalid('PSP-CHG-5', 'an INSERT on a base');
        break;
      case ChangeType.UPDATE:
        break;
      case ChangeType.DELETE:
        if (!isLast) return invalid('PSP-CHG-4', `change ${index}: a DELETE not at the end`);
        if (payload.length > 0) return invalid('PSP-CHG-4', 'a DELETE with a payload');
        break;
      default:
        return invalid('PSP-CHG-4', `change ${index}: an unknown type`);
    }
  }
  if (base === undefined && changes[0]?.type !== ChangeType.INSERT) {
    return invalid('PSP-CHG-14', 'no base, and no INSERT at the head');
  }
  const mayBeEmpty = changes.length === 0 || changes.at(-1)?.type === ChangeType.DELETE;
  const mayBeFull = changes.at(-1)?.type !== ChangeType.DELETE;
  if (resource.length === 0 ? mayBeEmpty : mayBeFull) return undefined;
  return invalid('PSP-CHG-12', 'resource and last change disagree about a deletion');
}

/** A text that two change ids share only when they are the same id. */
function keyOf({ replicaId, counter }: ChangeId): string {
  return `${counter}@${replicaId.join('.')}`;
}

/** Whether ids of one list are all different; a text for each is only made where many are. */
function areDistinct(changes: SyncPayload['changes']): boolean {
  if (changes.length > comparedIdsMax) {
    return new Set(changes.map(({ id }) => id && keyOf(id))).size === changes.length;
  }
  for (let index = 1; index < changes.length; index += 1) {
    for (let earlier = 0; earlier < index; earlier += 1) {
      const [one, other] = [changes[earlier]?.id, changes[index]?.id];
      if (one?.counter === other?.counter && equalOctets(one?.replicaId, other?.replicaId)) {
        return false;
      }
    }
  }
  return true;
}

function isUsableId(id: ChangeId | undefined): id is ChangeId {
  return id?.replicaId.length === 16 && id.counter >= 1n;
}

function checkIds({ changes, absorbed }: SyncPayload): EntryFault | undefined {
  const nameless = changes.findIndex(({ id }) => !isUsableId(id));
  // PSP-CHG-16: an id without its two halves is nobody's.
  if (nameless >= 0) return invalid('PSP-CHG-16', `change ${nameless}: no usable id`);
  // PSP-CHG-16: we would pass it on to a device that refuses the entry for it.
  if (!absorbed.every(isUsableId)) return invalid('PSP-CHG-16', 'an absorbed id of no use');
  return areDistinct(changes) ? undefined : invalid('PSP-CHG-11', 'a change id occurs twice');
}

function checkContent(entry: SyncPayload, references?: string[]): EntryFault | undefined {
  const { resource, base, changes } = entry;
  const [first] = changes;
  const isInserted = first?.type === ChangeType.INSERT;
  // The common case: created, and nothing since. One scan does for both, no value is built.
  if (isInserted && changes.length === 1 && equalOctets(first.payload, resource)) {
    return checkResource(resource, entry, references);
  }
  const plainChanges = new PlainChanges();
  const fault = checkTexts(entry, plainChanges, references);
  if (fault !== undefined || plainChanges.leadTo(resource)) return fault;
  let document = isInserted ? parseScanned(first.payload) : undefined;
  for (const [index, { type, payload }] of changes.entries()) {
    if (type !== ChangeType.UPDATE) continue;
    const operations = checkScannedPatch(payload, base);
    const next = isEntryFault(operations) ? operations : advance(document, operations);
    if (isEntryFault(next)) return atChange(next, index);
    document = next;
  }
  return checkResult(document, resource);
}

/** Every JSON text in the order of the message, and only then who the resources say they are. */
function checkTexts(
  entry: SyncPayload,
  plainChanges: PlainChanges,
  references?: string[],
): EntryFault | undefined {
  const { resource, changes } = entry;
  let mismatch: EntryFault | undefined;
  if (resource.length > 0) {
    const fault = checkResource(resource, entry, references);
    if (isMismatch(fault)) mismatch = fault;
    else if (fault !== undefined) return fault;
  }
  let index = -1;
  for (const { type, payload } of changes) {
    index += 1;
    if (type === ChangeType.DELETE) continue;
    const isInsert = type === ChangeType.INSERT;
    const fault = isInsert ? checkResource(payload, entry) : scanJson(payload);
    if (isMismatch(fault)) mismatch ??= atChange(fault, index);
    else if (fault !== undefined) return atChange(fault, index);
    plainChanges.follow(type);
  }
  return mismatch;
}

function isMismatch(fault: EntryFault | undefined): fault is EntryFault {
  return fault?.code === ErrorCode.ENTRY_IDENTITY_MISMATCH;
}

/** Content after an UPDATE; stays unknown where it was unknown. */
function advance(
  document: JsonValue | undefined,
  operations: readonly UpdateOperation[],
): JsonValue | undefined | EntryFault {
  // PSP-CHG-10
  return document === undefined ? undefined : applyUpdate(document, operations);
}

function checkResult(
  document: JsonValue | undefined,
  resource: Uint8Array,
): EntryFault | undefined {
  if (document === undefined || resource.length === 0) return undefined;
  // PSP-CHG-9: what would be uploaded later is what the user sees now, or the entry is a lie.
  if (equalOutsideServerMeta(document, parseScanned(resource))) return undefined;
  const detail = 'the changes lead to other content than the resource';
  return entryFault(ErrorCode.ENTRY_CHANGES_MISMATCH, 'PSP-CHG-9', detail);
}

function equalOctets(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  if (a === b) return true;
  if (a === undefined || b === undefined || a.length !== b.length) return false;
  return Buffer.compare(a, b) === 0;
}
