// Runs one script in several worlds that differ in one thing: uploads send whole lists, squashed
// one way or the other, or change by change. Compares the servers.
import type { Action } from './actions.ts';
import { editsIn, readContent } from './content.ts';
import type { LocalChange } from '../src/wire/messages.ts';
import { uploadStrategy } from './strategies.ts';
import { oneChangeView } from './one-change-view.ts';
import { pendingIn, uploadOnce } from './uploading.ts';
import { resourceNames, split, type World } from './world.ts';

type Perform = (world: World, action: Action) => Promise<void>;

/** The worlds to compare. */
export interface Worlds {
  /** Uploads send whole lists, as the setting says. */
  readonly whole: readonly World[];
  /** Uploads send one change after the other. */
  readonly single: World;
}

/** Runs all, and compares what the servers hold of resources without a conflict. */
export async function compareUploads(
  { whole, single }: Worlds,
  script: readonly Action[],
  perform: Perform,
): Promise<void> {
  const conflicts = new Set<string>();
  const uploadIn = (world: World, index: number): Promise<void> =>
    uploadAll(world, index, world === single, conflicts);
  for (const action of script) {
    if (await isUnuploadedDeletion(single, action)) continue;
    for (const world of [...whole, single]) {
      if (action.do === 'upload') await uploadIn(world, action.device);
      else await perform(world, action);
      await world.check();
    }
  }
  for (const world of [...whole, single]) {
    for (const { index } of world.devices) await uploadIn(world, index);
    await world.check();
  }
  for (const name of resourceNames) {
    const wanted = bare(single.server.current(...split(name)));
    const found = whole.map(({ server }) => bare(server.current(...split(name))));
    if (conflicts.has(name)) single.coverage.note('squash: set aside for a conflict');
    else if (found.some((one) => one !== wanted)) {
      throw new Error(`${name} at the servers:\n${[...found, wanted].join('\n')}`);
    } else single.coverage.note('squash: the same at all servers');
  }
}

/** A creation that is deleted before any upload leaves a trace at one of the servers only. */
async function isUnuploadedDeletion(world: World, action: Action): Promise<boolean> {
  if (action.do !== 'remove') return false;
  const entry = await world.device(action.device).store.get(...split(action.resource));
  return entry?.payload.base === undefined;
}

async function uploadAll(
  world: World,
  index: number,
  isSingle: boolean,
  conflicts: Set<string>,
): Promise<void> {
  const { store } = world.device(index);
  const strategy = uploadStrategy('defer', world.coverage);
  const { squash } = world.setting;
  const plan = { strategy, squash, bundleEntriesMax: 50, faults: [] };
  const { coverage, reader } = world;
  const isThere = (change: LocalChange): boolean =>
    reader.marksOf(change).every((mark) => world.isApplied(mark));
  for (let turn = 0; turn < 50; turn += 1) {
    const seen = isSingle ? oneChangeView(store, isThere) : store;
    await world.check();
    const before = (await pendingIn(store)).length;
    const report = await uploadOnce(seen, world.server, plan, coverage);
    for (const { resourceType, resourceId, outcome, changes } of report.resources.items) {
      if (outcome === 'conflict') conflicts.add(`${resourceType}/${resourceId}`);
      if (!isSingle) coverage.note('squash: lists sent as one', changes.length > 1 ? 1 : 0);
    }
    coverage.note('squash: changes sent one by one', isSingle ? report.changes.uploaded : 0);
    const isStill = report.changes.uploaded === 0 && (await pendingIn(store)).length === before;
    if (!isSingle || isStill) return;
  }
  throw new Error('uploads change by change do not end');
}

/** A content without what the server writes into it, its members in one order. */
function bare(text: string | undefined): string {
  if (text === undefined) return 'nothing';
  const { meta, ...rest } = readContent(text);
  const order = editsIn(rest);
  const members = Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify({ order: order.toSorted(), tags: meta?.tag ?? [], members });
}
