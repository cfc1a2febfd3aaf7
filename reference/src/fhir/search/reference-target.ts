// What a reference names, by its text alone: nothing is resolved. Knows nothing of search values.
import { jsonAt, type JsonValue } from '../json-value.ts';

/** `Type/id`, as the text of a reference on this server has it. */
export interface LocalName {
  readonly type: string;
  readonly id: string;
}

const whole = /^([A-Z][A-Za-z0-9]{0,63})\/([A-Za-z0-9\-.]{1,64})$/;
const atEnd = /(?:^|\/)([A-Z][A-Za-z0-9]{0,63})\/[A-Za-z0-9\-.]{1,64}$/;
const version = /\/_history\/[A-Za-z0-9\-.]{1,64}$/;

/** The text without `/_history/` and a version at its end. */
export function withoutVersion(reference: string): string {
  return reference.replace(version, '');
}

/**
 * The local name in a reference: of a relative one, and of an absolute one below the server's URL.
 * Undefined for every other text, among them contained resources and `urn:uuid:`.
 *
 * @param serverUrl - Without a slash at its end; empty: absolute references are never local.
 */
export function localName(reference: string, serverUrl: string): LocalName | undefined {
  const isHere = serverUrl !== '' && reference.startsWith(`${serverUrl}/`);
  const relative = isHere ? reference.slice(serverUrl.length + 1) : reference;
  const [, type, id] = whole.exec(relative) ?? [];
  return type === undefined || id === undefined ? undefined : { type, id };
}

/**
 * The resource type that a Reference points to, as far as it says so: the type before the id in its
 * text, or else its `type`. Undefined where it does not say.
 */
export function targetOf(reference: JsonValue): string | undefined {
  const text = jsonAt(reference, 'reference');
  const inText = typeof text === 'string' ? atEnd.exec(withoutVersion(text))?.[1] : undefined;
  const type = jsonAt(reference, 'type');
  return inText ?? (typeof type === 'string' ? type : undefined);
}
