// Holds lines of the control protocol to their JSON Schemas, and says in a sentence what is wrong
// with one. Knows no process and no meaning beyond the schemas.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject, ValidateFunction } from 'ajv/dist/2020.js';

const folder = new URL('../../schema/control-v1/', import.meta.url);
const names = ['values', 'commands', 'answers', 'events'] as const;

type SchemaName = (typeof names)[number];
type JsonObject = Readonly<Record<string, unknown>>;

/** What is wrong with a line, and where. */
export interface LineFault {
  /** Path of the member, for example `report.types[0].type`; empty: the line as a whole. */
  readonly field: string;
  /** A sentence that names the member and what to do. */
  readonly message: string;
}

interface Loaded {
  readonly ajv: Ajv2020;
  readonly members: Readonly<Record<SchemaName, readonly string[]>>;
}

let loaded: Loaded | undefined;

/** Reads the schemas once; the kit can't work without them, so a broken installation throws. */
function load(): Loaded {
  if (loaded !== undefined) return loaded;
  // `verbose` brings the schema's description along: the sentence says what belongs there.
  const options = { allErrors: true, verbose: true, strict: true, allowUnionTypes: true };
  const ajv = new Ajv2020({ ...options, strictRequired: false, strictTypes: false });
  const members: Partial<Record<SchemaName, readonly string[]>> = {};
  for (const name of names) {
    const text = readFileSync(new URL(`${name}.json`, folder), 'utf8');
    const schema = JSON.parse(text) as { readonly $defs: JsonObject };
    ajv.addSchema(schema);
    members[name] = Object.keys(schema.$defs);
  }
  loaded = { ajv, members: members as Loaded['members'] };
  return loaded;
}

/** The commands of the protocol, as the schemas name them. */
export function commandNames(): readonly string[] {
  return load().members.commands;
}

/** The events of the protocol, as the schemas name them. */
export function eventNames(): readonly string[] {
  return load().members.events;
}

/** What is wrong with a command, before it is written. */
export function checkCommand(command: JsonObject): readonly LineFault[] {
  const verb = command['cmd'];
  return typeof verb === 'string' && commandNames().includes(verb)
    ? check('commands', verb, command)
    : [{ field: 'cmd', message: 'cmd: not a command of this protocol.' }];
}

/**
 * What is wrong with an answer.
 *
 * @param command - The command it answers; one that the protocol does not have can only be refused.
 */
export function checkAnswer(command: string, answer: JsonObject): readonly LineFault[] {
  if (answer['ok'] === false) return check('answers', 'error', answer);
  if (answer['ok'] !== true) {
    const message = 'ok: has to be true or false; write true when the command was carried out.';
    return [{ field: 'ok', message }];
  }
  if (!commandNames().includes(command)) {
    const todo = 'answer it with "ok":false and kind "unsupported"';
    return [{ field: 'ok', message: `ok: the command ${command} does not exist; ${todo}.` }];
  }
  return check('answers', command, answer);
}

/** What is wrong with an event; undefined where the protocol has no such event. */
export function checkEvent(event: JsonObject): readonly LineFault[] | undefined {
  const name = event['ev'];
  if (typeof name !== 'string' || !eventNames().includes(name)) return undefined;
  return check('events', name, event);
}

function check(schema: SchemaName, definition: string, line: JsonObject): readonly LineFault[] {
  const key = `urn:fhirpeersync:control:1:${schema}#/$defs/${definition}`;
  const validate: ValidateFunction | undefined = load().ajv.getSchema(key);
  if (validate === undefined) throw new Error(`no schema ${key}`);
  if (validate(line) === true) return [];
  return faultsOf(validate.errors ?? []);
}

// Said by the errors that it sums up.
const summaries = new Set(['anyOf', 'oneOf', 'if', 'propertyNames']);

function faultsOf(errors: readonly ErrorObject[]): LineFault[] {
  // That a member might have been null as well helps nobody.
  const telling = errors.filter(
    ({ keyword, params }) => !summaries.has(keyword) && params['type'] !== 'null',
  );
  const faults = new Map<string, LineFault>();
  for (const error of telling.length > 0 ? telling : errors) {
    const fault = faultOf(error);
    // The first of one member: the rest are other ways to say it.
    if (!faults.has(fault.field)) faults.set(fault.field, fault);
  }
  return [...faults.values()];
}

function faultOf(error: ErrorObject): LineFault {
  const params = error.params as Readonly<Record<string, unknown>>;
  const at = fieldOf(error.instancePath);
  const inside = (name: unknown): string => (at === '' ? String(name) : `${at}.${String(name)}`);
  const about = describe(error);
  switch (error.keyword) {
    case 'required': {
      const field = inside(params['missingProperty']);
      return { field, message: `${field}: is missing; add it.` };
    }
    case 'additionalProperties':
    case 'unevaluatedProperties': {
      const field = inside(params['additionalProperty'] ?? params['unevaluatedProperty']);
      const todo = 'check its spelling, or begin the name with x-';
      return { field, message: `${field}: this member does not exist here; ${todo}.` };
    }
    case 'enum': {
      const values = params['allowedValues'] as readonly (string | null)[];
      const allowed = values.filter((value) => value !== null);
      const name = error.propertyName ?? '';
      const field = name === '' ? at : inside(name);
      return { field, message: `${field}: has to be one of ${allowed.join(', ')}.` };
    }
    case 'const':
      return { field: at, message: `${at}: has to be ${JSON.stringify(params['allowedValue'])}.` };
    case 'type': {
      const type = String(params['type']).replace(',', ' or ');
      return { field: at, message: `${at}: has to be of type ${type}${about}.` };
    }
    default:
      return { field: at, message: `${at}: ${error.message ?? 'is not valid'}${about}.` };
  }
}

function describe(error: ErrorObject): string {
  const text = (error.parentSchema as { readonly description?: unknown } | undefined)?.description;
  return typeof text === 'string' ? ` (${text})` : '';
}

/** `/report/types/0/type` → `report.types[0].type`. */
function fieldOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index === 0 ? '' : '.'}${part}`))
    .join('');
}
