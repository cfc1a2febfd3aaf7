// Keys as they come out where one step of the key schedule is missing: what a frame that does not
// open is tried with, so that the finding names the step. It judges nothing.
import { createHash, createHmac, createSecretKey } from 'node:crypto';
import type { DirectionKeys } from '../security/record.ts';
import { frameOf } from '../wire/frame.ts';
import { concat, utf8 } from '../wire/octets.ts';

/** Keys of both directions, and which sentence was not kept to get them. */
export interface MisderivedKeys {
  readonly rule: 'PSP-KEY-3' | 'PSP-KEY-4';
  /** One sentence. */
  readonly detail: string;
  readonly sender: DirectionKeys;
  readonly receiver: DirectionKeys;
}

const prefix = 'fhir-peer-sync/1 ';

const hmac = (key: Uint8Array, data: Uint8Array): Uint8Array =>
  new Uint8Array(createHmac('sha512', createSecretKey(key)).update(data).digest());

const sha512 = (...parts: readonly Uint8Array[]): Uint8Array =>
  new Uint8Array(
    createHash('sha512')
      .update(concat(...parts))
      .digest(),
  );

/** Whatever the mistakes make of the bodies of Initiate and Accept. */
export function misderivedKeys(
  isk: Uint8Array,
  initiate: Uint8Array,
  accept: Uint8Array,
): readonly MisderivedKeys[] {
  const [first, second] = [frameOf(initiate), frameOf(accept)];
  const th = sha512(first, second);
  const prk = hmac(th, isk);
  const directions = (
    key: Uint8Array,
    info: (label: string) => string,
  ): Pick<MisderivedKeys, 'sender' | 'receiver'> => {
    const expand = (label: string, octets: number): Uint8Array =>
      hmac(key, concat(utf8(info(label)), Uint8Array.of(1))).slice(0, octets);
    return {
      sender: { key: expand('s2r key', 32), iv: expand('s2r iv', 12) },
      receiver: { key: expand('r2s key', 32), iv: expand('r2s iv', 12) },
    };
  };
  const full = (label: string): string => prefix + label;
  const salted = (detail: string, salt: Uint8Array): MisderivedKeys => ({
    rule: 'PSP-KEY-3',
    detail,
    ...directions(hmac(salt, isk), full),
  });
  const labelled = (detail: string, info: (label: string) => string): MisderivedKeys => ({
    rule: 'PSP-KEY-4',
    detail,
    ...directions(prk, info),
  });
  return [
    salted('th was made without the length octets of the frames', sha512(initiate, accept)),
    salted('th was made of Initiate alone', sha512(first)),
    salted('th was made of Accept before Initiate', sha512(second, first)),
    salted('PRK was made without th', new Uint8Array(64)),
    { rule: 'PSP-KEY-3', detail: 'salt and IKM are swapped', ...directions(hmac(isk, th), full) },
    { rule: 'PSP-KEY-3', detail: 'PRK was not extracted', ...directions(isk, full) },
    labelled('the labels have no prefix', (label) => label),
    labelled('the prefix has no space', (label) => prefix.trimEnd() + label),
    labelled('key and iv have one label', (label) => full(label.replace('iv', 'key'))),
  ];
}
