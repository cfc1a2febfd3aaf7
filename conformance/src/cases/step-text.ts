// Steps from the form they are written in. It knows the data by name and no flow.
import { KitError } from '../fault.ts';
import type { CommandName, Entry } from '../control/values.ts';
import type { EventStep, Step } from '../peer/script.ts';
import type { TextFields } from '../wire/message-text.ts';
import type { StepText } from './case-file.ts';

/** Finds an entry by its name. */
export type Entries = (name: string) => Entry;

/**
 * A step from its text.
 *
 * @throws KitError for a text that names no verb, or an entry that there is not.
 */
export function stepOf(text: StepText, entries: Entries): Step {
  const { id } = text;
  const where = text.where === undefined ? {} : { where: text.where };
  if (text.send !== undefined) {
    return {
      id,
      do: 'send',
      message: text.send,
      ...(text.fields === undefined ? {} : { fields: text.fields }),
      ...(text.entries === undefined ? {} : { entries: text.entries.map(entries) }),
      // Checked by the schema as far as it goes; encoding them checks the rest.
      ...(text.rawEntries === undefined ? {} : { rawEntries: text.rawEntries as TextFields[] }),
      ...(text.deflate === undefined ? {} : { deflate: text.deflate }),
    };
  }
  if (text.expect !== undefined) return { id, do: 'expect', message: text.expect, ...where };
  if (text.close !== undefined) return { id, do: 'close', how: text.close };
  if (text.closed === true) return { id, do: 'closed' };
  if (text.kill === true) return { id, do: 'kill' };
  if (text.event !== undefined) {
    return { id, do: 'event', event: text.event as EventStep['event'], ...where };
  }
  const [command] = Object.entries(text.control ?? {});
  if (command === undefined) throw new KitError(`step ${id} does nothing`);
  return { id, do: 'control', command: command[0] as CommandName, with: command[1] };
}
