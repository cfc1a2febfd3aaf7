// The server's URL in canonical form and its digest (section 8.3). It uses no URL library, as the
// specification advises, and opens no connection.
import { createHmac, createSecretKey } from 'node:crypto';
import { fault, isFault } from '../fault.ts';
import type { Fault } from '../fault.ts';
import { limits } from '../wire/limits.ts';
import { concat, utf8 } from '../wire/octets.ts';

const refuse = (requirement: string, detail: string): Fault =>
  fault('SERVER_URL_INVALID', requirement, detail);

const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

interface Host {
  readonly host: string;
  readonly after: string;
}

function splitAuthority(authority: string): Host | Fault {
  if (authority.startsWith('[')) {
    const end = authority.indexOf(']') + 1;
    const host = authority.slice(0, end);
    if (!/^\[[0-9A-Fa-f:.]+\]$/.test(host)) return refuse('PSP-SRV-7', 'a broken IP literal');
    return { host, after: authority.slice(end) };
  }
  const host = authority.split(':', 1)[0] ?? '';
  if (!/^[A-Za-z0-9\-._~!$&'()*+,;=]+$/.test(host)) return refuse('PSP-SRV-7', 'a broken host');
  return { host, after: authority.slice(host.length) };
}

function isPort(after: string): boolean {
  return /^:[1-9][0-9]{0,4}$/.test(after) && Number(after.slice(1)) <= 65_535;
}

/**
 * The canonical form of a configured URL; empty stays empty (PSP-SRV-4).
 *
 * @returns SERVER_URL_INVALID by PSP-SRV-3 or PSP-SRV-7: a fault of the configuration.
 */
export function canonicalUrl(text: string): string | Fault {
  if (text === '') return '';
  // eslint-disable-next-line no-control-regex -- every octet up to 7f is meant
  if (!/^[\x00-\x7f]*$/.test(text)) return refuse('PSP-SRV-3', 'not ASCII');
  const scheme = /^(https?):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) return refuse('PSP-SRV-3', 'neither http:// nor https://');
  if (/[#?%]/.test(text)) return refuse('PSP-SRV-3', 'a query, fragment or percent escape');
  const rest = text.slice(`${scheme}://`.length);
  const authority = rest.split('/', 1)[0] ?? '';
  const path = rest.slice(authority.length);
  if (authority.includes('@')) return refuse('PSP-SRV-3', 'user information');
  const split = splitAuthority(authority);
  if (isFault(split)) return split;
  if (split.after !== '' && !isPort(split.after)) return refuse('PSP-SRV-7', 'a broken port');
  if (!/^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/.test(path)) {
    return refuse('PSP-SRV-7', 'a character that no path has');
  }
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return refuse('PSP-SRV-3', 'a dot segment');
  }
  const after = split.after === `:${defaultPorts[scheme]}` ? '' : split.after;
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  const result = `${scheme}://${split.host.toLowerCase()}${after}${path.slice(0, end)}`;
  if (result.length <= limits.serverUrlOctets) return result;
  return refuse('PSP-SRV-7', `${result.length} octets`);
}

const digestKey = createSecretKey(utf8('fhir-peer-sync/1 server'));

/** The first 16 octets of the keyed digest (PSP-SRV-1). */
export function serverDigest(sessionNonce: Uint8Array, canonical: string): Uint8Array {
  const mac = createHmac('sha256', digestKey);
  const digest = mac.update(concat(sessionNonce, utf8(canonical))).digest();
  return new Uint8Array(digest.subarray(0, limits.serverDigestOctets));
}
