// What Reject and Abort have to say, by section 9.11 and chapter 13.
import type { MessageValue } from '../wire/message-codec.ts';
import { errorRegistry } from '../wire/error-registry.ts';
import type { Conversation } from './conversation.ts';
import { formatBreach } from './format-rules.ts';
import { enumIn, numbersIn } from './message-reading.ts';
import { breach, type Breach } from './rules.ts';

function codeBreach(message: MessageValue): Breach | undefined {
  const code = enumIn(message, 'code');
  const retry = enumIn(message, 'retry');
  const name = message.schema.name;
  if (code === 'UNSPECIFIED') return breach('PSP-MSG-25', `${name} without a code`);
  const known = errorRegistry[code];
  // A code that is not registered may be a newer or a private one.
  if (known === undefined) return undefined;
  if (known.scope === 'entry') return breach('PSP-ERR-1', `${name} with the entry code ${code}`);
  if (known.retry === retry) return undefined;
  return breach('PSP-ABORT-4', `${name} ${code} with retry class ${retry}, not ${known.retry}`);
}

function versionsBreach(
  talk: Conversation,
  writer: 'sender' | 'receiver',
  message: MessageValue,
): Breach | undefined {
  const isAboutVersions = enumIn(message, 'code') === 'VERSION_UNSUPPORTED';
  if (message.schema.name !== 'Reject') return undefined;
  const own = numbersIn(message, 'versions');
  if (!isAboutVersions) {
    return own.length > 0 ? breach('PSP-MSG-25', 'versions with another code') : undefined;
  }
  if (writer === 'sender') return undefined;
  if (own.length === 0) return breach('PSP-VER-3', 'no versions with VERSION_UNSUPPORTED');
  const shared = own.find((version) => talk.offeredVersions.includes(version));
  return shared === undefined
    ? undefined
    : breach('PSP-VER-3', `VERSION_UNSUPPORTED although both speak version ${shared}`);
}

/** What a Reject or an Abort breaks by what it says. */
export function endingBreaches(
  talk: Conversation,
  writer: 'sender' | 'receiver',
  message: MessageValue,
): Breach[] {
  const format = formatBreach(message);
  if (format !== undefined) return [format];
  return [codeBreach(message), versionsBreach(talk, writer, message)].flatMap(
    (broken) => broken ?? [],
  );
}
