// Shows a value of a golden vector as hex. It does not know what the octets mean.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isList, isRecord } from './records.ts';
import type { Json, JsonRecord } from './records.ts';
import { RenderError } from './regions.ts';

const octetsPerLine = 16;

/** Finds the object with an `id` anywhere in a vector file. */
function findById(value: Json, id: string): JsonRecord | undefined {
  if (isList(value)) {
    for (const item of value) {
      const found = findById(item, id);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  if (value['id'] === id) return value;
  return findById(Object.values(value), id);
}

function at(value: Json | undefined, key: string): Json | undefined {
  if (isList(value)) return value[Number(key)];
  return isRecord(value) ? value[key] : undefined;
}

/** Hex in lines of 16 octets, in a fenced block. */
export function hexBlock(hex: string): string[] {
  const octets = hex.match(/../g) ?? [];
  const lines: string[] = [];
  for (let index = 0; index < octets.length; index += octetsPerLine) {
    lines.push(octets.slice(index, index + octetsPerLine).join(' '));
  }
  return ['```text', ...lines, '```'];
}

/** The text at `field` (a path with dots) of the vector `area#id`, in `vectors/v1/<area>.json`. */
export function vectorText(root: string, address: string, field: string): string {
  const [area = '', id = ''] = address.split('#');
  const path = join(root, 'vectors', 'v1', `${area}.json`);
  if (!existsSync(path)) throw new RenderError(`vectors/v1/${area}.json does not exist`);
  const vector = findById(JSON.parse(readFileSync(path, 'utf8')) as Json, id);
  if (vector === undefined) throw new RenderError(`vectors/v1/${area}.json has no vector ${id}`);
  const value = field.split('.').reduce<Json | undefined>(at, vector);
  if (typeof value !== 'string') throw new RenderError(`${address} has no text at ${field}`);
  return value;
}

/** Renders `area#id field` as hex where the value is hex, as text where it is not. */
export function renderVector(root: string, words: readonly string[]): string[] {
  const [address = '', field = ''] = words;
  const value = vectorText(root, address, field);
  return /^(?:[0-9a-f]{2})+$/i.test(value) ? hexBlock(value) : ['```text', value, '```'];
}
