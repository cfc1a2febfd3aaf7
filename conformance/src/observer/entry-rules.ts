// The duties of a sender for each entry, by chapter 14. The kit's entry check says what a receiver
// would refuse; here it gets the sender's sentence where there is one.
import { createHash } from 'node:crypto';
import { changeKey, type Entry } from '../json/entry.ts';
import { checkEntry } from '../json/entry-check.ts';
import { KitError } from '../fault.ts';
import { messagesIn, textIn } from './message-reading.ts';
import type { Conversation } from './conversation.ts';
import { breach, rules, type Breach, type RuleId } from './rules.ts';

/** Sentences of the sender that say what one of the receiver refuses. */
const sendersSentence: Readonly<Record<string, RuleId>> = {
  'PSP-CHG-7': 'PSP-CHG-6',
  'PSP-CHG-15': 'PSP-CHG-6',
  'PSP-CHG-12': 'PSP-DATA-2',
  'PSP-CHG-14': 'PSP-CHG-13',
};

const isSendersOwn = (cause: RuleId): boolean => Object.values(sendersSentence).includes(cause);

function ruleOf(requirement: string): RuleId {
  const id = sendersSentence[requirement] ?? requirement;
  if (id in rules) return id as RuleId;
  throw new KitError(`${id} is no rule of the observer`);
}

function reusedName(talk: Conversation, entry: Entry): Breach | undefined {
  for (const { id, type, payload } of entry.changes) {
    if (id === undefined) continue;
    const content = createHash('sha256').update(`${type} `).update(payload).digest('hex');
    const use = `${entry.resourceType}/${entry.resourceId} ${content}`;
    const known = talk.changes.get(changeKey(id));
    if (known !== undefined && known !== use) {
      return breach('PSP-CHG-1', `change ${id.counter} of a replica stands for two changes`);
    }
    talk.changes.set(changeKey(id), use);
  }
  return undefined;
}

/** The first rule that each entry of a batch breaks. */
export function entryBreaches(talk: Conversation, entries: readonly Entry[]): Breach[] {
  const asked = talk.request?.fields.get('params');
  const params = typeof asked === 'object' && 'schema' in asked ? asked : undefined;
  const types = params === undefined ? [] : messagesIn(params, 'types');
  const wanted = new Set(types.map((type) => textIn(type, 'resource_type')));
  return entries.flatMap((entry, index) => {
    const place = `entry ${index}: `;
    const refused = checkEntry(entry);
    if (refused !== undefined) {
      const cause = ruleOf(refused.requirement);
      // Of what the kit sends a case names the cause; a testee should not have sent it at all.
      return talk.roleOf('kit') === 'sender' || isSendersOwn(cause)
        ? [breach(cause, place + refused.detail)]
        : [breach('PSP-DATA-14', `${place}${refused.detail} (${cause})`)];
    }
    if (wanted.size > 0 && !wanted.has(entry.resourceType)) {
      return [breach('PSP-SEL-28', `${place}nobody asked for ${entry.resourceType}`)];
    }
    const reused = reusedName(talk, entry);
    return reused === undefined ? [] : [{ ...reused, detail: place + reused.detail }];
  });
}
