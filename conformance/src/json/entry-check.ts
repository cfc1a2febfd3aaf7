// Whether a receiver may take an entry: names, limits, the change list, JSON, identity, patches, in
// the order of section 14.3. It knows no store; what the base holds is an argument.
import { fault, isFault, KitError } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { utf8 } from '../wire/octets.ts';
import { changeKey } from './entry.ts';
import type { Change, ChangeId, Entry } from './entry.ts';
import { equalOutsideServerMeta } from './json-equality.ts';
import { applyPatch, readPatch } from './json-patch.ts';
import { readJson } from './json-reader.ts';
import type { Json, JsonObject } from './json-reader.ts';
import { touchesProtected } from './protected-paths.ts';

type Verdict = Fault | undefined;

const changesInvalid = (requirement: string, detail: string): Fault =>
  fault('ENTRY_CHANGES_INVALID', requirement, detail);
const limitExceeded = (requirement: string, detail: string): Fault =>
  fault('ENTRY_LIMIT_EXCEEDED', requirement, detail);

function checkNames({ resourceType, resourceId }: Entry): Verdict {
  const type = /^[A-Z][A-Za-z0-9]{0,63}$/.test(resourceType);
  if (type && /^[A-Za-z0-9\-.]{1,64}$/.test(resourceId)) return undefined;
  return fault('ENTRY_ID_INVALID', 'PSP-DATA-6', type ? 'the id' : 'the type');
}

const longer = (text: string, octets: number): boolean => utf8(text).length > octets;

function checkLimits({ base, changes, absorbed }: Entry): Verdict {
  if (changes.length > limits.entryChanges || absorbed.length > limits.entryAbsorbed) {
    return limitExceeded('PSP-LIM-4', `${changes.length} changes, ${absorbed.length} absorbed`);
  }
  const long = changes.some(
    (change) =>
      longer(change.baseVersionId, limits.versionIdOctets) ||
      longer(change.recordedAt, limits.instantOctets),
  );
  if (long) return limitExceeded('PSP-CHG-17', 'base_version_id or recorded_at');
  if (base === undefined) return undefined;
  const unnamed = base.versionId === '' || longer(base.versionId, limits.versionIdOctets);
  const wrong = unnamed || longer(base.lastUpdated, limits.instantOctets);
  return wrong
    ? fault('ENTRY_INVALID', 'PSP-DATA-12', 'version id or instant of the base')
    : undefined;
}

const isName = (id: ChangeId | undefined): id is ChangeId =>
  id !== undefined && id.replicaId.length === limits.replicaIdOctets && id.counter >= 1n;

function checkIds({ changes, absorbed }: Entry): Verdict {
  const seen = new Set<string>();
  for (const { id } of changes) {
    if (!isName(id)) return changesInvalid('PSP-CHG-16', 'a change without a name');
    if (seen.has(changeKey(id))) return changesInvalid('PSP-CHG-11', 'a change id twice');
    seen.add(changeKey(id));
  }
  return absorbed.every(isName) ? undefined : changesInvalid('PSP-CHG-16', 'an absorbed id');
}

function checkGrammar(entry: Entry): Verdict {
  const { base, changes, resource } = entry;
  const [first] = changes;
  if (base === undefined && first === undefined) {
    return changesInvalid('PSP-DATA-3', 'neither base nor changes');
  }
  for (const [i, { type, payload }] of changes.entries()) {
    const placed =
      type === 'UPDATE' ||
      (type === 'INSERT' && i === 0) ||
      (type === 'DELETE' && i === changes.length - 1 && payload.length === 0);
    if (!placed) return changesInvalid('PSP-CHG-4', `change ${i} is ${type}`);
  }
  if (base !== undefined && first?.type === 'INSERT') {
    return changesInvalid('PSP-CHG-5', 'an INSERT on a base');
  }
  if (base === undefined && first?.type !== 'INSERT') {
    return changesInvalid('PSP-CHG-14', 'no base and no INSERT');
  }
  const ids = checkIds(entry);
  if (ids !== undefined) return ids;
  const deleted = changes.at(-1)?.type === 'DELETE';
  const tombstone = deleted || (base !== undefined && changes.length === 0);
  const wrong = resource.length > 0 ? deleted : !tombstone;
  return wrong ? changesInvalid('PSP-CHG-12', 'resource and change list disagree') : undefined;
}

interface Parsed {
  readonly change: Change;
  readonly json: Json;
}

interface Documents {
  readonly resource: JsonObject | undefined;
  /** Without a DELETE, which has no payload. */
  readonly changes: readonly Parsed[];
}

function readObject(octets: Uint8Array): JsonObject | Fault {
  const json = readJson(octets);
  if (isFault(json) || json.type === 'object') return json;
  return fault('ENTRY_JSON_INVALID', 'PSP-DATA-4', 'a resource that is no object');
}

function readDocuments({ resource, changes }: Entry): Documents | Fault {
  const parsed: Parsed[] = [];
  const document = resource.length === 0 ? undefined : readObject(resource);
  if (isFault(document)) return document;
  for (const change of changes) {
    if (change.type === 'DELETE') continue;
    const json = change.type === 'INSERT' ? readObject(change.payload) : readJson(change.payload);
    if (isFault(json)) return json;
    parsed.push({ change, json });
  }
  return { resource: document, changes: parsed };
}

function namesItself(entry: Entry, json: Json): boolean {
  if (json.type !== 'object') return false;
  const [type, id] = [json.members.get('resourceType'), json.members.get('id')];
  return (
    type?.type === 'string' &&
    type.text === entry.resourceType &&
    id?.type === 'string' &&
    id.text === entry.resourceId
  );
}

function checkIdentity(entry: Entry, documents: Documents): Verdict {
  const inserted = documents.changes.filter(({ change }) => change.type === 'INSERT');
  const all = [...inserted.map(({ json }) => json), documents.resource];
  const foreign = all.some((json) => json !== undefined && !namesItself(entry, json));
  return foreign
    ? fault('ENTRY_IDENTITY_MISMATCH', 'PSP-DATA-7', 'type or id differ inside')
    : undefined;
}

const string = (text: string): Json => ({ type: 'string', text });

/** What stands for the content at a base, held or not, when paths are judged (PSP-CHG-8). */
function standIn(entry: Entry): Json {
  const meta = new Map<string, Json>();
  if (entry.base !== undefined) {
    meta.set('versionId', string(entry.base.versionId));
    if (entry.base.lastUpdated !== '') meta.set('lastUpdated', string(entry.base.lastUpdated));
  }
  const members = new Map<string, Json>([
    ['resourceType', string(entry.resourceType)],
    ['id', string(entry.resourceId)],
    ['meta', { type: 'object', members: meta }],
  ]);
  return { type: 'object', members };
}

/** The content after one UPDATE; undefined where the content before is not known. */
function update(entry: Entry, before: Json | undefined, payload: Json): Json | Verdict {
  if (payload.type === 'array' && payload.items.length > limits.patchOperations) {
    return limitExceeded('PSP-LIM-4', `${payload.items.length} operations`);
  }
  const operations = readPatch(payload);
  if (isFault(operations)) return operations;
  let content = before;
  for (const operation of operations) {
    const judged = entry.base === undefined ? content : undefined;
    if (touchesProtected(judged ?? standIn(entry), operation)) {
      return fault('ENTRY_PATCH_INVALID', 'PSP-CHG-8', `touches /${operation.path.join('/')}`);
    }
    if (content === undefined) continue;
    const after = applyPatch(content, [operation]);
    if (isFault(after)) return after;
    content = after;
  }
  return content;
}

function checkPatches(entry: Entry, documents: Documents, base: Json | undefined): Verdict {
  let content = base;
  for (const { change, json } of documents.changes) {
    if (change.type === 'INSERT') {
      content = json;
      continue;
    }
    const after = update(entry, content, json);
    if (isFault(after)) return after;
    content = after;
  }
  if (entry.changes[0]?.type !== 'INSERT' || documents.resource === undefined) return undefined;
  if (content === undefined) throw new KitError('an INSERT without content');
  if (equalOutsideServerMeta(content, documents.resource)) return undefined;
  return fault('ENTRY_CHANGES_MISMATCH', 'PSP-CHG-9', 'the changes lead to another resource');
}

/**
 * The first rule of chapter 14 that an entry breaks, undefined where a receiver takes it.
 *
 * @param base - The content at the entry's base where the receiver holds it; without it the UPDATEs
 *   of an entry with a base are judged by their form alone (PSP-CHG-10).
 */
export function checkEntry(entry: Entry, base?: Json): Verdict {
  const early = checkNames(entry) ?? checkLimits(entry) ?? checkGrammar(entry);
  if (early !== undefined) return early;
  const documents = readDocuments(entry);
  if (isFault(documents)) return documents;
  return checkIdentity(entry, documents) ?? checkPatches(entry, documents, base);
}
