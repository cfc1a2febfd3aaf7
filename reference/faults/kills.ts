// SIGKILL of the sender or of the receiver at drawn moments of a session, again and again, each
// time with a reopened store and a session that goes on, until one completes; then both stores are
// compared. A killed process leaves the system's cache behind: this is no loss of power.
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { generateAccessCode } from '../src/security/index.ts';
import { createSqliteStore } from '../src/store/index.ts';
import { compare, holdingOf, matching, type Holding } from './comparison.ts';
import { resources } from './content.ts';
import { DeviceProcess, Hang } from './device-process.ts';
import { Draws } from './draws.ts';
import type { SessionEnd } from './orders.ts';
import { Tally, type FaultRow } from './tally.ts';

/** How the kills are tried. */
export interface KillOptions {
  /** Kills that must land while a session is under way. */
  readonly kills: number;
  readonly seed: number;
  /** Resources of each pair of stores. */
  readonly resources: number;
  /** Told after each kill. */
  readonly onKill?: (kills: number) => void;
}

type Side = 'sender' | 'receiver';

const sides: readonly [Side, Side] = ['sender', 'receiver'];
const entriesMax = 16;
const killsOfOnePair = 4;
const usualMs = 120;
const hangsMax = 5;
/** A moment may lie so far behind the usual end: then the session won. */
const beyond = 1.1;
const code = (): string => generateAccessCode((count) => new Uint8Array(randomBytes(count)));

/** Local edits during the sessions of one pair. */
interface Edits {
  /** Its user was told that it is kept. */
  told: number;
  /** Under way when its process was killed: kept or not, nobody was told. */
  unsure: number;
}

interface Killed {
  /** How the other side ended. */
  readonly end: SessionEnd;
  /** False where the session was over before. */
  readonly landed: boolean;
}

/** One run of kills. */
class Kills {
  readonly #tally = new Tally('SIGKILL');
  readonly #draws: Draws;
  readonly #options: KillOptions;
  readonly #folder = mkdtempSync(join(tmpdir(), 'peersync-kills-'));
  readonly #devices: Record<Side, DeviceProcess> = {
    sender: new DeviceProcess(),
    receiver: new DeviceProcess(),
  };
  /** Started ahead, to take the place of the next one that is killed. */
  #spare = new DeviceProcess();
  #pairs = 0;
  #port = 0;
  #typicalMs = usualMs;
  #typicalCommits = { sender: 20, receiver: 8 };

  constructor(options: KillOptions) {
    this.#options = options;
    this.#draws = new Draws(options.seed);
  }

  async run(): Promise<FaultRow> {
    try {
      while (this.#tally.struck < this.#options.kills && this.#tally.hangs < hangsMax) {
        await this.#pair().catch((error: unknown) => this.#hung(error));
      }
    } finally {
      const all = [...sides.map((side) => this.#devices[side]), this.#spare];
      await Promise.all(all.map((device) => this.#removed(device)));
      rmSync(this.#folder, { recursive: true, force: true });
    }
    return this.#tally.row();
  }

  /** Whoever hangs is replaced, and the next pair of stores is a new one. */
  async #hung(error: unknown): Promise<void> {
    if (!(error instanceof Hang)) throw error;
    this.#tally.hung(error.message);
    for (const side of sides) {
      await this.#removed(this.#devices[side]);
      this.#devices[side] = new DeviceProcess();
    }
  }

  async #removed(device: DeviceProcess): Promise<void> {
    await device.kill();
    this.#tally.peakKiB = Math.max(this.#tally.peakKiB, device.peakKiB);
  }

  /** One pair of stores: some kills, then a session to the end, then the comparison. */
  async #pair(): Promise<void> {
    const paths = await this.#stores();
    const isEditing = this.#draws.share() < 0.5;
    const edits: Edits = { told: 0, unsure: 0 };
    const kills = 1 + this.#draws.below(killsOfOnePair);
    for (let kill = 0; kill < kills; kill += 1) await this.#tried(paths, isEditing, edits);
    const end = await this.#completed();
    const held = await this.#held(paths);
    this.#tally.check(end.result === 'complete', `the last: ${end.result}, ${end.codeName}`);
    this.#tally.compared(compare(held.sender, held.receiver));
    this.#tally.compared(editsCompared(held.sender.changes - this.#options.resources, edits));
    this.#tally.count('pairs of stores compared');
    this.#tally.count('entries compared', held.sender.entries.size);
    await this.#closeStores(paths);
  }

  async #tried(paths: Record<Side, string>, isEditing: boolean, edits: Edits): Promise<void> {
    const victim = this.#draws.pick(sides);
    const survivor = victim === 'sender' ? 'receiver' : 'sender';
    const { sender } = this.#devices;
    const before = await this.#held(paths);
    sender.edits = 0;
    const { landed, end } = await this.#killed(victim, survivor, isEditing);
    edits.told += sender.edits;
    if (!landed) return;
    if (victim === 'sender' && isEditing) edits.unsure += 1;
    await this.#reopened(victim, paths[victim]);
    if (survivor === 'receiver') return;
    const after = await this.#held(paths);
    // PSP-DONE-7: the Receipt is the receiver's last word; it may be killed when that is on its
    // way.
    if (end.result === 'complete') {
      this.#tally.count('kills of a receiver whose sender had its Receipt');
      const lacks = [...after.sender.entries.keys()].filter(
        (name) => !after.receiver.entries.has(name),
      );
      this.#tally.compared({ lost: lacks.length, doubled: 0 });
    }
    // PSP-ACK-1: what the sender was told is durable is there. Edits meanwhile alter entries.
    if (isEditing) return;
    const kept = matching(after.sender, after.receiver) - matching(before.sender, before.receiver);
    this.#tally.compared({ lost: Math.max(0, end.acknowledged - kept), doubled: 0 });
    this.#tally.count('acknowledged entries looked for after a kill', end.acknowledged);
  }

  async #stores(): Promise<Record<Side, string>> {
    this.#pairs += 1;
    const at = (side: Side): string => join(this.#folder, `${side}-${this.#pairs}.db`);
    const paths = { sender: at('sender'), receiver: at('receiver') };
    for (const side of sides) {
      const settings = { serverUrl: '', displayName: side };
      const store = createSqliteStore(paths[side], settings, randomBytes);
      if (side === 'sender') await store.createAll(resources(this.#options.resources), '');
      await store.close();
      await this.#open(side, paths[side]);
    }
    return paths;
  }

  async #open(side: Side, path: string): Promise<void> {
    this.#devices[side].order({ kind: 'open', path });
    await this.#devices[side].expect('opened');
  }

  async #closeStores(paths: Record<Side, string>): Promise<void> {
    for (const side of sides) {
      this.#devices[side].order({ kind: 'close' });
      await this.#devices[side].expect('closed');
      rmSync(paths[side]);
    }
  }

  async #begin(isEditing: boolean): Promise<void> {
    const { sender, receiver } = this.#devices;
    this.#tally.runs += 1;
    [sender.commits, receiver.commits] = [0, 0];
    const secret = code();
    const editing = { resources: this.#options.resources, edits: 1_000 };
    sender.order({ kind: 'send', code: secret, entriesMax, ...(isEditing && { editing }) });
    const { port } = await sender.expect('listening');
    this.#port = port;
    receiver.order({ kind: 'receive', port, code: secret });
  }

  async #ended(side: Side): Promise<SessionEnd> {
    return (await this.#devices[side].expect('ended')).end;
  }

  async #completed(): Promise<SessionEnd> {
    await this.#begin(false);
    const [sent, received] = await Promise.all([this.#ended('sender'), this.#ended('receiver')]);
    return sent.result === 'complete' ? received : sent;
  }

  /** A session in which one side is killed. */
  async #killed(victim: Side, survivor: Side, isEditing: boolean): Promise<Killed> {
    const doomed = this.#devices[victim];
    const startedMs = performance.now();
    await this.#begin(isEditing);
    const survived = this.#ended(survivor);
    survived.catch(() => undefined);
    const won = await Promise.race([this.#moment(doomed, victim), this.#ended(victim)]);
    if (won !== undefined) {
      // A session that won the race tells how long sessions take.
      this.#typicalMs = 0.8 * this.#typicalMs + 0.2 * (performance.now() - startedMs);
      this.#typicalCommits[victim] = Math.max(1, doomed.commits);
      this.#tally.count('sessions that ended before their kill');
      return { end: await survived, landed: false };
    }
    const place = await doomed.kill();
    // A receiver that died before it dialled leaves a sender that waits for anybody: somebody
    // comes.
    if (victim === 'receiver') await knockAt(this.#port);
    this.#tally.struck += 1;
    this.#tally.count(`kills of the ${victim}`);
    this.#tally.count(`kills ${place}`);
    this.#options.onKill?.(this.#tally.struck);
    this.#tally.peakKiB = Math.max(this.#tally.peakKiB, doomed.peakKiB);
    this.#devices[victim] = this.#spare;
    this.#spare = new DeviceProcess();
    return { end: await survived, landed: true };
  }

  /** Half of the kills at any moment, half when a drawn commit begins. */
  async #moment(doomed: DeviceProcess, victim: Side): Promise<void> {
    const atMs = this.#draws.share() * this.#typicalMs * beyond;
    const commit = 1 + this.#draws.below(this.#typicalCommits[victim]);
    const moment = new Promise<void>((resolve) => {
      setTimeout(resolve, atMs);
    });
    return this.#draws.share() < 0.5 ? moment : doomed.committing(commit);
  }

  /** Judges what a killed process left, and lets its successor open it. */
  async #reopened(victim: Side, path: string): Promise<void> {
    const fault = integrityFault(path);
    this.#tally.check(fault === undefined, `the ${victim}'s file after its kill: ${fault}`);
    await this.#open(victim, path);
  }

  async #held(paths: Record<Side, string>): Promise<Record<Side, Holding>> {
    return { sender: await holdingOf(paths.sender), receiver: await holdingOf(paths.receiver) };
  }
}

/** Connects and leaves; a closed door is as good. */
async function knockAt(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined).on('connect', () => socket.destroy());
  await new Promise((resolve) => socket.once('close', resolve));
}

/** What SQLite finds wrong with a file; undefined: nothing. */
function integrityFault(path: string): string | undefined {
  const db = new DatabaseSync(path);
  try {
    const found = db.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
    return found === 'ok' ? undefined : String(found);
  } finally {
    db.close();
  }
}

/** Every edit that was told to be kept is one change; one that nobody was told of may be. */
function editsCompared(
  made: number,
  { told, unsure }: Edits,
): { readonly lost: number; readonly doubled: number } {
  return { lost: Math.max(0, told - made), doubled: Math.max(0, made - told - unsure) };
}

/** Kills so many times; see {@link KillOptions}. */
export async function tryKills(options: KillOptions): Promise<FaultRow> {
  return new Kills(options).run();
}
