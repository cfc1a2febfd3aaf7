// Canary: says that all went well, whatever happened. As receiver it makes a real connection with
// real keys, acknowledges every Payload as stored, and stores nothing; as sender it offers and
// completes without sending anything. It never refuses, never aborts, and answers every command.
//
// A kit that believes what it is told gives it full marks. It has to prove almost nothing: what it
// may prove are sessions that carry nothing.
import type { Report } from '../control/values.ts';
import { serve, type CanaryRun, type Members } from './control-lines.ts';
import { CanarySession } from './session.ts';

async function receive(session: CanarySession, { command }: CanaryRun): Promise<void> {
  if (!(await session.greet()) || !(await session.await('Identity'))) return;
  await session.say('Request', { mode: command.params.mode ?? 'CURSOR' });
  for (;;) {
    const heard = await session.hear();
    if (heard.kind !== 'message') return;
    const { name } = heard.message;
    if (name === 'Payload') await session.say('Ack');
    if (name === 'Complete') await session.say('Receipt');
  }
}

async function send(session: CanarySession): Promise<void> {
  if (!(await session.greet())) return;
  await session.say('Identity');
  if (!(await session.await('Request'))) return;
  await session.say('Offer');
  await session.say('Complete');
  await session.await('Receipt');
}

/** What a session would have done, had it been one. */
function reportOf(session: CanarySession, { command, reset }: CanaryRun): Report {
  const counts = new Map(session.scene.entries);
  for (const { type } of command.role === 'sender' ? reset.seed.entries : []) {
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  const types = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return {
    complete: true,
    types: types.map(([type, transferred]) => {
      return { type, transferred, acknowledged: transferred, outcomes: { STORED: transferred } };
    }),
  };
}

async function run(told: CanaryRun): Promise<Members> {
  const session = await CanarySession.open(told);
  await (told.command.role === 'receiver' ? receive(session, told) : send(session));
  await session.leave();
  return { result: 'completed', report: reportOf(session, told) };
}

await serve('always-yes', { run, other: () => ({}) });
