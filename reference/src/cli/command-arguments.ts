// Reads what stands on the command line: references, addresses, lists, numbers. Each fault says
// what was expected, with an example. Knows no command.
import { isResourceId, isResourceType } from '../fhir/entry-check.ts';
import type { TcpAddress } from '../transport/tcp.ts';
import { misuse } from './failure.ts';

/** A resource on the command line. */
export interface ResourceName {
  readonly resourceType: string;
  readonly resourceId: string;
}

/** Reads `TYPE/ID`. @throws CommandFailure */
export function readResourceName(text: string): ResourceName {
  const slash = text.indexOf('/');
  const resourceType = text.slice(0, Math.max(slash, 0));
  const resourceId = text.slice(slash + 1);
  if (slash > 0 && isResourceType(resourceType) && isResourceId(resourceId)) {
    return { resourceType, resourceId };
  }
  throw misuse(`"${text}" names no resource.`, 'Write its type and id, such as Patient/p1.');
}

/** Reads `Type,Type,…`. @throws CommandFailure */
export function readTypes(option: string, text: string): string[] {
  const types = text.split(',').map((type) => type.trim());
  const wrong = types.find((type) => !isResourceType(type));
  if (wrong !== undefined) {
    throw misuse(
      `${option}: "${wrong}" is no resource type.`,
      `Write types with commas between them, such as ${option} Patient,Observation.`,
    );
  }
  return [...new Set(types)];
}

/** Reads a whole number from 1 on. @throws CommandFailure */
export function readCount(option: string, text: string): number {
  if (/^[1-9][0-9]{0,8}$/.test(text)) return Number(text);
  throw misuse(`${option} takes a whole number from 1 on, not "${text}".`);
}

/** Which side of a TCP connection this program takes. */
export type Endpoint = { readonly kind: 'listen' | 'dial' } & TcpAddress;

/** Reads `--listen` and `--dial`, of which exactly one is given. @throws CommandFailure */
export function readEndpoint(options: {
  readonly listen?: string | undefined;
  readonly dial?: string | undefined;
}): Endpoint {
  const { listen, dial } = options;
  if (listen !== undefined && dial !== undefined) {
    throw misuse('Give --listen or --dial, not both.');
  }
  if (listen !== undefined) return { kind: 'listen', ...readAddress('--listen', listen, '::') };
  if (dial !== undefined) return { kind: 'dial', ...readAddress('--dial', dial, undefined) };
  throw misuse(
    'How do the two devices meet? Neither --listen nor --dial is given.',
    'Let one device listen (--listen 7340) and the other dial it (--dial 192.168.1.20:7340).',
  );
}

/**
 * Reads `[HOST:]PORT`.
 *
 * @param anyHost - The host where none is given; undefined: one has to be given, and a port from 1.
 * @throws CommandFailure
 */
export function readAddress(option: string, text: string, anyHost: string | undefined): TcpAddress {
  const match = /^(?:(?:\[([0-9A-Fa-f:.%\w]+)\]|([^:[\]\s]+))?:)?([0-9]{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? anyHost;
  const port = Number(match?.[3]);
  const lowest = anyHost === undefined ? 1 : 0;
  if (match !== null && host !== undefined && port >= lowest && port <= 65_535) {
    return { host, port };
  }
  const example =
    anyHost === undefined
      ? 'Write the address and port that the other device shows, such as 192.168.1.20:7340.'
      : 'Write a port, or an address of this device and a port: 7340, 192.168.1.20:7340, [::1]:0.';
  throw misuse(`${option}: "${text}" is no address with a port.`, example);
}

/** An address as it is typed: brackets around IPv6. */
export function formatAddress({ host, port }: TcpAddress): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
