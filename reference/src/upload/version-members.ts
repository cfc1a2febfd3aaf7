// Which members of a resource differ between two versions of a server. Pure; knows no history.
import {
  equalJson,
  isJsonObject,
  jsonAt,
  withoutServerMeta,
  type JsonObject,
  type JsonValue,
} from '../fhir/json-value.ts';

/**
 * Names of the members that differ, outside what servers write by themselves in `meta`.
 */
export function differingMembers(before: JsonValue, after: JsonValue): readonly string[] {
  const [one, other] = [membersOf(before), membersOf(after)];
  return [...new Set([...one.keys(), ...other.keys()])].filter((name) => {
    const [a, b] = [one.get(name), other.get(name)];
    return a === undefined || b === undefined ? a !== b : !equalJson(a, b);
  });
}

function membersOf(content: JsonValue): JsonObject {
  const plain = withoutServerMeta(content);
  if (!isJsonObject(plain)) return new Map();
  const meta = jsonAt(plain, 'meta');
  if (!isJsonObject(meta)) return plain;
  const members = new Map(plain);
  const own = new Map([...meta].filter(([name]) => name !== 'source'));
  // A meta that has only what the server wrote is none.
  if (own.size === 0) members.delete('meta');
  else members.set('meta', own);
  return members;
}
