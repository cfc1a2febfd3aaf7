// Steps from the form they are written in. It knows the data by name and no flow.
import { KitError } from '../fault.ts';
import type { CommandName } from '../control/values.ts';
import type { EventStep, SendStep, Step } from '../peer/script.ts';
import { unfoldedShort } from '../wire/folded-values.ts';
import { messageFromText, octetsFromText, type TextFields } from '../wire/message-text.ts';
import { fieldsOf, schemaNamed } from '../wire/schema.ts';
import type { StepText } from './case-file.ts';
import { CaseTextError } from './case-text-error.ts';
import type { DataSet } from './data-set.ts';

type Members = Readonly<Record<string, unknown>>;

const isHeard = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && '$heard' in value;

/** What takes a field away, or is known only in the play, stands for nothing to be encoded. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, item]) => item !== null && !isHeard(item));
  return Object.fromEntries(kept.map(([name, item]) => [name, withoutNulls(item)]));
}

/**
 * Holds fields to the schema of their message: names, kinds, octets.
 *
 * @throws CaseTextError that names what the message lacks.
 */
export function checkFields(message: string, fields: Members, field: string): void {
  try {
    messageFromText(schemaNamed(message), withoutNulls(unfoldedShort(fields)) as TextFields);
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    throw new CaseTextError(field, error.message);
  }
}

function schemaOf(message: string, field: string): ReturnType<typeof schemaNamed> {
  try {
    return schemaNamed(message);
  } catch (error) {
    if (!(error instanceof KitError)) throw error;
    throw new CaseTextError(field, error.message);
  }
}

/**
 * Holds names to the fields of a message.
 *
 * @throws CaseTextError for a message or a field that there is not.
 */
export function checkNames(message: string, wanted: readonly string[], field: string): void {
  const names = fieldsOf(schemaOf(message, field)).map(({ name }) => name);
  const unknown = wanted.find((name) => !names.includes(name));
  if (unknown === undefined) return;
  const known = names.join(', ');
  throw new CaseTextError(field, `${message} has no field ${unknown}; it has ${known}`);
}

function checkHeard(message: string, { id, where = {}, depends = [] }: StepText): void {
  checkNames(message, Object.keys(where), `steps.${id}.where`);
  checkNames(message, depends, `steps.${id}.depends`);
}

function sendStep(text: StepText, message: string, data: DataSet): SendStep {
  const at = `steps.${text.id}`;
  checkFields(message, text.fields ?? {}, `${at}.fields`);
  for (const entry of text.rawEntries ?? []) checkFields('SyncPayload', entry, `${at}.rawEntries`);
  return {
    id: text.id,
    do: 'send',
    message,
    ...(text.fields === undefined ? {} : { fields: text.fields }),
    ...(text.entries === undefined ? {} : { entries: data.entries(text.entries, `${at}.entries`) }),
    // Checked above.
    ...(text.rawEntries === undefined ? {} : { rawEntries: text.rawEntries as TextFields[] }),
    ...(text.deflate === undefined ? {} : { deflate: text.deflate }),
    ...(text.rush === undefined ? {} : { rush: text.rush }),
    ...(text.part === undefined ? {} : { part: text.part }),
    ...(text.seal === undefined ? {} : { tamper: { kind: 'seal', how: text.seal } }),
  };
}

/**
 * A step from its text.
 *
 * @throws CaseTextError for an entry that there is not, or a field that its message lacks.
 */
export function stepOf(text: StepText, data: DataSet): Step {
  const { id } = text;
  const where = text.where === undefined ? {} : { where: text.where };
  const depends = text.depends === undefined ? {} : { depends: text.depends };
  if (text.send !== undefined) return sendStep(text, text.send, data);
  if (text.raw !== undefined) {
    const tamper = { kind: 'raw', body: octetsFromText(text.raw) } as const;
    return { id, do: 'send', message: 'KeepAlive', tamper };
  }
  if (text.expect !== undefined) {
    checkHeard(text.expect, text);
    return { id, do: 'expect', message: text.expect, ...where, ...depends };
  }
  if (text.collect === true) {
    checkHeard('Complete', text);
    return { id, do: 'collect', ...where, ...depends };
  }
  if (text.stuff !== undefined) return { id, do: 'stuff', octets: text.stuff };
  if (text.close !== undefined) return { id, do: 'close', how: text.close };
  if (text.closed === true) return { id, do: 'closed' };
  if (text.kill === true) return { id, do: 'kill' };
  if (text.kill !== undefined) return { id, do: 'kill', moments: text.kill };
  if (text.open === true) return { id, do: 'open' };
  if (text.again !== undefined) return { id, do: 'again', ...text.again };
  if (text.dial !== undefined) {
    return { id, do: 'dial', as: text.dial, code: text.code === true };
  }
  if (text.use !== undefined) return { id, do: 'use', connection: text.use };
  if (text.ended !== undefined) {
    return { id, do: 'ended', results: [text.ended].flat(), holds: text.hold === true };
  }
  if (text.event !== undefined) {
    return { id, do: 'event', event: text.event as EventStep['event'], ...where };
  }
  const [command] = Object.entries(text.control ?? {});
  if (command === undefined) throw new KitError(`step ${id} does nothing`);
  return { id, do: 'control', command: command[0] as CommandName, with: command[1] };
}
