// Holds the files of cases to their JSON Schemas, and says in a sentence what is wrong. Knows no
// flow and no entry.
import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ErrorObject } from 'ajv/dist/2020.js';
import type { Path } from './yaml-file.ts';

/** What a file is. */
export type FileKind = 'cases' | 'flows' | 'data' | 'mutants';

/** What is wrong with a part of a file. */
export interface SchemaFault {
  readonly path: Path;
  readonly message: string;
}

const folder = new URL('../../schema/', import.meta.url);
const schemas = [
  'control-v1/values',
  'control-v1/commands',
  'case-v1/steps',
  'case-v1/flows',
  'case-v1/cases',
  'case-v1/data',
  'case-v1/mutants',
];

let loaded: Ajv2020 | undefined;

function load(): Ajv2020 {
  if (loaded !== undefined) return loaded;
  const options = { allErrors: true, verbose: true, strict: true, allowUnionTypes: true };
  // Each run compiles them once and uses them once: making them faster takes longer than they do.
  const code = { optimize: false };
  const ajv = new Ajv2020({ ...options, code, strictRequired: false, strictTypes: false });
  for (const name of schemas) {
    ajv.addSchema(JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8')) as object);
  }
  loaded = ajv;
  return ajv;
}

/** What is wrong with the content of a file; nothing where it is as its schema says. */
export function checkFile(kind: FileKind, value: unknown): readonly SchemaFault[] {
  const validate = load().getSchema(`urn:fhirpeersync:case:1:${kind}#/$defs/file`);
  if (validate === undefined) throw new Error(`no schema of ${kind}`);
  if (validate(value) === true) return [];
  return faultsOf(validate.errors ?? []);
}

// Said by the errors that they sum up.
const summaries = new Set(['anyOf', 'if', 'propertyNames']);

function faultsOf(errors: readonly ErrorObject[]): SchemaFault[] {
  const telling = errors.filter(({ keyword }) => !summaries.has(keyword));
  const faults = new Map<string, SchemaFault>();
  // A missing verb shows as one error for each verb: the sum says it better.
  const sums = new Set(
    telling.filter(({ keyword }) => keyword === 'oneOf').map(({ instancePath }) => instancePath),
  );
  for (const error of telling.length > 0 ? telling : errors) {
    if (error.keyword === 'required' && sums.has(error.instancePath)) {
      if (error.schemaPath.includes('/oneOf/')) continue;
    }
    const fault = faultOf(error);
    const key = fault.path.join('.');
    // The first of one member: the rest are other ways to say it.
    if (!faults.has(key)) faults.set(key, fault);
  }
  return [...faults.values()];
}

function faultOf(error: ErrorObject): SchemaFault {
  const params = error.params as Readonly<Record<string, unknown>>;
  const path = pathOf(error.instancePath);
  const about = describe(error);
  switch (error.keyword) {
    case 'required':
      return { path: [...path, String(params['missingProperty'])], message: 'is missing; add it' };
    case 'additionalProperties': {
      const known = Object.keys(propertiesOf(error)).join(', ');
      return {
        path: [...path, String(params['additionalProperty'])],
        message: `does not exist here; there are ${known}`,
      };
    }
    case 'enum':
      return { path, message: `has to be one of ${listed(params['allowedValues'])}` };
    case 'const':
      return { path, message: `has to be ${JSON.stringify(params['allowedValue'])}${about}` };
    case 'oneOf':
      return { path, message: `write ${about.slice(2, -1)}` };
    case 'type':
      return { path, message: `has to be of type ${String(params['type'])}${about}` };
    default:
      return { path, message: `${error.message ?? 'is not valid'}${about}` };
  }
}

const listed = (values: unknown): string => (values as readonly unknown[]).map(String).join(', ');

function propertiesOf(error: ErrorObject): object {
  const schema = error.parentSchema as { readonly properties?: object } | undefined;
  return schema?.properties ?? {};
}

function describe(error: ErrorObject): string {
  const text = (error.parentSchema as { readonly description?: unknown } | undefined)?.description;
  return typeof text === 'string' ? ` (${text})` : '';
}

function pathOf(pointer: string): (string | number)[] {
  return pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
}
