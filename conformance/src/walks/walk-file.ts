// A failing walk on disk: every step of it, what the kit drew its octets from, and what came of it.
// It is played again from this file alone. Held to its schema on the way in and out.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Case } from '../cases/case.ts';
import { KitError } from '../fault.ts';
import type { CaseResult } from '../report/results.ts';
import { ResultsFileError } from '../report/results-file.ts';
import { fromHex, toHex } from '../wire/octets.ts';
import { makeFolder } from '../report/folder-making.ts';

/** One file of the folder `walks`. */
export interface WalkFile {
  readonly format: 'peersync-walk/1';
  /** Version of the kit that wrote it. */
  readonly kit: string;
  /** What the kit drew follows from it, and from the id of the case. */
  readonly seed: string;
  /** How many walks were played to shrink it; 0: it is as it was drawn. */
  readonly plays: number;
  /** Script, twin and expectation: all that is played. */
  readonly case: Case;
  /** What came of it, transcripts included. */
  readonly result: CaseResult;
}

const folder = new URL('../../schema/', import.meta.url);
const schemas = ['control-v1/values', 'control-v1/commands', 'results-v1'];
const octetsMember = '$octets';

let loaded: ValidateFunction | undefined;

function check(): ValidateFunction {
  if (loaded !== undefined) return loaded;
  const ajv = new Ajv2020({ strict: true, strictTuples: false, allowUnionTypes: true });
  const read = (name: string): object =>
    JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as object;
  for (const name of schemas) ajv.addSchema(read(name));
  loaded = ajv.compile(read('walk-v1'));
  return loaded;
}

/** What is wrong with a walk file by its schema; undefined where nothing is. */
export function walkFileFault(value: unknown): string | undefined {
  const validate = check();
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? 'is wrong'}`.trim();
}

function withOctetsAsText(value: unknown): unknown {
  if (value instanceof Uint8Array) return { [octetsMember]: toHex(value) };
  if (Array.isArray(value)) return value.map(withOctetsAsText);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, withOctetsAsText(member)]));
}

function withOctets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withOctets);
  if (typeof value !== 'object' || value === null) return value;
  const hex = (value as Readonly<Record<string, unknown>>)[octetsMember];
  if (typeof hex === 'string') return fromHex(hex);
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withOctets(item)]));
}

/**
 * Writes a walk into a folder, by its id.
 *
 * @returns The path.
 * @throws KitError where it breaks its own schema.
 */
export function writeWalkFile(into: string, file: WalkFile): string {
  const { result } = file;
  const value = withOctetsAsText(file);
  const fault = walkFileFault(value);
  if (fault !== undefined) throw new KitError(`a walk breaks its schema: ${fault}`);
  makeFolder(into);
  const path = join(into, `${result.id}.json`);
  writeFileSync(path, `${JSON.stringify(value, undefined, 1)}\n`);
  return path;
}

/** Whether a value says that it is a walk, right or wrong. */
export function isWalkFile(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('format' in value)) return false;
  return typeof value.format === 'string' && value.format.startsWith('peersync-walk/');
}

/**
 * A walk from what its file holds.
 *
 * @param path - For the error.
 * @throws ResultsFileError where it is none.
 */
export function walkFileOf(value: unknown, path: string): WalkFile {
  const fault = walkFileFault(value);
  if (fault !== undefined) throw new ResultsFileError(`${path} is no walk: ${fault}`);
  return withOctets(value) as WalkFile;
}
