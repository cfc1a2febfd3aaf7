// A run as sender: the secrets on show, one connection or a port. The rest is the session's.
import { randomBytes } from 'node:crypto';
import {
  formatQrSecret,
  generateSecret,
  type RandomOctets,
  type Secret,
} from '../security/index.ts';
import { SenderListener, SyncSenderSession } from '../session/index.ts';
import type { SenderSessionOptions, SyncResult } from '../session/index.ts';
import { SyncSender } from '../sync/index.ts';
import { ErrorCode, nameOf, retryOf, SecretKind } from '../wire/index.ts';
import { receiving } from './receiver-run.ts';
import { exporting, secretsOnShow } from './run-command.ts';
import { endingForm } from './run-report.ts';
import type { RunContext } from './run.ts';

type Ended = { result: SyncResult; more?: Record<string, unknown> };

const drawn: RandomOctets = (count) => new Uint8Array(randomBytes(count));

/** Sends once, or listens until it has. */
export async function runSender(context: RunContext): Promise<Ended> {
  const { command, store, clock, signal } = context;
  const { limits, deflate, grease, policy, turn } = command;
  const options = {
    identity: { replicaId: store.replicaId, ...store.settings, fhirRelease: command.release },
    sync: new SyncSender({ store, ...exporting(policy) }),
    ...(turn ? { turn: receiving(context) } : {}),
    ...(limits === undefined ? {} : { limits }),
    deflate,
    grease,
    clock,
    signal,
  };
  const given = command.secrets === undefined ? undefined : secretsOnShow(command.secrets);
  return command.connection.kind === 'listen'
    ? sendToOneOfMany(context, options, given)
    : sendToOne(context, options, given);
}

type Options = Omit<SenderSessionOptions, 'secrets'>;

async function sendToOne(
  context: RunContext,
  options: Options,
  given: readonly Secret[] | undefined,
): Promise<Ended> {
  const secrets = given ?? [
    generateSecret(SecretKind.DIGITS, drawn),
    generateSecret(SecretKind.QR, drawn),
  ];
  if (given === undefined) show(context, secrets);
  const session = new SyncSenderSession({ ...options, secrets });
  const stream = await context.connect();
  return { result: (await session.initiate(stream)) ?? (await session.send()) };
}

async function sendToOneOfMany(
  context: RunContext,
  options: Options,
  given: readonly Secret[] | undefined,
): Promise<Ended> {
  const port = await context.listen();
  let isFirst = given !== undefined;
  const listener = new SenderListener({
    session: { ...options, randomOctets: given === undefined ? drawn : beginningWith(given) },
    accept: async () => port.accept(),
    kinds: given?.map(({ kind }) => kind) ?? [SecretKind.DIGITS, SecretKind.QR],
    show: (secrets) => {
      if (!isFirst) show(context, secrets);
      isFirst = false;
    },
    onRefused: (result) => context.tell('refused', endingForm(result)),
  });
  try {
    const ended = await listener.listen();
    if (ended.kind === 'authenticated') return { result: await ended.session.send() };
    if (ended.kind === 'stopped') return { result: ended.last, more: { stopped: true } };
    return { result: cancelled() };
  } finally {
    listener.close();
    port.close();
  }
}

function show({ tell }: RunContext, secrets: readonly Secret[]): void {
  const [digits, qr] = [SecretKind.DIGITS, SecretKind.QR].map(
    (kind) => secrets.find((secret) => secret.kind === kind)?.secret,
  );
  tell('code', {
    ...(digits === undefined ? {} : { digits: String.fromCharCode(...digits) }),
    ...(qr === undefined ? {} : { qr: formatQrSecret(qr) }),
  });
}

/**
 * Randomness whose first draws give the secrets that the run wants on show: the listener draws them
 * before anything else.
 */
function beginningWith(secrets: readonly Secret[]): RandomOctets {
  const first = secrets.map(({ kind, secret }) => {
    if (kind === SecretKind.QR) return secret.slice();
    const octets = new Uint8Array(4);
    // Eight digits and a check digit, which follows from them.
    new DataView(octets.buffer).setUint32(0, Number(String.fromCharCode(...secret.slice(0, 8))));
    return octets;
  });
  return (count) => {
    const next = first[0]?.length === count ? first.shift() : undefined;
    return next ?? drawn(count);
  };
}

function cancelled(): SyncResult {
  const code = ErrorCode.CANCELLED;
  const names = { code, codeName: nameOf(code), retry: retryOf(code) };
  return { kind: 'cancelled', by: 'us', ...names, detail: 'cancelled while listening' };
}
