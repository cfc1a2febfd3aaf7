// The difference of two versions of a resource as a patch of add, remove and replace. Sees JSON
// only; two texts that differ in white space, escapes or the order of keys have no difference here,
// for RFC 6902 has no way to say it.
import { formatPointer } from './json-pointer.ts';
import type { JsonArray, JsonObject, JsonValue } from './json-value.ts';
import { equalJson, isJsonArray, isJsonObject, jsonDepth, serverMetaKeys } from './json-value.ts';
import { entryJsonLimits } from './scan-json.ts';
import type { PatchOperation } from './patch.ts';

/** A patch has at most so many operations (limits table). */
export const operationsMax = 1_000;

// PSP-CHG-8: what nobody may change.
const fixedKeys = ['resourceType', 'id'];

/** Settings of {@link diffPatch}. */
export interface DiffOptions {
  /**
   * True where the changes have a base: the server's content has a `meta`, even where the device's
   * own text has none, so `meta` is changed member by member and never as a whole (PSP-CHG-8).
   * Default: whether `before` has a server-owned member in `meta`.
   */
  readonly hasBase?: boolean;
}

/**
 * The operations that turn `before` into `after`: add, remove and replace only (PSP-CHG-6), at most
 * 1 000, and none on what PSP-CHG-8 protects: differences of server-owned meta are left out.
 * Numbers differ when their lexemes do. Applying the result to `before` gives `after` but for
 * server-owned meta and the order of keys. Empty where nothing else differs.
 *
 * Positions in arrays are those of `before`: the result means nothing for other content.
 *
 * @throws TypeError when either is not an object, a `meta` is not one, or `resourceType` or `id`
 *   differ.
 * @throws RangeError when even replacing whole members takes more than 1 000 operations, or a value
 *   is so deep that no patch could hold it (PSP-LIM-4).
 */
export function diffPatch(
  before: JsonValue,
  after: JsonValue,
  options: DiffOptions = {},
): readonly PatchOperation[] {
  if (!isJsonObject(before) || !isJsonObject(after)) {
    throw new TypeError('only resources have a difference: give two JSON objects');
  }
  for (const key of fixedKeys) {
    if (!equalJson(before.get(key) ?? null, after.get(key) ?? null)) {
      throw new TypeError(`two versions of one resource have the same ${key}`);
    }
  }
  const [from, to] = withSameServerMeta(before, after, options.hasBase);
  const fine = new Difference(false);
  fine.members([], from, to);
  if (!fine.isFull) return withFittingDepth(fine.operations);
  const coarse = new Difference(true);
  coarse.members([], from, to);
  if (coarse.isFull) throw new RangeError('too many members differ for one patch');
  return withFittingDepth(coarse.operations);
}

/** A patch holds its values two levels deep: in an array of objects. */
function withFittingDepth(operations: readonly PatchOperation[]): readonly PatchOperation[] {
  for (const operation of operations) {
    if ('value' in operation && jsonDepth(operation.value) + 2 > entryJsonLimits.depthMax) {
      throw new RangeError('a value that differs is nested too deep for a patch');
    }
  }
  return operations;
}

function metaOf(resource: JsonObject): JsonObject | undefined {
  const meta = resource.get('meta');
  if (meta === undefined || isJsonObject(meta)) return meta;
  throw new TypeError('meta is an object');
}

/** Both, made so that what differs in `meta` is only what a device may change. */
function withSameServerMeta(
  before: JsonObject,
  after: JsonObject,
  hasBase: boolean | undefined,
): readonly [JsonObject, JsonObject] {
  const [old, wanted] = [metaOf(before), metaOf(after)];
  const isServers = ([key]: [string, JsonValue]): boolean => serverMetaKeys.includes(key);
  const servers = [...(old ?? [])].filter(isServers);
  const whole = hasBase === true || servers.length > 0;
  const meta = new Map([...servers, ...[...(wanted ?? [])].filter((entry) => !isServers(entry))]);
  const to = new Map(after);
  if (meta.size > 0 || whole) to.set('meta', meta);
  // An empty meta says what none says: keep whichever there was.
  else if (old?.size === 0) to.set('meta', old);
  else to.delete('meta');
  if (!whole || old !== undefined) return [before, to];
  return [new Map(before).set('meta', new Map()), to];
}

type Path = readonly (string | number)[];

/** Collects operations until there are more than a patch may have. */
class Difference {
  readonly operations: PatchOperation[] = [];
  /** True: members are replaced as wholes, all but `meta`. */
  readonly #coarse: boolean;

  constructor(coarse: boolean) {
    this.#coarse = coarse;
  }

  get isFull(): boolean {
    return this.operations.length > operationsMax;
  }

  members(path: Path, before: JsonObject, after: JsonObject): void {
    for (const [key, from] of before) {
      if (this.isFull) return;
      const to = after.get(key);
      if (to === undefined) this.#remove([...path, key]);
      else this.#value([...path, key], from, to);
    }
    for (const [key, value] of after) {
      if (this.isFull) return;
      if (!before.has(key)) this.#add([...path, key], value);
    }
  }

  #value(path: Path, before: JsonValue, after: JsonValue): void {
    const fine = !this.#coarse || (path.length === 1 && path[0] === 'meta');
    if (fine && isJsonObject(before) && isJsonObject(after)) this.members(path, before, after);
    else if (fine && isJsonArray(before) && isJsonArray(after)) this.#items(path, before, after);
    else if (!equalJson(before, after)) {
      this.operations.push({ op: 'replace', path: formatPointer(path), value: after });
    }
  }

  /** Leaves equal elements at both ends alone; between them elements are paired by position. */
  #items(path: Path, before: JsonArray, after: JsonArray): void {
    const shorter = Math.min(before.length, after.length);
    const same = (from: number, to: number): boolean =>
      equalJson(before[from] ?? null, after[to] ?? null);
    let head = 0;
    while (head < shorter && same(head, head)) head += 1;
    let tail = 0;
    while (tail < shorter - head && same(before.length - 1 - tail, after.length - 1 - tail)) {
      tail += 1;
    }
    for (let index = head; index < shorter - tail && !this.isFull; index += 1) {
      this.#value([...path, index], before[index] ?? null, after[index] ?? null);
    }
    // From the end, so that each removal leaves the positions of the next ones as they are.
    for (
      let index = before.length - tail - 1;
      index >= shorter - tail && !this.isFull;
      index -= 1
    ) {
      this.#remove([...path, index]);
    }
    for (let index = shorter - tail; index < after.length - tail && !this.isFull; index += 1) {
      this.#add([...path, index], after[index] ?? null);
    }
  }

  #add(path: Path, value: JsonValue): void {
    this.operations.push({ op: 'add', path: formatPointer(path), value });
  }

  #remove(path: Path): void {
    this.operations.push({ op: 'remove', path: formatPointer(path) });
  }
}
