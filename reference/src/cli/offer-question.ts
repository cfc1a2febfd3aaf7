// Asks the receiver's user whether to take what is offered. Shows the sender's name and the totals
// before anything is stored (PSP-PRIV-1).
import type { Agreement } from '../session/options.ts';
import type { Offer } from '../wire/messages.ts';
import type { Cancellation } from './cancellation.ts';
import { formatCount, formatNumber } from './number-text.ts';
import type { Screen } from './screen.ts';
import { shownName } from './shown-name.ts';

const typesShown = 6;

/** Makes the question for a session; with `yes` it only says what is offered. */
export function agreementWith(
  screen: Screen,
  cancellation: Cancellation,
  yes: boolean,
): (agreement: Agreement) => Promise<boolean> {
  return async ({ sender, offer, signal }) => {
    const name = shownName(sender.displayName);
    screen.emit({ event: 'authenticated' });
    screen.emit({ event: 'offer', sender: name, records: recordsIn(offer) ?? null });
    screen.hint(`${name} offers ${offerText(offer)}.`);
    if (yes) return true;
    const onCancel = (): void => {
      cancellation.cancel();
    };
    const question = `Receive ${countText(offer)} from ${name}? [Y/n] `;
    for (;;) {
      const answer = await screen.ask(question, signal, onCancel);
      if (answer === undefined) return false;
      const word = answer.trim().toLowerCase();
      if (['', 'y', 'yes'].includes(word)) return true;
      if (['n', 'no'].includes(word)) return false;
      screen.problem('Answer y for yes or n for no.');
    }
  };
}

function recordsIn({ indeterminate, totals }: Offer): number | undefined {
  if (indeterminate) return undefined;
  return totals.reduce((sum, { entries }) => sum + Number(entries), 0);
}

function countText(offer: Offer): string {
  const records = recordsIn(offer);
  return records === undefined ? 'an unknown number of records' : formatCount(records, 'record');
}

function offerText(offer: Offer): string {
  const totals = offer.totals.filter(({ entries }) => entries > 0n);
  const largest = [...totals].sort((a, b) => Number(b.entries - a.entries)).slice(0, typesShown);
  // PSP-ID-4 in spirit: a type is the peer's text too.
  const named = largest.map(
    ({ entries, resourceType }) =>
      `${formatNumber(Number(entries))} ${shownName(resourceType, 'unnamed')}`,
  );
  const rest = totals.length - largest.length;
  if (rest > 0) named.push(`${rest} more types`);
  return named.length === 0 ? countText(offer) : `${countText(offer)}: ${named.join(', ')}`;
}
