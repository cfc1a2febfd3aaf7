// Gives a resource the version that a server is known to have given it, where its text does not
// say. Every octet that was there stays; knows nothing of stores.
import { isEntryFault } from '../fhir/entry-fault.ts';
import { readIdentity } from '../fhir/scan-json.ts';
import { skipSpace, skipString, textOf } from '../fhir/scan-text.ts';

const [quoteMark, comma] = [0x22, 0x2c];
const [openBrace, closeBrace, openBracket, closeBracket] = [0x7b, 0x7d, 0x5b, 0x5d];
const encoder = new TextEncoder();

/**
 * Adds `meta.versionId` to a resource that has none.
 *
 * @param resource - Octets that may be faulty; those are given back as they are, for whoever stores
 * them to refuse.
 * @param versionId - Any text; written as a JSON string.
 */
export function withVersionId(resource: Uint8Array, versionId: string): Uint8Array {
  const identity = readIdentity(resource);
  if (isEntryFault(identity) || identity.versionId !== undefined) return resource;
  const member = `"versionId":${JSON.stringify(versionId)}`;
  const object = skipSpace(resource, 0);
  const meta = valueOf(resource, object, 'meta');
  if (meta === undefined) return inserted(resource, object + 1, `"meta":{${member}},`);
  if (resource[meta] !== openBrace) return resource;
  const isEmpty = resource[skipSpace(resource, meta + 1)] === closeBrace;
  return inserted(resource, meta + 1, isEmpty ? member : `${member},`);
}

/** Where the value of a member begins, in an object of a text that the scan accepted. */
function valueOf(text: Uint8Array, object: number, wanted: string): number | undefined {
  let depth = 0;
  let isKey = false;
  for (let at = object; at < text.length;) {
    const octet = text[at];
    if (octet === quoteMark) {
      const end = skipString(text, at + 1);
      if (isKey && textOf(text, at + 1, end - 1) === wanted) {
        return skipSpace(text, skipSpace(text, end) + 1);
      }
      isKey = false;
      at = end;
      continue;
    }
    if (octet === openBrace || octet === openBracket) depth += 1;
    if (octet === closeBrace || octet === closeBracket) depth -= 1;
    if (depth === 0) return undefined;
    // Directly inside the object itself, a key follows its brace and each of its commas.
    isKey = depth === 1 && (octet === comma || octet === openBrace || isKey);
    at += 1;
  }
  return undefined;
}

function inserted(text: Uint8Array, at: number, member: string): Uint8Array {
  const parts = [text.subarray(0, at), encoder.encode(member), text.subarray(at)];
  return new Uint8Array(Buffer.concat(parts));
}
