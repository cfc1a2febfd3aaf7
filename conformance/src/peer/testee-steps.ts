// Steps that are about the testee itself and not about its messages: events of the control channel,
// and a loss of power. It plays nothing on the wire.
import type { Testee } from '../control/testee.ts';
import { contains, type Departure } from './hearing.ts';
import type { PowerLoss, PowerWatch } from './power-loss.ts';
import type { EventStep, KillStep } from './script.ts';

/** Waits for an event; `stored` is news for whoever watches the power as well. */
export async function awaitEvent(
  step: EventStep,
  testee: Testee,
  patienceMs: number,
  power: PowerWatch,
): Promise<Departure | undefined> {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const left = Math.max(0, deadline - performance.now());
    const event = await testee.waitFor(step.event, left);
    if (!('ev' in event)) return { step: step.id, detail: event.detail.replace(/ within.*/, '.') };
    if (event.ev === 'stored') power.stored(Number(event.throughSequence));
    // Others of that name came before it: a question about the secret, an earlier Payload.
    if (contains({ ...event }, step.where ?? {})) return undefined;
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
