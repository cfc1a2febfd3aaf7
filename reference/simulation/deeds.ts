// Carries actions out on a world, and checks what each must have led to.
import { decideWith } from '../src/sync/decide.ts';
import type { SyncReport } from '../src/sync/report.ts';
import type { UploadReport } from '../src/upload/upload-report.ts';
import type { Action, EditPlan, MeetAction, UploadAction } from './actions.ts';
import type { Device } from './device.ts';
import { meet, outcomesOf, playAgain, transferred, type MeetingPlan, type Met } from './meeting.ts';
import { checkCovered, expectUnchanged, namesFrom } from './store-checks.ts';
import { meetingStrategy, uploadStrategy } from './strategies.ts';
import { downloadOnce, namesIn, uploadOnce, type UploadPlan } from './uploading.ts';
import { split, type World } from './world.ts';

/** Does an action, with the checks of its own. */
export async function perform(world: World, action: Action): Promise<void> {
  switch (action.do) {
    case 'edit':
      return world.edit(world.device(action.device), action.resource, action.kind, action.pick);
    case 'remove':
      return world.remove(world.device(action.device), action.resource);
    case 'elsewhere':
      return world.elsewhere(action.resource, action.kind, action.pick);
    case 'meet':
      return meeting(world, action);
    case 'upload':
      await uploading(world, action);
      return;
    case 'download':
      for (const type of ['Patient', 'Observation']) {
        const { store } = world.device(action.device);
        const report = await downloadOnce(store, world.server, type, action.faults, world.coverage);
        world.coverage.note(`download ${report.stopped?.reason ?? 'complete'}`);
      }
      return;
    case 'back up':
      return world.device(action.device).backUp();
    case 'restore':
      return world.restore(world.device(action.device), action.pick);
    case 'clock':
      world.device(action.device).stepClock(action.ms);
      world.coverage.note(`clock steps ${action.ms < 0 ? 'back' : 'on'}`);
      return;
    case 'resolve':
      return resolving(world, action);
    case 'deliver again':
      return deliverAgain(world, action.pick);
    case 'play again':
      return replay(world);
  }
}

/** The two devices of a meeting. */
export function pairOf(world: World, { from, to }: { from: number; to: number }): [Device, Device] {
  const { devices } = world;
  const first = from % devices.length;
  const second = (first + 1 + (to % (devices.length - 1))) % devices.length;
  return [world.device(first), world.device(second)];
}

async function meeting(world: World, action: MeetAction): Promise<void> {
  const [from, to] = pairOf(world, action);
  const tape: Uint8Array[] = [];
  const plan = planOf(world, action, from, to, tape);
  const before = world.deliveries.length;
  const wasCut = world.cut.has(pairName(from, to));
  const met = await runMeeting(world, from, to, plan);
  if (tape.length > 0) world.tape = tape;
  countMeeting(world, action, met, wasCut);
  world.cut.delete(pairName(from, to));
  if (!met.complete) {
    if ((met.receiver?.payloads ?? 0) > 0) world.cut.add(pairName(from, to));
    return;
  }
  const isDisturbed = action.session?.meanwhile !== undefined;
  if (action.type === undefined && !isDisturbed) {
    await checkCovered(from.store, to.store, to.past);
  }
  if (action.then === 'deliver again' && !isDisturbed) {
    await expectUnchanged(to.store, async () => {
      for (const { device, peer, entries } of world.deliveries.slice(before)) {
        if (device !== to.index) continue;
        const batch = { peer, scope: 'again', entries, cursor: new Uint8Array(0) };
        await to.store.updateRemote(batch, decideWith(plan.strategy));
      }
    });
    world.coverage.note('entries delivered again at once');
  }
  if (action.then === 'meet back' && !isDisturbed) await meetBack(world, from, to, plan);
  if (action.then === 'meet again' && action.mode === 'cursor' && !isDisturbed) {
    const { mode, type, entriesMax, strategy } = plan;
    const again = await runMeeting(world, from, to, { mode, type, entriesMax, strategy });
    if (transferred(again.sender) > 0) throw new Error('met again at once, and there was more');
    world.coverage.note('meetings again at once, nothing sent');
  }
}

/** PSP-SEL-6: nobody is told what he said himself. */
async function meetBack(world: World, from: Device, to: Device, plan: MeetingPlan): Promise<void> {
  const said = await namesFrom(to.store, from.store.replicaId);
  const { entriesMax, strategy } = plan;
  const back = { mode: 'cursor', type: undefined, entriesMax, strategy } as const;
  const { receiver } = await runMeeting(world, to, from, back);
  for (const { resourceType, resourceId } of receiver?.resources.items ?? []) {
    const name = `${resourceType}/${resourceId}`;
    if (said.has(name)) throw new Error(`${name} was told back to whom it came from`);
  }
  world.coverage.note('states not told back', said.size);
}

const pairName = (from: Device, to: Device): string => `${from.index} to ${to.index}`;

function planOf(
  world: World,
  action: MeetAction,
  from: Device,
  to: Device,
  tape: Uint8Array[],
): MeetingPlan {
  const { mode, type, entriesMax, session, cutAfter } = action;
  const strategy = meetingStrategy(action.strategy ?? world.setting.meeting, world.coverage);
  const plan = { mode, type, entriesMax, strategy, tape };
  if (session === undefined) return { ...plan, ...(cutAfter === undefined ? {} : { cutAfter }) };
  const { cut, loseReceipt, fragment, meanwhile } = session;
  const act = async ({ resource, kind, pick }: EditPlan, device: Device): Promise<void> => {
    await world.edit(device, resource, kind, pick);
    world.coverage.note(`edits of the ${device === from ? 'sender' : 'receiver'} in a session`);
  };
  const { direction = 'aToB', after = 1 } = meanwhile ?? {};
  const edit = meanwhile && {
    direction,
    after,
    act: () => act(meanwhile, meanwhile.where === 'sender' ? from : to),
  };
  return {
    ...plan,
    session: {
      fragment,
      loseReceipt,
      ...(cut === undefined ? {} : { cut }),
      ...(edit === undefined ? {} : { meanwhile: edit }),
    },
  };
}

/** Runs a meeting; what the receiver's store did must be what its report says. */
export async function runMeeting(
  world: World,
  from: Device,
  to: Device,
  plan: MeetingPlan,
): Promise<Met> {
  const peer = Buffer.from(from.store.replicaId).toString('hex');
  world.decided.length = 0;
  const met = await meet(from.store, to.store, plan, world.random);
  world.throwFault();
  const done = new Map<string, number>();
  for (const { device, peer: of, outcome } of world.decided) {
    if (device === to.index && of === peer) done.set(outcome, (done.get(outcome) ?? 0) + 1);
  }
  judgeReport(done, met.receiver);
  return met;
}

function judgeReport(done: ReadonlyMap<string, number>, report: SyncReport | undefined): void {
  const [stored, told] = [done, outcomesOf(report)].map((counts) =>
    [...counts]
      .map(([name, times]) => `${name} ${times}`)
      .sort()
      .join(', '),
  );
  if (stored !== told) throw new Error(`the store did [${stored}], the report says [${told}]`);
}

function countMeeting(world: World, action: MeetAction, met: Met, wasCut: boolean): void {
  const { coverage } = world;
  coverage.note(action.session === undefined ? 'meetings without a session' : 'sessions');
  coverage.note(`meetings in mode ${action.mode}`);
  if (action.type !== undefined) coverage.note('meetings about one type');
  if (met.receiptLost) coverage.note('sessions cut before the Receipt arrived');
  else if (!met.complete) {
    const payloads = met.receiver?.payloads ?? 0;
    coverage.note(payloads > 0 ? 'cuts between data' : 'cuts before data');
  }
  const isResumed = met.receiver?.cursor === 'RESUMED';
  if (wasCut && met.complete && isResumed) coverage.note('resumed after a cut');
  if (met.receiver?.cursor === 'STARTING_OVER') coverage.note('cursors started over');
}

/** Uploads, and checks with the server what the report claims. */
export async function uploading(world: World, action: UploadAction): Promise<UploadReport> {
  const device = world.device(action.device);
  const { meanwhile, before, faults, entriesMax } = action;
  const name = action.strategy ?? world.setting.upload;
  const plan: UploadPlan = {
    strategy: uploadStrategy(name, world.coverage),
    squash: world.setting.squash,
    bundleEntriesMax: entriesMax,
    faults,
    ...(meanwhile === undefined ? {} : { meanwhile: () => inUpload(world, device, meanwhile) }),
    ...(before === undefined ? {} : { before: () => race(world, before) }),
  };
  const report = await uploadOnce(device.store, world.server, plan, world.coverage);
  await world.check();
  for (const result of report.resources.items) {
    const { alreadyThere, uploaded, outcome, resourceId } = result;
    if (outcome !== 'uploaded' && outcome !== 'already-there') continue;
    for (const name of namesIn(result).slice(0, alreadyThere + uploaded)) {
      const missing = world.reader.marksOfName(name).find((mark) => !world.isApplied(mark));
      if (missing !== undefined) {
        throw new Error(`${resourceId} is reported ${outcome}, and the server lacks ${missing}`);
      }
    }
  }
  return report;
}

async function inUpload(
  world: World,
  device: Device,
  plan: NonNullable<UploadAction['meanwhile']>,
): Promise<void> {
  if ('meets' in plan) {
    const from = world.device(device.index + 1 + (plan.meets % (world.devices.length - 1)));
    const strategy = meetingStrategy(world.setting.meeting, world.coverage);
    const meeting = { mode: 'cursor', type: undefined, entriesMax: 2, strategy } as const;
    await meet(from.store, device.store, meeting, world.random);
    world.coverage.note('meetings during an upload');
  } else {
    await world.edit(device, plan.resource, plan.kind, plan.pick);
    world.coverage.note('edits during an upload');
  }
}

/** Someone else edits what is at the server, after an upload looked and before it writes. */
function race(world: World, { resource, kind, pick }: EditPlan): void {
  if (world.server.current(...split(resource)) === undefined) return;
  world.elsewhere(resource, kind, pick);
  world.coverage.note('edits by others during an upload');
}

async function resolving(
  world: World,
  { device, pick, take }: Action & { readonly do: 'resolve' },
): Promise<void> {
  const { store } = world.device(device);
  const waiting: number[] = [];
  for await (const { reason, position } of store.archived()) {
    if (reason === 'deferred') waiting.push(position);
  }
  const position = waiting[pick % Math.max(1, waiting.length)];
  if (position === undefined) return;
  await store.settleDeferred(position, decideWith(meetingStrategy(take, world.coverage)));
}

async function deliverAgain(world: World, pick: number): Promise<void> {
  const { deliveries } = world;
  const delivery = deliveries[pick % Math.max(1, deliveries.length)];
  if (delivery === undefined) return;
  const { device, peer, entries } = delivery;
  const strategy = meetingStrategy(world.setting.meeting, world.coverage);
  const batch = { peer, scope: 'again', entries, cursor: new Uint8Array(0) };
  await world.device(device).store.updateRemote(batch, decideWith(strategy));
  world.coverage.note('entries delivered again late');
}

async function replay(world: World): Promise<void> {
  const { store } = world.device(0);
  if (world.tape.length === 0) return;
  await expectUnchanged(store, async () => {
    const result = await playAgain(store, world.tape, world.random);
    if (result.kind === 'complete') throw new Error('a recorded session was taken for a new one');
    world.coverage.note('recorded sessions refused');
  });
}
