// Holds names and numbers of the prose to the tables: error codes, values of enums, states, events,
// actions, fields, limits. It tells whether a name exists, not whether it is the right one.
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { proseLines, withoutCode } from './document.ts';
import type { Chapter, Fault } from './document.ts';
import { isList, isRecord, readData, recordsAt, textAt } from './records.ts';
import type { Json, JsonRecord } from './records.ts';
import type { Requirement } from './requirements.ts';
import { enumValues, fieldsOf } from './schema.ts';
import type { Schema } from './schema.ts';

/** Everything that has a name in the data of the specification. */
export interface Names {
  readonly errors: ReadonlySet<string>;
  /** Error codes and all other names in capitals. */
  readonly constants: ReadonlySet<string>;
  readonly fields: ReadonlySet<string>;
}

/** States, events and actions that drafts add. */
function namesOfDrafts(root: string): JsonRecord[] {
  const paths = globSync('draft/states/*.json', { cwd: join(root, 'spec') }).sort();
  return paths.flatMap((path) => {
    const data = readData(root, path);
    return ['sender', 'receiver'].flatMap((role) => {
      const added = data[role];
      if (!isRecord(added)) return [];
      return ['states', 'events', 'actions'].flatMap((key) => recordsAt(added, key));
    });
  });
}

/** Reads the names of version 1 and of its drafts. */
export function readNames(root: string, schema: Schema, chapters: readonly Chapter[]): Names {
  const errors = recordsAt(readData(root, 'v1/errors.json'), 'errors').map((record) =>
    textAt(record, 'name'),
  );
  const machines = ['sender', 'receiver'].flatMap((role) => {
    const data = readData(root, `v1/states/${role}.json`);
    return ['states', 'events', 'actions'].flatMap((key) => recordsAt(data, key));
  });
  return {
    errors: new Set(errors),
    constants: new Set([
      ...errors,
      ...[...schema.keys()].flatMap((name) => enumValues(schema, name)),
      ...[...machines, ...namesOfDrafts(root)].map((record) => textAt(record, 'name')),
      ...chapters.flatMap(namesInTables),
    ]),
    fields: new Set(
      [...schema.keys()].flatMap((name) => fieldsOf(schema, name).map((field) => field.name)),
    ),
  };
}

/** A name in the first column of a table is defined there. */
function namesInTables(chapter: Chapter): string[] {
  return proseLines(chapter).flatMap(({ text }) => {
    const name = /^\| ([A-Z][A-Z0-9_]+) \|/.exec(text)?.[1];
    return name === undefined ? [] : [name];
  });
}

const afterPhrase = /\b(?:give up|gives up|answer(?:ed|s)?|with) (?:with )?(?:Reject |Abort )?/;
const codePhrase = new RegExp(`${afterPhrase.source}([A-Z][A-Z_]{3,})\\b`, 'g');
const joined = /(?<![\w/-])[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b(?!-)/g;
/** Words in capitals after "with" that are no code: enum values and names of other documents. */
const noCode = /^(?:DEFLATE|DIGITS|JSON|HMAC|FHIR|HKDF|PKCS|MUST|SHALL|CODE)$/;
/** The value of a required enum that is missing: every enum has one. */
const anyEnum = /^_?UNSPECIFIED$/;

/** Finds error codes and other names in capitals that no table has. */
export function checkConstants(chapters: readonly Chapter[], names: Names): Fault[] {
  return chapters.flatMap((chapter) =>
    proseLines(chapter).flatMap(({ number: line, text }) => {
      const language = text.replace(/\[PSP-[^\]]*\]/g, '').replace(/\(models\/[^)]*\)/g, '');
      const codes = [...withoutCode(language).matchAll(codePhrase)]
        .map((match) => match[1] ?? '')
        .filter((name) => !names.constants.has(name) && !noCode.test(name));
      const others = [...language.matchAll(joined)]
        .map(([name]) => name)
        .filter((name) => !names.constants.has(name) && !anyEnum.test(name));
      return [...new Set([...codes, ...others])].map((name) => ({
        path: chapter.path,
        line,
        message:
          `${name} stands in no table; correct it, or add it to spec/v1/errors.json, the schema, ` +
          'the state tables or a table of this chapter',
      }));
    }),
  );
}

/** Names in code with underscores that are functions of other documents. */
const elsewhere = new Set(['element_derivation', 'hash_to_ristretto255', 'psk_dh']);

/** Finds names of fields in code type that the schema does not have. */
export function checkFields(chapters: readonly Chapter[], { fields }: Names): Fault[] {
  return chapters.flatMap((chapter) =>
    proseLines(chapter).flatMap(({ number: line, text }) => {
      const code = [...text.matchAll(/`([^`]*)`/g)].map((match) => match[1] ?? '').join(' ');
      const found = [...code.matchAll(/\b[a-z]+(?:_[a-z0-9]+)+\b/g)].map(([name]) => name);
      const unknown = found.filter((name) => !fields.has(name) && !elsewhere.has(name));
      return [...new Set(unknown)].map((name) => ({
        path: chapter.path,
        line,
        message: `${name} is no field of proto/fhirpeersync/v1; correct it, or add it there`,
      }));
    }),
  );
}

const units: Readonly<Record<string, number>> = { KiB: 1024, MiB: 1_048_576 };
const quantity =
  /(?<![\w^])(\d[\d ]*)[  ](octets?|entries|seconds|minutes|KiB|MiB|times|characters)\b/g;

/** Numbers that are part of a format and not a limit: where they come from. */
const formatNumbers: Readonly<Record<string, string>> = {
  '5 octets': 'a tag of protobuf',
  '8 octets': 'u64',
  '43 characters': '32 octets in base64url',
  '8191 octets': 'the frame of 8 192 octets before keys without its type octet',
};

function numbersIn(value: Json | undefined): number[] {
  if (typeof value === 'number') return [value];
  if (isList(value)) return value.flatMap(numbersIn);
  return [];
}

/** Finds quantities in requirements that the table of limits does not have. */
export function checkLimits(
  requirements: readonly Requirement[],
  limits: readonly JsonRecord[],
): Fault[] {
  const known = new Set(
    limits.flatMap((limit) =>
      ['value', 'min', 'max', 'default'].flatMap((key) => numbersIn(limit[key])),
    ),
  );
  return requirements.flatMap(({ id, text, path, line }) =>
    [...withoutCode(text).matchAll(quantity)].flatMap(([shown, digits = '', unit = '']) => {
      const number = Number(digits.replaceAll(' ', ''));
      const isKnown = known.has(number * (units[unit] ?? 1));
      if (isKnown || formatNumbers[`${number} ${unit}`] !== undefined) return [];
      const message = `${id} names ${shown}, which spec/v1/limits.json does not have; add it there`;
      return [{ path, line, message }];
    }),
  );
}
