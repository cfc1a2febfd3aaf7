// Whether both endpoints belong to one FHIR server: the canonical form of its URL and the digest
// that compares it without showing it. Does not resolve, fetch or guess anything.
import { createHmac } from 'node:crypto';
import { ascii, concat } from './octets.ts';

/** Octets of `Initiate.server_digest` (PSP-SRV-1). */
export const serverDigestOctets = 16;
/** The canonical URL of an endpoint without a server: it matches only itself (PSP-SRV-4). */
export const noServer = '';

const digestKey = ascii('fhir-peer-sync/1 server');
// As long as a message may carry it: a longer one could never be compared (PSP-SRV-5, PSP-MSG-13).
const urlOctetsMax = 2048;
const defaultPorts: Readonly<Record<string, string>> = { http: '80', https: '443' };

// RFC 3986's characters without percent escapes: of a registered name, and of a path.
const nameCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=]+$/;
const addressLiteral = /^\[[0-9A-Fa-f:.]+\]$/;
const pathCharacters = /^[A-Za-z0-9\-._~!$&'()*+,;=:@/]*$/;

/** Why a text can't be a server URL; `message` tells whoever configures it what to change. */
export interface ServerUrlFault {
  readonly kind: 'url-fault';
  readonly reason:
    | 'not-ascii'
    | 'scheme'
    | 'user-information'
    | 'query'
    | 'fragment'
    | 'percent-escape'
    | 'dot-segment'
    | 'host'
    | 'port'
    | 'character'
    | 'too-long';
  readonly message: string;
}

const messages: Readonly<Record<ServerUrlFault['reason'], string>> = {
  'not-ascii': 'Write the server URL in ASCII; use the xn-- form of an international host name.',
  scheme: 'The server URL must begin with http:// or https://.',
  'user-information': 'Leave the user name and password out of the server URL.',
  query: 'Leave the query (from the question mark on) out of the server URL.',
  fragment: 'Leave the fragment (from the number sign on) out of the server URL.',
  'percent-escape': 'Write the server URL without percent escapes.',
  'dot-segment': 'Write the server URL without . and .. segments.',
  host: 'The server URL needs a host name or an address after the scheme.',
  port: 'The port of the server URL must be a number from 1 to 65535, without leading zeros.',
  character: 'The server URL holds a character that no URL may hold, such as a space.',
  'too-long': 'The server URL may have 2 048 characters at most.',
};

function fault(reason: ServerUrlFault['reason']): ServerUrlFault {
  return { kind: 'url-fault', reason, message: messages[reason] };
}

/**
 * Brings a configured server URL into the one form in which URLs are compared (PSP-SRV-2).
 *
 * The platform's URL parser is not used: it repairs what it reads (drops tabs, resolves dots,
 * escapes, rewrites addresses), each platform a little differently, and two devices that repair
 * differently would refuse each other or, worse, agree on different servers.
 *
 * @param text - A URL, or the empty string for "no server" (PSP-SRV-4).
 * @returns the canonical URL, or why the configuration is wrong (PSP-SRV-3).
 */
export function canonicalServerUrl(text: string): string | ServerUrlFault {
  if (text === noServer) return noServer;
  const refused = refusedFeature(text);
  if (refused !== undefined) return fault(refused);
  const match = /^(https?):\/\/([^/]*)(.*)$/is.exec(text);
  if (match === null) return fault('scheme');
  const [, scheme = '', authority = '', path = ''] = match;
  // Only in the authority does @ part user information from the host; a path may hold one.
  if (authority.includes('@')) return fault('user-information');
  const canonical = canonicalAuthority(scheme.toLowerCase(), authority);
  if (typeof canonical !== 'string') return canonical;
  if (!pathCharacters.test(path)) return fault('character');
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) {
    return fault('dot-segment');
  }
  const url = `${scheme.toLowerCase()}://${canonical}${withoutTrailingSlashes(path)}`;
  return url.length <= urlOctetsMax ? url : fault('too-long');
}

// PSP-SRV-2: all of them, so that bringing a canonical URL into canonical form changes nothing.
function withoutTrailingSlashes(path: string): string {
  let end = path.length;
  while (path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}

// PSP-SRV-3: everything that different software reads in different ways.
function refusedFeature(text: string): ServerUrlFault['reason'] | undefined {
  for (let i = 0; i < text.length; i += 1) if (text.charCodeAt(i) > 0x7f) return 'not-ascii';
  if (!/^https?:\/\//i.test(text)) return 'scheme';
  if (text.includes('#')) return 'fragment';
  if (text.includes('?')) return 'query';
  if (text.includes('%')) return 'percent-escape';
  return undefined;
}

function canonicalAuthority(scheme: string, authority: string): string | ServerUrlFault {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/s.exec(authority);
  if (match === null) return fault('port');
  const [, host = '', port] = match;
  if (host === '') return fault('host');
  if (!nameCharacters.test(host) && !addressLiteral.test(host)) {
    return fault(host.startsWith('[') ? 'host' : 'character');
  }
  if (port === undefined) return host.toLowerCase();
  if (!/^[1-9][0-9]{0,4}$/.test(port) || Number(port) > 65_535) return fault('port');
  return port === defaultPorts[scheme] ? host.toLowerCase() : `${host.toLowerCase()}:${port}`;
}

/**
 * The digest that Initiate carries: an eavesdropper who does not know the URL learns nothing from
 * it, and it differs from session to session (PSP-SRV-1).
 *
 * @param sessionNonce - `Initiate.session_nonce`.
 * @param canonicalUrl - From {@link canonicalServerUrl}.
 */
export function serverDigest(sessionNonce: Uint8Array, canonicalUrl: string): Uint8Array {
  const mac = createHmac('sha256', digestKey).update(concat(sessionNonce, ascii(canonicalUrl)));
  return new Uint8Array(mac.digest()).slice(0, serverDigestOctets);
}
