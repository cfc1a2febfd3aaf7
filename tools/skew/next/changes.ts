// What the invented next version changes in the reference, as edits of its sources that are made
// while they are loaded. The new code itself is in wire.ts; here is only where it is called.
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';

/** An edit: the text stands in the file exactly once. */
export interface Change {
  /** Below reference/src. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

const wire = pathToFileURL(join(import.meta.dirname, 'wire.ts')).href;
const imported = (after: string): Pick<Change, 'find' | 'replace'> => ({
  find: after,
  replace: `import * as next from '${wire}';\n${after}`,
});

const sender = 'session/sender-handshake.ts';
const receiver = 'session/receiver-handshake.ts';
const last = 'session/last-messages.ts';
const channel = 'session/channel.ts';
const codec = 'wire/message-codec.ts';

/** Every edit. */
export const changes: readonly Change[] = [
  { file: sender, ...imported("import type { ChannelKeys } from './channel.ts';") },
  { file: sender, find: 'versions: [WIRE_VERSION],', replace: 'versions: next.versions,' },
  {
    file: sender,
    find: 'if (accept.version !== WIRE_VERSION) {',
    replace: 'if (!next.versions.includes(accept.version)) {',
  },
  {
    file: sender,
    find: 'const peerLimits = effectiveLimits(accept.limits);',
    replace: 'next.agree(accept); const peerLimits = effectiveLimits(accept.limits);',
  },
  {
    file: sender,
    find: 'if (grease) offered.push(greaseCapability(randomOctets));',
    replace:
      'if (grease) offered.push(greaseCapability(randomOctets)); offered.push(next.capability);',
  },
  { file: receiver, ...imported("import type { ChannelKeys } from './channel.ts';") },
  {
    file: receiver,
    find: 'if (!initiate.versions.includes(WIRE_VERSION)) {',
    replace: 'if (next.chosen(initiate.versions) === undefined) {',
  },
  {
    file: receiver,
    find: 'critical && !isKnownCapability(id)',
    replace: 'critical && !isKnownCapability(id) && id !== next.capability.id',
  },
  {
    file: receiver,
    find: 'const capabilities = taken.map((id) =>',
    replace:
      'taken.push(...next.taken(this.opened.initiate)); const capabilities = taken.map((id) =>',
  },
  {
    file: receiver,
    find: 'version: WIRE_VERSION,',
    replace: 'version: next.chosen(this.opened.initiate.versions),',
  },
  { file: last, ...imported("import type { KnownMessage } from '../wire/index.ts';") },
  { file: last, find: '[WIRE_VERSION]', replace: 'next.versions' },
  { file: channel, ...imported("import { Outbox } from './outbox.ts';") },
  {
    file: channel,
    find: "if (message.type !== 'Identity') this.#sendGrease();",
    replace: `if (message.type !== 'Identity') this.#sendGrease();
    if (message.type !== 'Identity' && this.#sealer !== undefined) this.sendBody(next.progress());`,
  },
  { file: codec, ...imported("import { WIRE_VERSION } from './limits.ts';") },
  {
    file: codec,
    find: 'if (versions.length === 0 || versions.includes(WIRE_VERSION)) return undefined;',
    replace: `if (versions.length === 0 || next.chosen(versions) !== undefined) return undefined;`,
  },
  {
    file: codec,
    find: 'if (version === WIRE_VERSION) return undefined;',
    replace: 'if (next.versions.includes(version)) return undefined;',
  },
  {
    file: codec,
    find: 'const foreign = readInvariants(name, octets);',
    replace: 'octets = next.unwrapped(name, octets); const foreign = readInvariants(name, octets);',
  },
  {
    file: codec,
    find: '  return writer.finish();',
    replace: '  return next.encoded(name, value, writer.raw(next.additions(name)).finish());',
  },
  {
    file: codec,
    find: 'if (typeOctet >= FIRST_IGNORABLE_TYPE)',
    replace: 'if (typeOctet >= FIRST_IGNORABLE_TYPE || next.isAgreedType(typeOctet))',
  },
];
