// A run as receiver: what its user types, and what is told of what is stored. The rest is the
// session's.
import { parseSecret, type Secret } from '../security/index.ts';
import { SyncReceiverSession } from '../session/index.ts';
import { defaultWindow } from '../session/options.ts';
import type { ReceiverSessionOptions, SyncResult } from '../session/index.ts';
import { Defer, mergeOr, Ours, SyncReceiver, SyncSender, Theirs } from '../sync/index.ts';
import type { ConflictResolutionStrategy, SyncImport } from '../sync/index.ts';
import type { SecretKind } from '../wire/index.ts';
import { failingStore } from './failing-store.ts';
import { exporting } from './run-command.ts';
import type { RunCommand } from './run-command.ts';
import type { RunContext } from './run.ts';

const strategies: Readonly<Record<RunCommand['strategy'], ConflictResolutionStrategy>> = {
  theirs: Theirs,
  ours: Ours,
  defer: Defer,
  merge: mergeOr(Defer),
};

/** What the user types, one after the other. */
class Typing {
  readonly #texts: readonly string[] | undefined;
  used = 0;

  constructor(texts: readonly string[] | undefined) {
    this.#texts = texts;
  }

  /** The first that is no slip of the finger; undefined: the user gives up. */
  async next(kinds: readonly SecretKind[], signal: AbortSignal): Promise<Secret | undefined> {
    if (this.#texts === undefined) {
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
      return undefined;
    }
    for (const text of this.#texts.slice(this.used)) {
      this.used += 1;
      const secret = parseSecret(text);
      // PSP-CODE-4, PSP-CODE-15
      if (typeof secret.kind === 'number' && kinds.includes(secret.kind)) return secret;
    }
    return undefined;
  }
}

/** Receives once. */
export async function runReceiver(
  context: RunContext,
): Promise<{ result: SyncResult; more: Record<string, unknown> }> {
  const { command, store, clock, signal, tell } = context;
  const { limits, deflate, grease, policy, turn } = command;
  const typing = new Typing(command.secrets);
  const session = new SyncReceiverSession({
    identity: { replicaId: store.replicaId, ...store.settings, fhirRelease: command.release },
    ...receiving(context),
    askSecret: async (kinds, asking) => {
      tell('asked', { for: 'secret' });
      return typing.next(kinds, asking);
    },
    ...(turn ? { turn: { sync: new SyncSender({ store, ...exporting(policy) }) } } : {}),
    ...(limits === undefined ? {} : { limits }),
    deflate,
    grease,
    clock,
    signal,
  });
  const result = await session.receive(await context.connect());
  return { result, more: { secretsUsed: typing.used } };
}

/** How a run receives, in its only half or in one of two. */
export function receiving(
  context: RunContext,
): Pick<ReceiverSessionOptions, 'sync' | 'agree' | 'window'> {
  const { command } = context;
  const store = failingStore(context.store, command.storeFailsAt);
  const { mode, types: params, window, offer } = command;
  const strategy = strategies[command.strategy];
  const sync = new SyncReceiver({ store, params, mode, strategy });
  return {
    sync: {
      request: async (sender) => sync.request(sender),
      open: (sender, offered) => watched(sync.open(sender, offered), context),
    },
    ...(offer === 'accept'
      ? {}
      : { agree: async (agreement) => offer === 'ask' && (await context.ask(agreement.signal)) }),
    ...windowOf(window, command.storeFailsAt),
  };
}

type Window = Pick<ReceiverSessionOptions, 'window'>;

/** A store that fails at one Payload meets each alone: half of a window is stored together. */
function windowOf(given: Window['window'], failsAt: number | undefined): Window {
  if (failsAt === undefined) return given === undefined ? {} : { window: given };
  const window = given ?? defaultWindow;
  return { window: { ...window, payloads: Math.min(window.payloads, 3) } };
}

/** Tells what is durable. */
function watched(inner: SyncImport, { tell }: RunContext): SyncImport {
  let payloads = 0;
  return {
    receive: async (group) => {
      const outcomes = await inner.receive(group);
      payloads += group.payloads;
      tell('stored', { throughSequence: payloads });
      return outcomes;
    },
    complete: async (message) => inner.complete(message),
    receipt: () => inner.receipt(),
    get report() {
      return inner.report;
    },
  };
}
