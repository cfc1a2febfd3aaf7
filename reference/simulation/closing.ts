// The end of a run: everybody uploads and meets until nothing moves, and then every change must be
// accounted for; afterwards all conflicts are given up, and everybody must agree with the server.
import { decideWith } from '../src/sync/decide.ts';
import { dump } from '../src/sync/testing/devices.ts';
import { changeName } from './decision-judge.ts';
import { runMeeting, uploading } from './deeds.ts';
import type { Device } from './device.ts';
import { transferred } from './meeting.ts';
import { meetingStrategy, type StrategyName } from './strategies.ts';
import { downloadOnce, namesIn } from './uploading.ts';
import { resourceNames, split, type World } from './world.ts';

/** Uploads and meetings until nothing moves; then checks that every change has its place. */
export async function comeToRest(world: World): Promise<void> {
  world.server.relent();
  const rounds = await roundsToRest(world, () => round(world, world.setting));
  world.coverage.note('rounds until nothing moved', rounds);
  await expectAllTold(world);
}

/** The server's side wins every conflict; checks that all devices then hold what it holds. */
export async function agree(world: World): Promise<void> {
  // Where a server tells no version of a deletion, the deletion waits for ever; that is reported.
  if (world.setting.server.history === false) return;
  for (const device of world.devices) await decideAll(world, device);
  let mode: 'full' | 'cursor' = 'full';
  await roundsToRest(world, async () => {
    for (const device of world.devices) await fetchAll(world, device);
    const sent = await round(world, { meeting: 'theirs', upload: 'theirs' }, mode);
    // Once, for a conflict that waits or was decided for ours is not sent a second time.
    mode = 'cursor';
    return sent;
  });
  const [first, ...others] = world.devices;
  const wanted = first && (await states(first));
  for (const device of others) {
    const found = await states(device);
    if (found !== wanted) {
      throw new Error(`devices 0 and ${device.index} differ in the end:\n${wanted}\n${found}`);
    }
  }
  if (first !== undefined) await compareWithServer(world, first);
}

/** The user decides about each conflict that waits, in one way for all. */
async function decideAll(world: World, { index, store }: Device): Promise<void> {
  const ways = ['theirs', 'ours', 'merge, else defer'] as const;
  const way = ways[(world.setting.seed + index) % ways.length] ?? 'theirs';
  const waiting: number[] = [];
  for await (const { reason, position } of store.archived()) {
    if (reason === 'deferred') waiting.push(position);
  }
  for (const position of waiting) {
    // Copies of one state are settled together.
    if ((await store.archivedAt(position))?.reason !== 'deferred') continue;
    await store.settleDeferred(position, decideWith(meetingStrategy(way, world.coverage)));
  }
  await world.check();
}

async function roundsToRest(world: World, turn: () => Promise<number>): Promise<number> {
  const roundsMax = 4 + 2 * world.devices.length;
  let before = await fingerprint(world);
  for (let rounds = 1; rounds <= roundsMax; rounds += 1) {
    const sent = await turn();
    await world.check();
    const after = await fingerprint(world);
    // No echo: where nobody has anything new, nothing is sent, or at most once more.
    if (after === before && sent === 0) return rounds;
    before = after;
  }
  if (await isRing(world, turn)) return roundsMax;
  throw new Error(`${roundsMax} rounds did not come to rest`);
}

/**
 * Three devices that always meet in the same order and take the sender's side of each conflict
 * (PSP-CLS-14) can pass two states round for ever: nobody tells a state back to whom it came from.
 * Each displaced state is archived, so nothing is lost, and no change is made or sent to a server.
 * Told back to whom they came from they would still turn, in fewer orders: 30 of 720, not 156.
 */
async function isRing(world: World, turn: () => Promise<number>): Promise<boolean> {
  if (world.devices.length < 3) return false;
  const [seen, versions] = [world.outcomes.length, versionsOf(world)];
  await turn();
  const harmless = ['THEIRS', 'OURS', 'DEFERRED'].map((one) => `CONFLICT_${one}`);
  harmless.push('DUPLICATE', 'STALE');
  const isHarmless = world.outcomes.slice(seen).every((outcome) => harmless.includes(outcome));
  if (!isHarmless || versionsOf(world) !== versions) return false;
  world.coverage.note('rings of three in which theirs goes on for ever (known)');
  return true;
}

/** Everybody uploads, and everybody meets everybody; how many entries that sent. */
async function round(
  world: World,
  strategies: { readonly meeting: StrategyName; readonly upload: StrategyName },
  mode: 'full' | 'cursor' = 'cursor',
): Promise<number> {
  const strategy = meetingStrategy(strategies.meeting, world.coverage);
  const plan = { mode, type: undefined, entriesMax: 2, strategy } as const;
  let sent = 0;
  for (const device of world.devices) {
    await upload(world, device.index, strategies.upload);
    for (const other of world.devices) {
      if (other === device) continue;
      sent += transferred((await runMeeting(world, device, other, plan)).sender);
    }
  }
  return sent;
}

async function upload(world: World, device: number, strategy: StrategyName): Promise<void> {
  const how = { entriesMax: 50, strategy, faults: [], meanwhile: undefined, before: undefined };
  const report = await uploading(world, { do: 'upload', device, ...how });
  const { stopped, outcomes } = report;
  if (stopped !== undefined)
    throw new Error(`an upload without a fault stopped: ${stopped.detail}`);
  if ((outcomes.refused ?? 0) + (outcomes.unsettled ?? 0) > 0) {
    throw new Error(`an upload without a fault has problems: ${JSON.stringify(report.problems)}`);
  }
  const told = new Set(report.resources.items.flatMap(namesIn));
  for await (const { payload } of world.device(device).store.getAllLocalChanges()) {
    const silent = payload.changes.find(({ id }) => !told.has(changeName(id)));
    const isMerge = report.resources.items.some(({ mergedFrom }) => mergedFrom !== undefined);
    if (silent !== undefined && !isMerge) throw new Error(`${changeName(silent.id)} waits untold`);
  }
}

/** A change waits only where the last upload said so; everything else is at the server. */
async function expectAllTold(world: World): Promise<void> {
  const { ledger, coverage } = world;
  for (const mark of [...ledger.edits.keys(), ...ledger.deletions.keys()]) {
    if (world.isApplied(mark)) coverage.note('changes applied once');
    else coverage.note(ledger.lost.has(mark) ? 'changes lost, known so' : 'changes told of');
  }
}

async function fetchAll(world: World, { store }: Device): Promise<void> {
  for (const type of ['Patient', 'Observation']) {
    await downloadOnce(store, world.server, type, [], world.coverage);
  }
}

async function fingerprint(world: World): Promise<string> {
  const parts: string[] = [];
  for (const { store } of world.devices) {
    let archived = 0;
    for await (const { position } of store.archived()) archived = position;
    parts.push(...(await dump(store)), String(archived), String(await store.lastSequence()));
  }
  return [...parts, versionsOf(world)].join('\n');
}

function versionsOf({ server }: World): string {
  return resourceNames.map((name) => server.history(...split(name)).length).join(' ');
}

/** What a device holds, without what it knows of the past. */
async function states({ store }: Device): Promise<string> {
  const lines: string[] = [];
  for (const name of resourceNames) {
    const entry = await store.get(...split(name));
    if (entry === undefined) continue;
    const { base, changes, resource } = entry.payload;
    const names = changes.map(({ id }) => changeName(id)).join(' ');
    const text = new TextDecoder().decode(resource);
    lines.push(`${name} ${base?.versionId ?? 'local'} [${names}] ${text}`);
  }
  return lines.join('\n');
}

async function compareWithServer(world: World, { store }: Device): Promise<void> {
  for (const name of resourceNames) {
    const there = world.server.current(...split(name));
    const entry = await store.get(...split(name));
    if (there === undefined) {
      const isLive = entry !== undefined && entry.payload.resource.length > 0;
      if (isLive && entry.payload.changes.length > 0) {
        throw new Error(`${name} is not at the server, and its changes wait`);
      }
      continue;
    }
    const here = new TextDecoder().decode(entry?.payload.resource);
    const isSettled = entry?.payload.changes.length === 0;
    if (!isSettled || here !== there) {
      throw new Error(`${name} is not what the server has:\n${here}\n${there}`);
    }
  }
}
