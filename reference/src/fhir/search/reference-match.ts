// Search by reference: `Type/id`, a bare id, an absolute or canonical URL. Follows no reference;
// chains and types as modifiers are not for it.
import { jsonAt } from '../json-value.ts';
import type { ElementPath, FoundElement } from './element-paths.ts';
import { localName, withoutVersion } from './reference-target.ts';
import type { ValueParts } from './value-text.ts';

const idForm = /^[A-Za-z0-9\-.]{1,64}$/;
const absoluteForm = /^[A-Za-z][A-Za-z0-9+.-]*:[^\s]+$/;

interface Named {
  /** The text of the reference without a version. */
  readonly text: string;
  /** Of a canonical: the version after `|`. */
  readonly version: string | undefined;
}

function nameOf({ value, type }: FoundElement): Named | undefined {
  const text = type === 'Reference' ? jsonAt(value, 'reference') : value;
  if (typeof text !== 'string') return undefined;
  if (type === 'Reference') return { text: withoutVersion(text), version: undefined };
  if (type !== 'canonical') return { text, version: undefined };
  const [url = '', version] = text.replace(/#.*$/s, '').split('|');
  return { text: url, version };
}

/**
 * The test of one alternative. Undefined when it is none of the supported forms, or has a version
 * where no element is canonical.
 *
 * @param serverUrl - What absolute references are local below; empty: none are.
 */
export function referenceTest(
  parts: ValueParts,
  paths: readonly ElementPath[],
  serverUrl: string,
): ((element: FoundElement) => boolean) | undefined {
  const [wanted = '', version] = parts;
  const isCanonical = paths.some(({ type }) => type === 'canonical');
  if (version !== undefined && (parts.length > 2 || version === '' || !isCanonical)) {
    return undefined;
  }
  const has = (element: FoundElement, test: (text: string) => boolean): boolean => {
    const name = nameOf(element);
    if (name === undefined || !test(name.text)) return false;
    return version === undefined || name.version === version;
  };
  if (idForm.test(wanted)) {
    return (element) => has(element, (text) => localName(text, serverUrl)?.id === wanted);
  }
  const local = localName(wanted, serverUrl);
  if (local !== undefined) {
    return (element) =>
      has(element, (text) => {
        const found = localName(text, serverUrl);
        return found?.type === local.type && found.id === local.id;
      });
  }
  if (!absoluteForm.test(wanted) || withoutVersion(wanted) !== wanted) return undefined;
  return (element) => has(element, (text) => text === wanted);
}
