// Deliberate faults in the tables and in the rules, each with the property that has to catch it:
// the proof that the properties can fail. Never part of what the specification says.
import type { Guards } from './guards.ts';
import type { Property } from './properties.ts';
import { withCell, withTimerSince } from './tables.ts';
import type { Role, Tables } from './tables.ts';

/** One fault. */
export interface Mutation {
  readonly name: string;
  readonly caughtBy: Property;
  readonly tables?: (tables: Tables) => Tables;
  readonly guards?: Partial<Guards>;
  /** True: two honest endpoints never show it; an arbitrary peer does. */
  readonly needsLiar?: true;
}

const cell =
  (role: Role, state: string, event: string, next?: string, ...actions: string[]) =>
  (tables: Tables): Tables =>
    withCell(tables, role, state, event, next === undefined ? undefined : { next, actions });

const drainAfterWriting = (tables: Tables): Tables =>
  withTimerSince(
    withTimerSince(tables, 'sender', 'CLOSING', 'writing-ended'),
    'receiver',
    'CLOSING',
    'writing-ended',
  );

const echo = (tables: Tables): Tables => {
  const answers = (role: Role, state: string) =>
    cell(role, state, 'KEEP_ALIVE', state, 'SEND_KEEP_ALIVE');
  return answers('receiver', 'RECEIVING')(answers('sender', 'SENDING')(tables));
};

const ofTables: readonly Mutation[] = [
  {
    name: 'the table lacks a cell',
    caughtBy: 'total',
    tables: cell('sender', 'SENDING', 'ACK'),
  },
  {
    name: 'the receiver agrees and does not start to store',
    caughtBy: 'no deadlock',
    tables: cell('receiver', 'DECIDING', 'AGREED', 'RECEIVING', 'OPEN_WINDOW'),
  },
  {
    name: 'Complete is not remembered while the user decides',
    caughtBy: 'no deadlock',
    tables: cell('receiver', 'DECIDING', 'COMPLETE', 'DECIDING'),
  },
  {
    name: 'the sender waits for a Receipt without Complete',
    caughtBy: 'no deadlock',
    tables: cell('sender', 'SENDING', 'ALL_SENT', 'AWAIT_RECEIPT'),
  },
  {
    name: 'the window is not opened when the user agrees',
    caughtBy: 'no deadlock',
    tables: cell('receiver', 'DECIDING', 'AGREED', 'RECEIVING', 'START_STORING'),
  },
  {
    name: 'Receipt goes out when Complete arrives',
    caughtBy: 'complete is true',
    tables: cell('receiver', 'RECEIVING', 'COMPLETE', 'CLOSING', 'SEND_RECEIPT', 'END_WRITING'),
  },
  {
    name: 'the sender is complete when it has sent everything',
    caughtBy: 'complete is true',
    tables: cell(
      'sender',
      'SENDING',
      'ALL_SENT',
      'CLOSING',
      'SEND_COMPLETE',
      'NOTE_RECEIPT',
      'END_WRITING',
    ),
  },
  {
    name: 'the receiver is complete when it is agreed',
    caughtBy: 'sender done before complete',
    tables: cell('receiver', 'DECIDING', 'AGREED', 'CLOSING', 'SEND_RECEIPT', 'END_WRITING'),
  },
  {
    name: 'the receiver ends without a Receipt',
    caughtBy: 'undisturbed completes',
    tables: cell('receiver', 'FINISHING', 'STORED_ALL', 'CLOSING', 'END_WRITING'),
  },
  {
    name: 'the sender installs keys before its Confirm',
    caughtBy: 'no false accusation',
    tables: cell(
      'sender',
      'AWAIT_CONFIRM',
      'CONFIRM',
      'AWAIT_REQUEST',
      'INSTALL_KEYS',
      'SEND_CONFIRM',
      'SEND_IDENTITY',
    ),
  },
  {
    name: 'Payloads are not expected while the user decides',
    caughtBy: 'no false accusation',
    tables: cell('receiver', 'DECIDING', 'PAYLOAD', 'CLOSING', 'SEND_ABORT', 'END_WRITING'),
  },
  {
    name: 'Abort is answered with Abort',
    caughtBy: 'no false accusation',
    tables: cell('sender', 'SENDING', 'ABORT', 'CLOSING', 'SEND_ABORT', 'END_WRITING'),
  },
  {
    name: 'who cancels closes at once',
    caughtBy: 'giving up is heard',
    tables: cell('receiver', 'RECEIVING', 'CANCEL', 'CLOSED', 'SEND_ABORT', 'CLOSE'),
  },
  {
    name: 'an ignorable message ends the session',
    caughtBy: 'ignorable changes nothing',
    tables: cell('receiver', 'RECEIVING', 'IGNORABLE', 'CLOSING', 'SEND_ABORT', 'END_WRITING'),
  },
  {
    name: 'an Ack follows the Receipt',
    caughtBy: 'nothing after the end',
    tables: cell(
      'receiver',
      'FINISHING',
      'STORED_ALL',
      'CLOSING',
      'SEND_RECEIPT',
      'SEND_ACK',
      'END_WRITING',
    ),
  },
  {
    name: 'Abort before keys',
    caughtBy: 'Reject before keys, Abort after',
    tables: cell('receiver', 'AWAIT_CODE', 'CANCEL', 'CLOSING', 'SEND_ABORT', 'END_WRITING'),
  },
  {
    name: 'KeepAlive is answered with KeepAlive',
    caughtBy: 'no endless run',
    tables: echo,
  },
  {
    name: 'the drain timer waits for the end of writing',
    caughtBy: 'closes without a connection',
    tables: drainAfterWriting,
  },
];

const ofGuards: readonly Mutation[] = [
  {
    name: 'Ack before durable',
    caughtBy: 'Ack is durable',
    guards: { mayTell: (receiver) => receiver.held.length > 0 },
  },
  {
    name: 'Ack of all that arrived',
    caughtBy: 'Ack is durable',
    guards: { throughOf: (receiver) => receiver.received },
  },
  {
    name: 'no window check at the sender',
    caughtBy: 'within the window',
    guards: { maySend: () => true },
  },
  {
    name: 'the receiver counts one less into its window',
    caughtBy: 'no false accusation',
    guards: { mayArrive: (limit, outstanding) => outstanding.length < limit.payloads - 1 },
  },
  {
    name: 'the lowest common version',
    caughtBy: 'version agreed',
    guards: {
      chooseVersion: (offered, own) => Math.min(...offered.filter((one) => own.includes(one)), 99),
    },
  },
  {
    name: 'a tag that is not checked',
    caughtBy: 'a wrong code leads nowhere',
    guards: { isTagRight: () => true },
  },
  {
    name: 'an entry that arrives again takes effect again',
    caughtBy: 'nothing twice',
    guards: {
      store: (disk, entry) => ({
        ...disk,
        applied: disk.applied.map((times, index) => (index === entry - 1 ? times + 1 : times)),
        cursor: entry,
      }),
    },
  },
  {
    name: 'the cursor is stored and the entry is not',
    caughtBy: 'cursor covers only what is durable',
    guards: { store: (disk, entry) => ({ ...disk, cursor: entry }) },
  },
  {
    name: 'the cursor of Complete is stored before the Payloads',
    caughtBy: 'cursor covers only what is durable',
    guards: { isAllStored: () => true },
  },
  {
    name: 'a sender resumes one entry too far',
    caughtBy: 'cursor covers only what is durable',
    guards: { resumeAfter: (cursor) => (cursor > 0 ? cursor + 1 : 0) },
  },
  {
    name: 'Complete one Payload too early',
    caughtBy: 'cursor covers only what is durable',
    guards: { isAllSent: (sender) => sender.from + sender.sent >= sender.mark - 1 },
  },
  {
    name: 'nothing is read while writing is blocked',
    caughtBy: 'no deadlock',
    guards: { readsWhileBlocked: false },
  },
  {
    name: 'an ignorable message between Confirm and keys',
    caughtBy: 'ignorable changes nothing',
    guards: { mayTalk: () => true },
  },
  {
    name: 'a Receipt is believed before the last Ack',
    caughtBy: 'complete is true',
    guards: { isReceiptTrue: (sender, entries) => entries === sender.sent },
    needsLiar: true,
  },
  {
    name: 'an Ack of what was not sent is believed',
    caughtBy: 'Ack is durable',
    guards: { isAckTrue: (sender, through) => through >= sender.acked },
    needsLiar: true,
  },
];

/** Every mutation. */
export const mutations: readonly Mutation[] = [...ofTables, ...ofGuards];
