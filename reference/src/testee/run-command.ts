// Reads the command `run` and refuses what this testee can't honour. Starts nothing.
import { parseSecret, type Secret } from '../security/index.ts';
import type { ExportPolicy } from '../sync/index.ts';
import { checkLimits, FhirRelease, SelectionMode } from '../wire/index.ts';
import type { EffectiveLimits, ResourceSyncParams } from '../wire/index.ts';
import { paramsOf } from './kept-cursors.ts';
import { invalid, textItem, unsupported, type Members } from './refusal.ts';
import { readType } from './seed.ts';

/** What this testee can be told, as `hello` says. */
export const modes = ['FULL', 'CURSOR', 'LAST_UPDATED'] as const;
export const strategies = ['theirs', 'ours', 'merge', 'defer'] as const;
export const releases = ['R4', 'R4B', 'R5'] as const;

/** Drafts of the specification that a run can be told to speak, by `x-drafts`. */
export const drafts = ['turn'] as const;

/** Where the stream of a run comes from. */
export type RunConnection =
  | { readonly kind: 'dial'; readonly host: string; readonly port: number }
  | { readonly kind: 'listen' }
  | { readonly kind: 'inline' };

/** A run as it was asked for. */
export interface RunCommand {
  readonly id: number;
  readonly role: 'sender' | 'receiver';
  readonly connection: RunConnection;
  /** What is typed one after the other, or on show; undefined: nothing. */
  readonly secrets: readonly string[] | undefined;
  readonly isVirtual: boolean;
  readonly release: FhirRelease;
  readonly limits: EffectiveLimits | undefined;
  readonly deflate: boolean;
  readonly grease: boolean;
  /** Whether it offers or takes the draft capability `turn`. */
  readonly turn: boolean;
  readonly mode: SelectionMode;
  readonly types: ResourceSyncParams;
  readonly strategy: (typeof strategies)[number];
  readonly offer: 'accept' | 'decline' | 'ask';
  readonly window: { readonly payloads: number; readonly octets: bigint } | undefined;
  readonly policy: ExportPolicy | undefined;
  readonly storeFailsAt: number | undefined;
}

const common = ['release', 'capabilities', 'limits', 'grease'];
const ofRole: Readonly<Record<RunCommand['role'], readonly string[]>> = {
  receiver: [...common, 'mode', 'types', 'strategy', 'offer', 'window', 'storeFailsAt'],
  sender: [...common, 'policy'],
};

/** Reads the members of a `run`. @throws Refusal */
export function readRun(id: number, members: Members): RunCommand {
  const role = members.word('role', ['sender', 'receiver']);
  const params = members.object('params');
  const turn = readDrafts(members).includes('turn');
  // Whoever turns plays both roles.
  const known = turn ? Object.values(ofRole).flat() : ofRole[role];
  for (const name of params.names) {
    if (!known.includes(name)) {
      throw unsupported(`${name} is no parameter of a ${role}`, params.path(name));
    }
  }
  return {
    id,
    role,
    connection: readConnection(members),
    secrets: readSecrets(members),
    isVirtual: members.has('clock') && members.word('clock', ['virtual']) === 'virtual',
    turn,
    ...readCommon(params),
    ...readOfReceiver(params),
    policy: params.has('policy')
      ? { types: params.object('policy').list('types', textItem) }
      : undefined,
  };
}

function readDrafts(members: Members): string[] {
  const named = members.list('x-drafts', textItem);
  const unknown = named.find((name) => !drafts.some((draft) => draft === name));
  if (unknown !== undefined) throw unsupported(`draft ${unknown}`, 'x-drafts');
  return named;
}

function readCommon(
  params: Members,
): Pick<RunCommand, 'release' | 'limits' | 'deflate' | 'grease'> {
  const capabilities = params.list('capabilities', textItem);
  const unknown = capabilities.find((name) => name !== 'deflate');
  if (unknown !== undefined) throw unsupported(`capability ${unknown}`, 'params.capabilities');
  return {
    release: FhirRelease[params.word('release', releases, 'R4')],
    limits: params.has('limits') ? readLimits(params.object('limits')) : undefined,
    deflate: !params.has('capabilities') || capabilities.length > 0,
    grease: params.has('grease') ? params.flag('grease') : true,
  };
}

function readOfReceiver(
  params: Members,
): Pick<RunCommand, 'mode' | 'types' | 'strategy' | 'offer' | 'window' | 'storeFailsAt'> {
  const window = params.has('window') ? params.object('window') : undefined;
  return {
    mode: SelectionMode[params.word('mode', modes, 'CURSOR')],
    types: paramsOf(params.list('types', readType)),
    strategy: params.word('strategy', strategies, 'theirs'),
    offer: params.word('offer', ['accept', 'decline', 'ask'], 'accept'),
    window: window && {
      payloads: window.count('payloads', 1),
      octets: BigInt(window.count('octets', 1)),
    },
    storeFailsAt: params.has('storeFailsAt') ? params.count('storeFailsAt', 1) : undefined,
  };
}

function readLimits(members: Members): EffectiveLimits {
  const limits = {
    maxFrameOctets: members.count('maxFrameOctets', 1),
    maxBatchOctets: members.count('maxBatchOctets', 1),
    maxBatchEntries: members.count('maxBatchEntries', 1),
  };
  const fault = checkLimits(limits);
  if (fault !== undefined) throw unsupported(fault.detail, 'params.limits');
  return limits;
}

function readConnection(members: Members): RunConnection {
  const given = ['dial', 'listen', 'inline'].filter((name) => members.has(name));
  if (given.length !== 1) throw invalid('give one of dial, listen and inline', given[1] ?? 'dial');
  if (members.has('listen')) return { kind: 'listen' };
  if (members.has('inline')) return { kind: 'inline' };
  const dial = members.object('dial');
  return { kind: 'dial', host: dial.text('host'), port: dial.count('port', 1) };
}

function readSecrets(members: Members): string[] | undefined {
  if (!members.has('secret')) return undefined;
  if (typeof members.value('secret') === 'string') return [members.text('secret')];
  return members.list('secret', textItem);
}

/** How a sender is told what it may give away. */
export function exporting(policy: RunCommand['policy']): { exportPolicy?: ExportPolicy } {
  return policy === undefined ? {} : { exportPolicy: policy };
}

/** Secrets that are to be on show: well formed, each kind once. @throws Refusal */
export function secretsOnShow(texts: readonly string[]): Secret[] {
  const secrets = texts.map((text) => {
    const secret = parseSecret(text);
    if (typeof secret.kind !== 'number') throw invalid('no secret that can be on show', 'secret');
    return secret;
  });
  if (new Set(secrets.map(({ kind }) => kind)).size < secrets.length || secrets.length === 0) {
    throw invalid('each kind of secret can be on show once', 'secret');
  }
  return secrets;
}
