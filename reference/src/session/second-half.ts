// The second half of a session under the draft capability `turn`: the same connection, keys and
// counters, the other role (spec/draft/turn.md). Knows the two roles; they do not know each other.
import type { Ending } from '../machine/index.ts';
import { Driver } from './driver.ts';
import type { FirstHalf } from './half.ts';
import type { ReceiverSessionOptions, SenderSessionOptions, Settings } from './options.ts';
import { ReceiverRole } from './receiver-role.ts';
import { resultOf } from './result.ts';
import type { SyncComplete, SyncResult } from './result.ts';
import type { SyncReport } from '../sync/index.ts';
import { SenderRole } from './sender-role.ts';

/** Goes on as receiver: the sender of the first half was asked to. */
export async function receiveSecondHalf(
  options: SenderSessionOptions,
  settings: Settings,
  first: FirstHalf,
): Promise<SyncResult> {
  if (options.turn === undefined) throw new Error('turn was agreed on and is not configured');
  // Nobody is asked for a secret: the connection is authenticated.
  const own: ReceiverSessionOptions = {
    ...options.turn,
    identity: settings.identity,
    askSecret: async () => undefined,
  };
  const connect = (role: ReceiverRole) => new Driver(role, first.driver.channel, settings);
  const role = new ReceiverRole(own, settings, connect, { first });
  const run = role.driver.run();
  // PSP-TURN-7: a receiver in PREPARING, as if it had read an Identity.
  role.perform({ kind: 'PREPARE_REQUEST' }, { kind: 'IDENTITY' });
  const { ending, cause } = await run;
  return resultOf(ending, role.report, cause);
}

/** Goes on as sender: the receiver of the first half has asked to. */
export async function sendSecondHalf(
  options: ReceiverSessionOptions,
  settings: Settings,
  first: FirstHalf,
): Promise<SyncResult> {
  if (options.turn === undefined) throw new Error('turn was agreed on and is not configured');
  const own: SenderSessionOptions = { ...options.turn, identity: settings.identity, secrets: [] };
  const connect = (role: SenderRole) => new Driver(role, first.driver.channel, settings);
  const role = new SenderRole(own, settings, connect, Promise.resolve(), { first });
  const { ending, cause } = await role.driver.run();
  return resultOf(ending, role.report, cause);
}

function completeOf(report: SyncReport | undefined): SyncComplete {
  if (report === undefined) throw new Error('a complete half has a report');
  return { kind: 'complete', report };
}

/** The result of a sender whose first half is complete, whatever came after it (PSP-TURN-13). */
export function afterDelivery(
  role: SenderRole,
  { ending, cause }: { readonly ending: Ending; readonly cause: unknown },
  second: SyncResult | undefined,
): SyncResult {
  const first = completeOf(role.report);
  if (second !== undefined) return { ...first, turned: second };
  // PSP-TURN-6: nobody turned; or the connection failed before anybody could.
  if (ending.kind === 'complete') return first;
  return { ...first, turned: resultOf(ending, undefined, cause) };
}

/** The result of a receiver that has turned. */
export function afterReceipt(role: ReceiverRole, second: SyncResult): SyncResult {
  // PSP-DONE-8: a Receipt that never left this device completes nothing.
  if (!role.hasSentReceipt()) {
    const ending: Ending = { kind: 'interrupted', detail: 'the Receipt did not leave this device' };
    return resultOf(ending, role.report, 'cause' in second ? second.cause : undefined);
  }
  const first = completeOf(role.report);
  return { ...first, turned: second };
}
