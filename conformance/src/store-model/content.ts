// What changes lead to, and when two contents are equal (sections 14.4 and 16.2). It knows no
// store.
import { fault, isFault, type Fault } from '../fault.ts';
import type { Change, ServerVersion } from '../json/entry.ts';
import { equalJson, withoutServerMeta } from '../json/json-equality.ts';
import { applyOperation, readPatch } from '../json/json-patch.ts';
import { readJson, type Json } from '../json/json-reader.ts';
import { touchesProtected } from '../json/protected-paths.ts';

/** A resource; null: it is not there. */
export type Content = Json | null;

/** A content with the server-owned meta of a base, where the text may say something else. */
function dressed(content: Json, base: ServerVersion): Json {
  if (content.type !== 'object') return content;
  const old = content.members.get('meta');
  const meta = new Map(old?.type === 'object' ? old.members : []);
  meta.set('versionId', { type: 'string', text: base.versionId });
  if (base.lastUpdated === '') meta.delete('lastUpdated');
  else meta.set('lastUpdated', { type: 'string', text: base.lastUpdated });
  const members = new Map(content.members).set('meta', { type: 'object', members: meta });
  return { type: 'object', members };
}

function updated(content: Json, payload: Uint8Array, base?: ServerVersion): Json | Fault {
  const json = readJson(payload);
  if (isFault(json)) return json;
  const operations = readPatch(json);
  if (isFault(operations)) return operations;
  let current = content;
  for (const operation of operations) {
    if (touchesProtected(base === undefined ? current : dressed(current, base), operation)) {
      return fault('ENTRY_PATCH_INVALID', 'PSP-CHG-8', 'touches what no UPDATE may');
    }
    const next = applyOperation(current, operation);
    if (isFault(next)) return next;
    current = next;
  }
  return current;
}

/**
 * The content after changes, or the fault of the first that does not apply.
 *
 * @param base - Whose server-owned meta no change may touch, where the text does not tell.
 */
export function contentAfter(
  before: Content,
  changes: readonly Change[],
  base?: ServerVersion,
): Content | Fault {
  let content = before;
  for (const { type, payload } of changes) {
    if (type === 'DELETE') {
      content = null;
      continue;
    }
    const next = type === 'INSERT' ? readJson(payload) : undefined;
    const after = next ?? (content === null ? noContent : updated(content, payload, base));
    if (isFault(after)) return after;
    content = after;
  }
  return content;
}

const noContent = fault('ENTRY_PATCH_INVALID', 'PSP-CHG-10', 'nothing to update');

/** Whether a change speaks of `meta.source`: by `/meta` or by `/meta/source` and what is in it. */
function touchesSource({ type, payload }: Change): boolean {
  if (type !== 'UPDATE') return false;
  const json = readJson(payload);
  const operations = isFault(json) ? json : readPatch(json);
  if (isFault(operations)) return true;
  return operations.some(
    ({ path }) => path[0] === 'meta' && (path.length === 1 || path[1] === 'source'),
  );
}

function withoutSource(resource: Json): Json {
  if (resource.type !== 'object') return resource;
  const meta = resource.members.get('meta');
  if (meta?.type !== 'object') return resource;
  const kept = new Map(meta.members);
  kept.delete('source');
  const members = new Map(resource.members);
  return { type: 'object', members: members.set('meta', { type: 'object', members: kept }) };
}

/** Whether two number texts round to one finite number of IEEE 754 binary64. */
function sameDouble(left: string, right: string): boolean {
  const value = Number(left);
  // -0 equals 0 here, as it should.
  return left === right || (Number.isFinite(value) && value === Number(right));
}

/** Equality in which numbers are compared by what servers make of them. */
function alike(left: Json, right: Json): boolean {
  if (left.type === 'number')
    return right.type === 'number' && sameDouble(left.lexeme, right.lexeme);
  if (left.type === 'object') {
    if (right.type !== 'object' || left.members.size !== right.members.size) return false;
    return [...left.members].every(([key, value]) => {
      const other = right.members.get(key);
      return other !== undefined && alike(value, other);
    });
  }
  if (left.type === 'array') {
    if (right.type !== 'array' || left.items.length !== right.items.length) return false;
    return left.items.every((item, i) => {
      const other = right.items[i];
      return other !== undefined && alike(item, other);
    });
  }
  return equalJson(left, right);
}

/**
 * Whether two contents are equal as PSP-CLS-10 and PSP-CLS-25 ask it: outside server-owned meta,
 * the text of numbers, and `meta.source` where no change of both lists touches it.
 */
export function sameServerContent(left: Json, right: Json, changes: readonly Change[]): boolean {
  const keepsSource = changes.some(touchesSource);
  const bare = (content: Json): Json =>
    withoutServerMeta(keepsSource ? content : withoutSource(content));
  return alike(bare(left), bare(right));
}
