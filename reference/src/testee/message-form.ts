// Messages as the control protocol writes them: field names of the schema, octets in hex, enums by
// name. Knows the shape of messages, not what they mean. Pure.
import {
  Capability,
  CursorDisposition,
  decodeMessage,
  encodeMessage,
  EntryOutcome,
  ErrorCode,
  FhirRelease,
  isViolation,
  Limits,
  MessageType,
  Outcome,
  OutcomeCount,
  PakeShare,
  PakeSuite,
  PayloadEncoding,
  ResourceSyncParams,
  RetryClass,
  SearchParameter,
  SecretKind,
  SelectionMode,
  TypeCount,
  TypeParams,
  UsageError,
  WithheldCount,
  WithheldReason,
  Window,
  type KnownMessage,
  type MessageName,
} from '../wire/index.ts';
import * as messages from '../wire/messages.ts';
import { counterOf, hexOf } from './entry-form.ts';
import { invalid } from './refusal.ts';

type Json = Record<string, unknown>;

interface Shape {
  decode(octets: Uint8Array): object;
}

/** The messages inside of messages, by the field that holds them. */
const nested: Readonly<Record<string, Shape>> = {
  pakeShares: PakeShare,
  limits: Limits,
  capabilities: Capability,
  params: ResourceSyncParams,
  window: Window,
  types: TypeParams,
  parameters: SearchParameter,
  totals: TypeCount,
  withheld: WithheldCount,
  outcomes: EntryOutcome,
  entries: TypeCount,
  counts: OutcomeCount,
};

const enums: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  pakeSuite: PakeSuite,
  secretKind: SecretKind,
  fhirRelease: FhirRelease,
  code: ErrorCode,
  retry: RetryClass,
  mode: SelectionMode,
  cursorDisposition: CursorDisposition,
  outcome: Outcome,
  reason: WithheldReason,
  encoding: PayloadEncoding,
};

/** Reads a body. @returns the message, or the code with which a session would end. */
export function decodeForm(body: Uint8Array): Json {
  const message = decodeMessage(body);
  if (isViolation(message)) return { fault: nameOfCode(message.code) };
  if (message.type === 'Ignorable') return { message: { Ignorable: { type: message.typeOctet } } };
  return { message: { [message.type]: fieldsForm(message.value) } };
}

/** Writes a message. @throws Refusal where it has no such field, or breaks a bound of its format */
export function encodeForm(value: unknown): Uint8Array {
  const [name, fields] = Object.entries((value ?? {}) as Json)[0] ?? ['', {}];
  if (!(name in MessageType)) throw invalid(`no message ${name}`, 'message');
  const type = name as MessageName;
  try {
    const filled = fill(messages[type], fields, `message.${name}`);
    return encodeMessage({ type, value: filled } as KnownMessage);
  } catch (error) {
    if (error instanceof UsageError) throw invalid(error.message, 'message');
    throw error;
  }
}

function nameOfCode(code: ErrorCode): string {
  return Object.entries(ErrorCode).find(([, value]) => value === code)?.[0] ?? String(code);
}

function fieldsForm(message: object): Json {
  const fields: Json = {};
  for (const [name, value] of Object.entries(message) as [string, unknown][]) {
    if (name === '_unknownFields' || isDefault(value)) continue;
    fields[snakeCase(name)] = Array.isArray(value)
      ? value.map((item) => valueForm(name, item))
      : valueForm(name, value);
  }
  return fields;
}

function isDefault(value: unknown): boolean {
  if (Array.isArray(value) || value instanceof Uint8Array) return value.length === 0;
  return value === undefined || value === '' || value === 0 || value === 0n || value === false;
}

function valueForm(name: string, value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex:${hexOf(value)}`;
  if (typeof value === 'bigint') return counterOf(value);
  if (typeof value === 'object' && value !== null) return fieldsForm(value);
  const names = Object.entries(enums[name] ?? {});
  const known = names.find(([key, number]) => number === value && key !== 'UNRECOGNIZED');
  return known?.[0] ?? value;
}

/** A message of its defaults with the given fields put in. */
function fill(shape: Shape, fields: unknown, path: string): object {
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw invalid(`${path} has to be an object`, path);
  }
  const message = shape.decode(new Uint8Array(0)) as Json;
  for (const [given, value] of Object.entries(fields as Json)) {
    const name = given.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
    const at = `${path}.${given}`;
    if (!(name in message) || name === '_unknownFields') throw invalid(`no field ${at}`, at);
    const before = message[name];
    message[name] = Array.isArray(before)
      ? (value as unknown[]).map((item) => one(name, undefined, item, at))
      : one(name, before, value, at);
  }
  return message;
}

function one(name: string, before: unknown, value: unknown, path: string): unknown {
  const shape = nested[name];
  if (before === undefined && shape !== undefined) return fill(shape, value, path);
  const isWord = typeof value === 'string';
  if (before instanceof Uint8Array) {
    if (!isWord || !value.startsWith('hex:')) throw invalid(`${path} has to be hex:…`, path);
    return new Uint8Array(Buffer.from(value.slice('hex:'.length), 'hex'));
  }
  if (typeof before === 'bigint') return BigInt(value as number | string);
  const number = isWord ? enums[name]?.[value] : undefined;
  if (typeof before === 'number' && isWord) {
    if (number === undefined) throw invalid(`${path}: no such name as ${value}`, path);
    return number;
  }
  return value;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
