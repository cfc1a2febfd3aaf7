// A document while a patch is applied to it. Copies each container the first time it is changed,
// so that the caller's values stay as they are and untouched parts are shared.
import { arrayIndex, parsePointer } from './json-pointer.ts';
import type { JsonValue } from './json-value.ts';
import { equalByValue, isJsonArray, isJsonObject, jsonDepth } from './json-value.ts';
import type { PatchFaultReason, PatchLimits, PatchOperation } from './patch.ts';

type Failure = PatchFaultReason | undefined;
type OwnedObject = Map<string, JsonValue>;
type OwnedArray = JsonValue[];

/** A container of the document that may be changed, and the last segment of a pointer into it. */
interface Place {
  readonly container: OwnedObject | OwnedArray;
  readonly segment: string;
}

function child(container: JsonValue | undefined, segment: string): JsonValue | undefined {
  if (isJsonObject(container)) return container.get(segment);
  if (!isJsonArray(container)) return undefined;
  const index = arrayIndex(segment, container, false);
  return index === undefined ? undefined : container[index];
}

/** Counts the values in a value, but no further than `most`. */
function countValues(value: JsonValue, most: number): number {
  let count = 1;
  if (!isJsonObject(value) && !isJsonArray(value)) return count;
  for (const item of value.values()) {
    if (count > most) break;
    count += countValues(item, most - count);
  }
  return count;
}

/** Applies operations one by one to a document of its own. */
export class PatchTarget {
  #document: JsonValue;
  readonly #limits: PatchLimits;
  /** Containers made here and reachable once only: these are changed in place. */
  #owned = new WeakSet<object>();
  #copiedValues = 0;

  constructor(document: JsonValue, limits: PatchLimits) {
    this.#document = document;
    this.#limits = limits;
  }

  /** The document as it is now. To be kept only when no operation follows: these change it. */
  get document(): JsonValue {
    return this.#document;
  }

  /** The value a pointer names, or undefined. */
  at(pointer: string): JsonValue | undefined {
    let here: JsonValue | undefined = this.#document;
    for (const segment of parsePointer(pointer) ?? [undefined]) {
      here = segment === undefined ? undefined : child(here, segment);
    }
    return here;
  }

  /** Applies one operation, or gives why it can't be. */
  apply(operation: PatchOperation): Failure {
    switch (operation.op) {
      case 'add':
        return this.#add(operation.path, operation.value);
      case 'remove':
        return this.#remove(operation.path);
      case 'replace':
        return this.#replace(operation.path, operation.value);
      case 'move':
        return this.#move(operation.from, operation.path);
      case 'copy':
        return this.#copy(operation.from, operation.path);
      case 'test':
        return this.#test(operation.path, operation.value);
    }
  }

  #add(path: string, value: JsonValue): Failure {
    if (this.#tooDeep(path, value)) return 'limit';
    if (path === '') return this.#setRoot(value);
    const place = this.#place(path);
    if (place === undefined) return 'missing-target';
    const { container, segment } = place;
    if (container instanceof Map) {
      container.set(segment, value);
      return undefined;
    }
    const index = arrayIndex(segment, container, true);
    if (index === undefined) return 'missing-target';
    container.splice(index, 0, value);
    return undefined;
  }

  #remove(path: string): Failure {
    // The whole document has no place to be removed from; null would be another document.
    if (path === '' || this.at(path) === undefined) return 'missing-target';
    const place = this.#place(path);
    if (place === undefined) return 'missing-target';
    if (place.container instanceof Map) place.container.delete(place.segment);
    else place.container.splice(Number(place.segment), 1);
    return undefined;
  }

  #replace(path: string, value: JsonValue): Failure {
    if (this.#tooDeep(path, value)) return 'limit';
    if (path === '') return this.#setRoot(value);
    if (this.at(path) === undefined) return 'missing-target';
    const place = this.#place(path);
    if (place === undefined) return 'missing-target';
    // A Map keeps the position of a key that is set again.
    if (place.container instanceof Map) place.container.set(place.segment, value);
    else place.container[Number(place.segment)] = value;
    return undefined;
  }

  #move(from: string, path: string): Failure {
    const value = this.at(from);
    if (value === undefined) return 'missing-target';
    if (from === path) return undefined;
    // RFC 6902 section 4.4: not into one of its own children.
    if (path.startsWith(`${from}/`)) return 'missing-target';
    const failure = this.#remove(from) ?? this.#add(path, value);
    // Who asked for the value before the move may still hold it.
    this.#owned = new WeakSet();
    return failure;
  }

  #copy(from: string, path: string): Failure {
    const value = this.at(from);
    if (value === undefined) return 'missing-target';
    // Copies of copies double each time; shared here, they would still be written out.
    this.#copiedValues += countValues(value, this.#limits.copiedValuesMax);
    if (this.#copiedValues > this.#limits.copiedValuesMax) return 'limit';
    // The value is reachable twice from now on: nothing may be changed in place.
    this.#owned = new WeakSet();
    return this.#add(path, value);
  }

  #test(path: string, value: JsonValue): Failure {
    const found = this.at(path);
    if (found === undefined) return 'missing-target';
    return equalByValue(found, value) ? undefined : 'test-failed';
  }

  #setRoot(value: JsonValue): Failure {
    this.#document = value;
    return undefined;
  }

  /** PSP-DATA-4 for a document that grows: each patch alone could be within the limit. */
  #tooDeep(path: string, value: JsonValue): boolean {
    const above = parsePointer(path)?.length ?? 0;
    return above + jsonDepth(value) > this.#limits.depthMax;
  }

  /** Makes every container on the way to a pointer's place changeable. */
  #place(path: string): Place | undefined {
    const segments = parsePointer(path);
    const last = segments?.at(-1);
    if (segments === undefined || last === undefined) return undefined;
    let here = this.#own(this.#document);
    if (here === undefined) return undefined;
    this.#document = here;
    for (const segment of segments.slice(0, -1)) {
      const next = this.#own(child(here, segment));
      if (next === undefined) return undefined;
      if (here instanceof Map) here.set(segment, next);
      else here[Number(segment)] = next;
      here = next;
    }
    return { container: here, segment: last };
  }

  #own(value: JsonValue | undefined): OwnedObject | OwnedArray | undefined {
    if (!isJsonObject(value) && !isJsonArray(value)) return undefined;
    if (this.#owned.has(value)) return value as OwnedObject | OwnedArray;
    const copy = isJsonObject(value) ? new Map(value) : [...value];
    this.#owned.add(copy);
    return copy;
  }
}
