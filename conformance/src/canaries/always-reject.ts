// Canary: refuses every session, in the form that the protocol has for it, and tells its user so.
//
// It gets every refusal right. A kit that looks at refusals alone gives it full marks; since no
// valid session gets through, each case that is about a refusal has to be blocked, not passed.
import { serve, type CanaryRun, type Members } from './control-lines.ts';
import { CanarySession } from './session.ts';

async function run(told: CanaryRun): Promise<Members> {
  const session = await CanarySession.open(told);
  const isSender = told.command.role === 'sender';
  // A sender that is busy says so at once; a receiver has to hear who calls.
  if (!isSender) await session.hear();
  const reason = isSender ? 'BUSY' : 'CANCELLED';
  const retry = isSender ? 'LATER' : 'NOW';
  await session.say('Reject', { code: reason, retry });
  await session.leave();
  return { result: isSender ? 'rejected' : 'cancelled', by: 'us', reason, retry };
}

await serve('always-reject', { run });
