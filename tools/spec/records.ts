// Shows data kept as JSON (limits, errors, registries) as Markdown tables. The columns are the keys
// of the data in the order in which they first occur; it does not know what they mean.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RenderError } from './regions.ts';

/** A JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | JsonRecord;
/** A JSON object. */
export interface JsonRecord {
  readonly [key: string]: Json;
}

/** Tells a JSON object from any other value. */
export function isRecord(value: Json | undefined): value is JsonRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells a JSON array; the platform's own test loses that it is read-only. */
export function isList(value: Json | undefined): value is readonly Json[] {
  return Array.isArray(value);
}

/** The text of a record at `key`. */
export function textAt(record: JsonRecord, key: string): string {
  const value = record[key];
  if (typeof value !== 'string') throw new RenderError(`no text "${key}" in the data`);
  return value;
}

/** Reads a JSON file of the specification, for example `v1/limits.json`. */
export function readData(root: string, path: string): JsonRecord {
  const full = join(root, 'spec', path);
  if (!existsSync(full)) throw new RenderError(`spec/${path} does not exist`);
  const value = JSON.parse(readFileSync(full, 'utf8')) as Json;
  if (!isRecord(value)) throw new RenderError(`spec/${path} is not an object`);
  return value;
}

/** The records of an array in the data. */
export function recordsAt(data: JsonRecord, key: string): JsonRecord[] {
  const value = data[key];
  if (!isList(value)) throw new RenderError(`no array "${key}" in the data`);
  return value.filter(isRecord);
}

/** A whole number with its digits in groups of three, as in the chapters. */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ' ');
}

function heading(key: string): string {
  return key
    .replace(/[-_]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
}

/** Keys whose text stands in code type where it is a name of the wire or of the data: one word. */
const codeKeys = new Set([
  'name',
  'code',
  'field',
  'constant',
  'retry',
  'scope',
  'outcome',
  'sends',
  'ends_in',
]);

function cell(key: string, value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'number') return grouped(value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (isList(value)) return value.map((item) => cell(key, item)).join(', ');
  if (isRecord(value)) {
    const parts = Object.entries(value);
    return parts.map(([name, part]) => `${heading(name)} ${cell(name, part)}`).join(', ');
  }
  const text = value.replaceAll('|', '\\|').replaceAll('\n', ' ');
  return codeKeys.has(key) && /^[\w-]+$/.test(text) ? `\`${text}\`` : text;
}

const range = ['min', 'max', 'default'];

/** The columns of records: their keys in order of first occurrence, but a range in one piece. */
function columnsOf(records: readonly JsonRecord[]): string[] {
  const keys = [...new Set(records.flatMap((record) => Object.keys(record)))];
  const others = keys.filter((key) => !range.includes(key));
  const after = Math.max(others.indexOf('value'), others.indexOf('name')) + 1;
  const inOrder = range.filter((key) => keys.includes(key));
  return [...others.slice(0, after), ...inOrder, ...others.slice(after)];
}

/**
 * Renders records as a table. Columns in which no record has a value, and those in `without`, are
 * left out.
 */
export function renderRecords(
  records: readonly JsonRecord[],
  without: readonly string[] = [],
): string[] {
  if (records.length === 0) throw new RenderError('no record to show');
  const keys = columnsOf(records).filter(
    (key) => !without.includes(key) && records.some((record) => cell(key, record[key]) !== '–'),
  );
  const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row(keys.map(heading)),
    `|${keys.map(() => '---').join('|')}|`,
    ...records.map((record) => row(keys.map((key) => cell(key, record[key])))),
  ];
}

/** Keeps the records that every word `key=value` fits, and says which keys were asked for. */
export function select(
  records: readonly JsonRecord[],
  words: readonly string[],
): { records: JsonRecord[]; keys: string[] } {
  const wanted = words.map((word) => {
    const [key = '', value] = word.split('=');
    if (value === undefined) throw new RenderError(`"${word}" is not key=value`);
    return { key, value };
  });
  const fits = (record: JsonRecord): boolean =>
    wanted.every(({ key, value }) => record[key] === value);
  return { records: records.filter(fits), keys: wanted.map(({ key }) => key) };
}
