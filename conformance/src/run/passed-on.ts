// Whether a testee that sends what the kit once sent it sends the unknown fields with it. Pure; it
// looks at no store: what is kept beside an entry shows only where the entry goes on.
import { isFault } from '../fault.ts';
import type { Entry } from '../json/entry.ts';
import type { Spoken } from '../peer/hearing.ts';
import { isMessageValue, type MessageValue } from '../wire/message-codec.ts';
import { toHex } from '../wire/octets.ts';
import { parseFields } from '../wire/raw-fields.ts';
import { batchEntriesOf } from './carried.ts';

/** A session that was played, connection by connection. */
interface Played {
  readonly connections: readonly { readonly spoken: readonly Spoken[] }[];
}

const nameOf = ({ resourceType, resourceId }: Entry): string => `${resourceType}/${resourceId}`;

function entriesBy(side: Spoken['side'], { connections }: Played): Entry[] {
  return connections
    .flatMap(({ spoken }) => spoken)
    .filter((one) => one.side === side && one.name === 'Payload')
    .flatMap(({ fields }) => batchEntriesOf(fields));
}

/** The unknown fields of a message as text: their order counts within one number alone. */
function unknownOf({ unknown }: MessageValue): string {
  const byNumber = new Map<number, string[]>();
  for (const octets of unknown) {
    const fields = parseFields(octets);
    if (isFault(fields)) continue;
    for (const { number, wire, value: found } of fields) {
      const value = `${wire} ${typeof found === 'bigint' ? found : toHex(found)}`;
      byNumber.set(number, [...(byNumber.get(number) ?? []), value]);
    }
  }
  return JSON.stringify([...byNumber].toSorted(([left], [right]) => left - right));
}

function changesIn(message: MessageValue): MessageValue[] {
  const changes = message.fields.get('changes');
  return Array.isArray(changes) ? changes.filter(isMessageValue) : [];
}

const changeNames = ({ changes }: Entry): string =>
  JSON.stringify(changes.map(({ id }) => id && [toHex(id.replicaId), `${id.counter}`]));

/** Whether one entry is the other as it came; one that changed since is another. */
function isSame(came: Entry, went: Entry): boolean {
  return (
    Buffer.compare(came.resource, went.resource) === 0 &&
    came.base?.versionId === went.base?.versionId &&
    changeNames(came) === changeNames(went)
  );
}

function lossesOf(came: Entry, went: Entry): string[] {
  const name = nameOf(came);
  const about = (what: string): string =>
    `the unknown fields of ${what} were not kept, or not sent with it`;
  const changes = changesIn(went.message);
  const others = changesIn(came.message).flatMap((change, index) => {
    const other = changes[index];
    const isLost = other !== undefined && unknownOf(other) !== unknownOf(change);
    return isLost ? [about(`change ${index} of ${name}`)] : [];
  });
  const isLost = unknownOf(came.message) !== unknownOf(went.message);
  return [...(isLost ? [about(name)] : []), ...others];
}

/**
 * What a testee lost of entries that the kit sent once in an earlier session, one sentence for each
 * message whose unknown fields differ (PSP-MSG-11, PSP-MSG-20).
 *
 * @param seeded - `Type/id` of what its store held before: of such nobody knows whose state it is.
 */
export function lostOnTheWay(sessions: readonly Played[], seeded: readonly string[]): string[] {
  return sessions.flatMap((session, index) => {
    const earlier = sessions.slice(0, index).flatMap((one) => entriesBy('kit', one));
    return entriesBy('testee', session).flatMap((went) => {
      const name = nameOf(went);
      const [came, another] = earlier.filter((one) => nameOf(one) === name);
      const isClear = came !== undefined && another === undefined && !seeded.includes(name);
      return isClear && isSame(came, went) ? lossesOf(came, went) : [];
    });
  });
}
