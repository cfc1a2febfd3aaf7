// Search by code: what codes with their systems an element has. Compares text as it is; knows no
// terminology.
import { isJsonArray, jsonAt, type JsonValue } from '../json-value.ts';
import type { ElementPath, FoundElement } from './element-paths.ts';
import type { ValueParts } from './value-text.ts';

interface Code {
  readonly system: JsonValue | undefined;
  readonly code: JsonValue | undefined;
}

function codesOf({ value, type, system }: FoundElement): readonly Code[] {
  switch (type) {
    case 'CodeableConcept': {
      const codings = jsonAt(value, 'coding');
      return isJsonArray(codings) ? codings.map(codingOf) : [];
    }
    case 'Coding':
      return [codingOf(value)];
    case 'Identifier':
      return [{ system: jsonAt(value, 'system'), code: jsonAt(value, 'value') }];
    case 'ContactPoint':
      // Its `system` says phone or email and is no code system.
      return [{ system: undefined, code: jsonAt(value, 'value') }];
    case 'boolean':
      return [{ system: undefined, code: typeof value === 'boolean' ? String(value) : undefined }];
    default:
      return [{ system, code: value }];
  }
}

function codingOf(value: JsonValue): Code {
  return { system: jsonAt(value, 'system'), code: jsonAt(value, 'code') };
}

function hasSystem({ type, system }: ElementPath): boolean {
  const withSystem = ['Coding', 'CodeableConcept', 'Identifier'];
  return withSystem.includes(type) || system !== undefined;
}

/**
 * The test of one alternative: `code`, `system|code`, `|code` or `system|`. Undefined when it is
 * none of them, asks for the system of elements that have none, or for what is no boolean.
 */
export function tokenTest(
  parts: ValueParts,
  paths: readonly ElementPath[],
): ((element: FoundElement) => boolean) | undefined {
  const [first = '', second] = parts;
  if (second === undefined) {
    const isBoolean = paths.every(({ type }) => type === 'boolean');
    if (isBoolean && first !== 'true' && first !== 'false') return undefined;
    return (element) => codesOf(element).some(({ code }) => code === first);
  }
  // PSP-SEL-15: a phone number has no code system; a match with nothing would hide records.
  if (parts.length > 2 || !paths.some(hasSystem)) return undefined;
  const system = first === '' ? undefined : first;
  return (element) =>
    codesOf(element).some(
      (found) => found.system === system && (second === '' || found.code === second),
    );
}
