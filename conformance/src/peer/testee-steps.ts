// Steps that are about the testee itself and not about its messages: events of the control channel,
// and a loss of power. It plays nothing on the wire.
import type { Testee } from '../control/testee.ts';
import type { Heard } from './endpoint.ts';
import { contains, isSmallTalk, type Departure } from './hearing.ts';
import type { PowerLoss, PowerWatch } from './power-loss.ts';
import type { EventStep, KillStep } from './script.ts';

/**
 * Waits for an event; `stored` is news for whoever watches the power as well.
 *
 * @param hear - What the testee has said on the wire by now.
 */
export async function awaitEvent(
  step: EventStep,
  testee: Testee,
  patienceMs: number,
  power: PowerWatch,
  hear: () => Promise<Heard>,
): Promise<Departure | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const left = Math.max(0, deadline - performance.now());
    const event = await testee.waitFor(step.event, left);
    if (!('ev' in event)) {
      const detail = event.detail.replace(/ within.*/, '.');
      // A run or a session that has ended is more than an event that did not come.
      const goesOn = testee.isRunning && (await isSilent(hear));
      return { step: step.id, detail, ...(goesOn ? { goesOn } : {}) };
    }
    if (event.ev === 'stored') power.stored(Number(event.throughSequence));
    // Others of that name came before it: a question about the secret, an earlier Payload.
    if (contains({ ...event }, step.where ?? {})) return undefined;
  }
}

/** Whether it has said nothing but small talk since. */
async function isSilent(hear: () => Promise<Heard>): Promise<boolean> {
  for (;;) {
    const heard = await hear();
    if (heard.kind !== 'message') return heard.kind === 'silence';
    if (!isSmallTalk(heard.message)) return false;
  }
}

/**
 * Takes the power from a testee.
 *
 * @param lossShare - The moment, where the script wants several.
 * @param hearRest - Reads what the testee still said before it was gone.
 */
export async function losePower(
  { id, moments }: KillStep,
  testee: Testee,
  power: PowerWatch,
  lossShare: number,
  hearRest: () => Promise<void>,
): Promise<PowerLoss> {
  if (moments !== undefined) await power.wait(lossShare);
  await testee.kill();
  await hearRest();
  for (;;) {
    const event = await testee.waitFor('stored', 0);
    if (!('ev' in event)) return power.loss(id);
    power.stored(Number(event.throughSequence));
  }
}
