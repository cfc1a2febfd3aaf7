// `vectors verify`: holds the kit's own codec to the golden vectors. What no judge is given for is
// named as skipped, never counted as checked. It writes no vectors.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { KitError } from '../fault.ts';
import { ready } from '../security/cpace.ts';
import { judgeCandidate, judgeEntry, judgeInstants } from './judge-data.ts';
import {
  judgeCanonicalUrl,
  judgeDigest,
  judgeExchange,
  judgeKeys,
  judgeQrText,
  judgeSealed,
  judgeShare,
  judgeTypedCode,
} from './judge-security.ts';
import { judgeSession } from './judge-transcript.ts';
import { judgeBody, judgeInflate, judgeStream } from './judge-wire.ts';
import type { Judge, Vector, VectorFile, VectorGroup } from './vector.ts';

/** A vector that nothing was said about. */
export interface SkippedVector {
  readonly id: string;
  readonly why: string;
}

/** A vector that the kit reads differently. */
export interface VectorFailure {
  readonly id: string;
  readonly title: string;
  readonly requirements: readonly string[];
  readonly detail: string;
}

/** What became of one file. */
export interface AreaResult {
  readonly area: string;
  /** Vectors that a judge looked at, failures included. */
  readonly checked: number;
  readonly skipped: readonly SkippedVector[];
  readonly failures: readonly VectorFailure[];
}

/** The kit's judges by the kind of a group. */
export const judges: Readonly<Record<string, Judge>> = {
  reader: judgeStream,
  body: judgeBody,
  inflate: judgeInflate,
  'typed-code': judgeTypedCode,
  'qr-text': judgeQrText,
  'canonical-url': judgeCanonicalUrl,
  digest: judgeDigest,
  run: judgeExchange,
  share: judgeShare,
  derive: judgeKeys,
  open: judgeSealed,
  session: judgeSession,
  'sync-payload': judgeEntry,
  compare: judgeInstants,
  candidate: judgeCandidate,
};

const reasons: Readonly<Record<string, string>> = {
  pair: 'judged by the store model, which was not given',
  'three-way': 'judged by the store model, which was not given',
  query: 'search is the business of a sender; no octet of the codec depends on it',
  select: 'selection is the business of a sender; no octet of the codec depends on it',
};

function judgeVector(
  judge: Judge,
  vector: Vector,
  parameters: VectorGroup['parameters'],
): VectorFailure | undefined {
  const { id, title, requirements } = vector;
  try {
    const detail = judge(vector, parameters);
    return detail === undefined ? undefined : { id, title, requirements, detail };
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    // A vector that cannot be read is wrong as well: it verifies nothing.
    return { id, title, requirements, detail: `unreadable: ${error.message}` };
  }
}

/**
 * Holds one file's vectors to the judges. {@link ready} of CPace must have been awaited.
 *
 * @param by - Judges by kind of group; kinds without one are skipped.
 */
export function verifyFile(file: VectorFile, by: Readonly<Record<string, Judge>>): AreaResult {
  const skipped: SkippedVector[] = [];
  const failures: VectorFailure[] = [];
  let checked = 0;
  for (const { kind, parameters, vectors } of file.groups) {
    const judge = by[kind];
    for (const vector of vectors) {
      if (judge === undefined) {
        skipped.push({ id: vector.id, why: reasons[kind] ?? `no judge for the kind ${kind}` });
        continue;
      }
      checked += 1;
      const failure = judgeVector(judge, vector, parameters);
      if (failure !== undefined) failures.push(failure);
    }
  }
  return { area: file.area, checked, skipped, failures };
}

function readFile(path: string): VectorFile {
  const file = JSON.parse(readFileSync(path, 'utf8')) as Partial<VectorFile>;
  if (typeof file.area !== 'string' || !Array.isArray(file.groups)) {
    throw new KitError(`${path} holds no vectors`);
  }
  return file as VectorFile;
}

/**
 * Verifies every file of a folder such as `vectors/v1`.
 *
 * @param more - Judges for further kinds, such as `pair` of the store model.
 * @returns One result for each file, by name of the file.
 * @throws KitError where the folder holds no vectors; errors of the file system as they are.
 */
export async function verifyVectors(
  folder: string,
  more: Readonly<Record<string, Judge>> = {},
): Promise<AreaResult[]> {
  await ready();
  const names = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort();
  if (names.length === 0) throw new KitError(`${folder} holds no vectors`);
  const by = { ...judges, ...more };
  return names.map((name) => verifyFile(readFile(join(folder, name)), by));
}
