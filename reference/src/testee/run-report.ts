// What a session came to, in the words of the control protocol. Pure.
import type { SyncResult } from '../session/index.ts';
import type { ResourceReport, SyncReport } from '../sync/index.ts';
import { ErrorCode, RetryClass } from '../wire/index.ts';
import { counterOf } from './entry-form.ts';

type Json = Record<string, unknown>;

const retryNames = ['NOW', 'LATER', 'AFTER_UPGRADE', 'NEVER'] as const;

/** The members of an answer to `run`. */
export function resultForm(result: SyncResult): Json {
  const { report } = result;
  const form =
    report === undefined
      ? endingForm(result)
      : { ...endingForm(result), report: reportForm(report) };
  const turned = result.kind === 'complete' ? result.turned : undefined;
  // The second half of the draft `turn`, by the way that extensions of an answer have.
  return turned === undefined ? form : { ...form, 'x-turned': resultForm(turned) };
}

/** How it ended, without what it did. */
export function endingForm(result: SyncResult): Json {
  if (result.kind === 'complete') return { result: 'completed' };
  if (result.kind === 'interrupted') return { result: 'interrupted', detail: result.detail };
  const { kind, by, code, codeName, retry, requirement, detail } = result;
  // Nothing travels where a seal is broken, so there is no code either.
  const isSilent = requirement === 'PSP-SEAL-4';
  return {
    result: code === ErrorCode.DECLINED ? 'declined' : kind,
    by,
    ...(isSilent ? {} : { reason: codeName.replace('UNKNOWN_', ''), retry: retryName(retry) }),
    ...(requirement === undefined ? {} : { requirement }),
    ...(detail === '' ? {} : { detail }),
  };
}

function retryName(retry: RetryClass): string {
  // PSP-ABORT-6
  return retryNames.find((name) => RetryClass[name] === retry) ?? 'NEVER';
}

/** A user's cancellation before there was a stream. */
export const cancelledForm: Json = { result: 'cancelled', by: 'us', reason: 'CANCELLED' };

function reportForm(report: SyncReport): Json {
  const { complete, payloads, mode, cursor, peer, types, conflicts, refused, dangling } = report;
  return {
    complete,
    payloads,
    mode,
    cursor,
    peer: { replica: peer.replicaId, displayName: peer.displayName },
    types: types.map(({ resourceType, offered, ...counts }) => ({
      type: resourceType,
      ...(offered === undefined ? {} : { offered: counterOf(BigInt(offered)) }),
      transferred: counts.transferred,
      acknowledged: counts.acknowledged,
      outcomes: counts.outcomes,
      withheld: counts.withheld,
    })),
    conflicts: conflicts.items.map(resourceForm),
    refused: refused.items.map(resourceForm),
    ...(dangling === undefined
      ? {}
      : { dangling: dangling.targets.items.length + dangling.targets.more }),
  };
}

function resourceForm({ resourceType, resourceId, outcome, code }: ResourceReport): Json {
  const named = { type: resourceType, id: resourceId, outcome };
  return code === undefined ? named : { ...named, code };
}
