// What has to hold: in every world, on every move, and of every way a session can go. Protocol
// properties only; how worlds are found is the explorer's.
import type { Move } from './moves.ts';
import { sizeOf } from './step.ts';
import { isOver, kindOf, messagesIn, numberIn } from './world.ts';
import type { Configuration, World } from './world.ts';

/** The properties by name, with what each says. */
export const properties = {
  total: 'every state has an answer to every event',
  'version agreed': 'both endpoints agree on the version once both have keys',
  'a wrong code leads nowhere': 'nobody has keys when the user entered another secret',
  'Ack is durable': 'an Ack, sent or read, covers only what is durable',
  'cursor covers only what is durable': 'a stored cursor never lies beyond a missing entry',
  'nothing twice': 'no entry takes effect twice',
  'complete is true': 'who reports complete is right: the receiver has what the sender sent',
  'sender done before complete': 'a receiver reports complete only after the sender sent Complete',
  'within the window': 'a sender never exceeds the window that it was given',
  'no false accusation': 'honest endpoints never end a session for what the other did',
  'ignorable changes nothing': 'an unknown ignorable message leaves its reader as it was',
  'nothing after the end': 'nothing is written after Reject, Abort or Receipt',
  'Reject before keys, Abort after': 'who gives up says so in the form of that part',
  'no deadlock': 'some move that needs no timer is always possible while the connection works',
  'closes without a connection': 'with a dead connection the timers alone close both endpoints',
  'no endless run': 'no session goes round in a circle',
  'giving up is heard': 'without a break, nobody is left with a mere interruption',
  'undisturbed completes': 'a session that nothing disturbs completes with everything stored',
} as const;

/** Name of a property. */
export type Property = keyof typeof properties;

/** A property that does not hold, and what was seen. */
export interface Breach {
  readonly property: Property;
  readonly detail: string;
}

const breach = (property: Property, detail: string): Breach => ({ property, detail });

/** What is wrong in a world by itself. */
export function judgeWorld(world: World, configuration: Configuration): Breach | undefined {
  return (
    judgeAcks(world) ??
    judgeStore(world) ??
    judgeEndings(world) ??
    judgeShared(world, configuration)
  );
}

function judgeAcks({ sender, receiver, toSender }: World): Breach | undefined {
  for (const frame of toSender.frames) {
    const through = kindOf(frame) === 'ACK' ? numberIn(frame, 0) : 0;
    if (through > receiver.durable) {
      return breach('Ack is durable', `${frame} with ${receiver.durable} Payloads durable`);
    }
  }
  if (sender.acked > receiver.durable) {
    return breach('Ack is durable', `the sender believes in ${sender.acked} Payloads`);
  }
  return undefined;
}

function judgeStore({ disk }: World): Breach | undefined {
  const missing = disk.applied.slice(0, disk.cursor).indexOf(0);
  if (missing >= 0) {
    const detail = `cursor ${disk.cursor} without entry ${missing + 1}`;
    return breach('cursor covers only what is durable', detail);
  }
  const twice = disk.applied.findIndex((times) => times > 1);
  return twice >= 0 ? breach('nothing twice', `entry ${twice + 1}`) : undefined;
}

function judgeEndings({ sender, receiver, disk }: World): Breach | undefined {
  const isWholeStored = disk.applied.slice(0, sender.mark).every((times) => times > 0);
  for (const [role, { ending }] of Object.entries({ sender, receiver })) {
    if (ending !== 'complete') continue;
    if (!sender.completed) return breach('sender done before complete', `the ${role} is too early`);
    if (receiver.durable !== sender.sent || !isWholeStored) {
      const detail = `the ${role}: ${receiver.durable} of ${sender.sent} Payloads durable`;
      return breach('complete is true', detail);
    }
  }
  return undefined;
}

function judgeShared(world: World, { window, sizes, versions }: Configuration): Breach | undefined {
  const { sender, receiver } = world;
  if (sender.keys && receiver.keys) {
    const common = versions.sender.filter((one) => versions.receiver.includes(one));
    if (sender.version !== receiver.version || sender.version !== Math.max(...common)) {
      return breach('version agreed', `${sender.version} and ${receiver.version}`);
    }
  }
  if (!receiver.codeIsRight && (sender.keys || receiver.keys)) {
    return breach('a wrong code leads nowhere', `sender ${sender.phase}`);
  }
  const count = Math.max(0, sender.sent - sender.acked);
  const octets = Array.from({ length: count }, (_, index) =>
    sizeOf(sizes, sender.from + sender.acked + 1 + index),
  ).reduce((sum, one) => sum + one, 0);
  const isWithin = count <= 1 || octets <= window.octets;
  if (count > window.payloads || !isWithin) {
    return breach('within the window', `${count} Payloads of ${octets} octets outstanding`);
  }
  return undefined;
}

/** What is wrong with a move: what its reader made of what an honest endpoint wrote. */
export function judgeMove(world: World, { name, kind, to }: Move): Breach | undefined {
  const words = name.split(' ');
  if (kind !== 'work' || words[1] !== 'reads') return undefined;
  const role = words[0] === 'sender' ? 'sender' : 'receiver';
  const frame = words.slice(2).join(' ');
  if (kindOf(frame) === 'IGNORABLE' && JSON.stringify(world[role]) !== JSON.stringify(to[role])) {
    return breach('ignorable changes nothing', `${name} in ${world[role].phase}`);
  }
  const accuses = world[role].ending === 'open' && to[role].ending === 'gave-up';
  if (!accuses || isDeserved(world, frame)) return undefined;
  return breach('no false accusation', `the ${name} in ${world[role].phase}`);
}

/** No version in common, or a code that was typed wrong. */
function isDeserved({ receiver }: World, frame: string): boolean {
  return kindOf(frame) === 'INITIATE' || (frame.startsWith('CONFIRM') && !receiver.codeIsRight);
}

/** Whether both ended in a way that only a break explains. */
export function judgeHearing({ sender, receiver }: World): Breach | undefined {
  for (const [role, { ending }] of Object.entries({ sender, receiver })) {
    if (ending === 'interrupted') return breach('giving up is heard', `the ${role} heard nothing`);
  }
  return undefined;
}

/** What an undisturbed session has to have come to. */
export function judgeCompletion(world: World, configuration: Configuration): Breach | undefined {
  const { sender, receiver, disk } = world;
  const { versions } = configuration;
  const hasCommon = versions.sender.some((one) => versions.receiver.includes(one));
  const wanted = hasCommon
    ? sender.ending === 'complete' && receiver.ending === 'complete'
    : sender.ending === 'told-by-peer' && receiver.ending === 'gave-up';
  const isStored = !hasCommon || disk.applied.slice(0, sender.mark).every((times) => times === 1);
  if (wanted && isStored) return undefined;
  const endings = `sender ${sender.ending}, receiver ${receiver.ending}`;
  const detail = `${endings}, stored ${disk.applied.join()}`;
  return breach('undisturbed completes', detail);
}

/** Who is left waiting, for the message about a deadlock. */
export function describeWaiting(world: World): string {
  const parts = (['sender', 'receiver'] as const).map((role) => `${role} ${world[role].phase}`);
  const { toReceiver, toSender, silent } = world;
  const ways = `${messagesIn(toReceiver)} and ${messagesIn(toSender)} messages under way`;
  return `${parts.join(', ')}; ${ways}${silent ? '; silence' : ''}`;
}

/** Whether someone has begun to end the session. */
export const someoneEnds = ({ sender, receiver }: World): boolean =>
  isOver(sender.phase) ||
  sender.phase === 'CLOSING' ||
  isOver(receiver.phase) ||
  receiver.phase === 'CLOSING';
