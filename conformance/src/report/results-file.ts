// Results on disk: `results.json`, which the same seed gives again, and beside it a file for the
// transcripts of each case. Both are held to their schema on the way in and out.
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { KitError } from '../fault.ts';
import type { CaseResult, Results } from './results.ts';
import { makeFolder } from './folder-making.ts';

const schemaFile = new URL('../../schema/results-v1.json', import.meta.url);
const transcriptFolder = 'transcripts';
const crashName = 'crash.json';

/** One file of `transcripts/`. */
export interface TranscriptFile {
  readonly format: 'peersync-transcript/1';
  /** Seed of the run: what the kit drew follows from it. */
  readonly seed: string;
  readonly result: CaseResult;
}

/** Why a file holds no results. */
export class ResultsFileError extends Error {
  override readonly name = 'ResultsFileError';
}

interface Checks {
  readonly results: ValidateFunction;
  readonly transcript: ValidateFunction;
  readonly crash: ValidateFunction;
}

let loaded: Checks | undefined;

function checks(): Checks {
  if (loaded !== undefined) return loaded;
  const ajv = new Ajv2020({ strict: true, strictTuples: false });
  const schema = JSON.parse(readFileSync(schemaFile, 'utf8')) as { readonly $id: string };
  const results = ajv.compile(schema);
  const transcript = ajv.getSchema(`${schema.$id}#/$defs/transcriptFile`);
  const crash = ajv.getSchema(`${schema.$id}#/$defs/crashFile`);
  if (transcript === undefined || crash === undefined) {
    throw new KitError('results-v1.json lacks transcriptFile or crashFile');
  }
  loaded = { results, transcript, crash };
  return loaded;
}

function faultOf(check: ValidateFunction, value: unknown): string | undefined {
  if (check(value)) return undefined;
  const [error] = check.errors ?? [];
  const { instancePath = '', message = 'is wrong', params = {} } = error ?? {};
  const names = Object.values(params).filter((name) => typeof name === 'string');
  const about = names.length === 0 ? '' : ` (${names.join(', ')})`;
  return `${instancePath === '' ? 'the whole' : instancePath} ${message}${about}`;
}

/** What is wrong with results by their schema; undefined where nothing is. */
export function resultsFault(value: unknown): string | undefined {
  return faultOf(checks().results, value);
}

function crashFault(value: unknown): string | undefined {
  return value === undefined ? undefined : faultOf(checks().crash, value);
}

/** What is wrong with a transcript file by its schema; undefined where nothing is. */
export function transcriptFault(value: unknown): string | undefined {
  return faultOf(checks().transcript, value);
}

function withoutTranscripts(result: CaseResult): CaseResult {
  const kept = Object.entries(result).filter(([name]) => name !== 'transcripts');
  return Object.fromEntries(kept) as unknown as CaseResult;
}

function withoutCrash(results: Results): Results {
  const kept = Object.entries(results).filter(([name]) => name !== 'crash');
  return Object.fromEntries(kept) as unknown as Results;
}

/** The text of `results.json`: without transcripts, and without the counts of losses of power. */
export function resultsText(results: Results): string {
  const cases = results.cases.map(withoutTranscripts);
  return `${JSON.stringify({ ...withoutCrash(results), cases }, undefined, 2)}\n`;
}

/** Name of a result's transcript file. */
export function transcriptName({ id, delivery }: CaseResult): string {
  return `${id}.${delivery}.json`;
}

/**
 * Writes `results.json` and, beside it, the transcripts that the results hold, and `crash.json`
 * where power was lost. Those of a run before are taken away, nothing else in the folder.
 *
 * @throws KitError where the results break their own schema.
 */
export function writeResults(path: string, results: Results): void {
  const fault = resultsFault(withoutCrash(results)) ?? crashFault(results.crash);
  if (fault !== undefined) throw new KitError(`results break their schema: ${fault}`);
  const folder = join(dirname(path), transcriptFolder);
  if (existsSync(folder)) {
    const old = readdirSync(folder).filter((name) =>
      /^[A-Z]+-(?:\d+|WALK-[A-Za-z0-9]+-\d+)\.[a-z-]+\.json$/.test(name),
    );
    for (const name of old) rmSync(join(folder, name));
  }
  makeFolder(dirname(path));
  writeFileSync(path, resultsText(results));
  const crashPath = join(dirname(path), crashName);
  if (results.crash === undefined) rmSync(crashPath, { force: true });
  else writeFileSync(crashPath, `${JSON.stringify(results.crash, undefined, 2)}\n`);
  const shown = results.cases.filter(({ transcripts }) => transcripts !== undefined);
  if (shown.length > 0) makeFolder(folder);
  for (const result of shown) {
    const file: TranscriptFile = {
      format: 'peersync-transcript/1',
      seed: results.run.seed,
      result,
    };
    writeFileSync(join(folder, transcriptName(result)), `${JSON.stringify(file)}\n`);
  }
}

function readFault(path: string, error: unknown): string {
  if (error instanceof SyntaxError) return `${path} is no JSON: ${error.message}`;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'ENOENT') return `${path}: there is no such file`;
  if (code === 'EISDIR') return `${path}: it is a folder, not a file`;
  return `${path}: ${String(error)}`;
}

/**
 * What a file holds.
 *
 * @throws ResultsFileError where that is no JSON, or there is no such file.
 */
export function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw new ResultsFileError(readFault(path, error), { cause: error });
  }
}

/**
 * Reads one transcript file.
 *
 * @throws ResultsFileError where it is none.
 */
export function readTranscriptFile(path: string): TranscriptFile {
  return transcriptOfValue(readJson(path), path);
}

/**
 * A transcript from what its file holds.
 *
 * @param path - For the error.
 * @throws ResultsFileError where it is none.
 */
export function transcriptOfValue(value: unknown, path: string): TranscriptFile {
  const fault = transcriptFault(value);
  if (fault !== undefined) throw new ResultsFileError(`${path} is no transcript: ${fault}`);
  return value as TranscriptFile;
}

/**
 * Reads `results.json` with the transcripts that lie beside it.
 *
 * @throws ResultsFileError where it holds no results.
 */
export function readResults(path: string): Results {
  const value = readJson(path);
  const fault = resultsFault(value);
  if (fault !== undefined) throw new ResultsFileError(`${path} holds no results: ${fault}`);
  const results = value as Results;
  const folder = join(dirname(path), transcriptFolder);
  const cases = results.cases.map((result) => {
    const file = join(folder, transcriptName(result));
    if (!existsSync(file)) return result;
    const { seed, result: kept } = readTranscriptFile(file);
    // Left over from another run: its octets would show another failure.
    const isSame = seed === results.run.seed && kept.signature === result.signature;
    return isSame && kept.transcripts ? { ...result, transcripts: kept.transcripts } : result;
  });
  const crash = readCrash(join(dirname(path), crashName), results.run.seed);
  return { ...results, cases, ...(crash === undefined ? {} : { crash }) };
}

/** Counts that lie beside results; those of another run are none of theirs. */
function readCrash(path: string, seed: string): Results['crash'] {
  if (!existsSync(path)) return undefined;
  const value = readJson(path);
  const fault = crashFault(value);
  if (fault !== undefined) throw new ResultsFileError(`${path} holds no counts: ${fault}`);
  const crash = value as NonNullable<Results['crash']>;
  return crash.seed === seed ? crash : undefined;
}
