// Judges of secrets, server identity, key exchange, keys and sealed frames.
import { isFault } from '../fault.ts';
import { readQrText, readTypedCode } from '../security/access-code.ts';
import {
  channelIdentifier,
  generatorOf,
  generatorString,
  iskOf,
  sharedValue,
  shareOf,
  tagsOf,
} from '../security/cpace.ts';
import { deriveKeys } from '../security/key-schedule.ts';
import { nonceOf, openAt, sealAt } from '../security/record.ts';
import { canonicalUrl, serverDigest } from '../security/server-url.ts';
import { frameOf, FrameReader } from '../wire/frame.ts';
import { fromHex, toHex } from '../wire/octets.ts';
import { accepted, difference, inputText, judgeFault, textIn } from './vector.ts';
import type { Judge } from './vector.ts';

/** What a person typed. */
export const judgeTypedCode: Judge = (vector) => {
  const code = readTypedCode(inputText(vector));
  if (isFault(code)) return judgeFault(vector, code);
  return accepted(vector) ?? difference('code', code, vector.expect);
};

/** What a camera read. */
export const judgeQrText: Judge = (vector) => {
  const secret = readQrText(inputText(vector));
  if (isFault(secret)) return judgeFault(vector, secret);
  return accepted(vector) ?? difference('secret', toHex(secret), vector.expect);
};

/** A configured URL. A canonical one is its own canonical form. */
export const judgeCanonicalUrl: Judge = (vector) => {
  const canonical = canonicalUrl(inputText(vector));
  if (isFault(canonical)) return judgeFault(vector, canonical);
  return (
    accepted(vector) ??
    difference('canonical form', canonical, vector.expect) ??
    difference('canonical form of it', canonicalUrl(canonical), canonical)
  );
};

/** The digest of a server's URL. */
export const judgeDigest: Judge = ({ input, expect }) => {
  const digest = serverDigest(
    fromHex(textIn(input, 'session_nonce')),
    textIn(input, 'canonical_url'),
  );
  return difference('digest', toHex(digest), expect);
};

/** A whole key exchange, seen from both sides. */
export const judgeExchange: Judge = ({ input, expect }) => {
  const [prs, ci, sid, ya, yb, ada, adb] = ['prs', 'ci', 'sid', 'ya', 'yb', 'ada', 'adb'].map(
    (name) => fromHex(textIn(input, name)),
  ) as [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array];
  const generator = generatorOf({ prs, sid, ci });
  const shares = { ya: shareOf(ya, generator), yb: shareOf(yb, generator) };
  const k = sharedValue(ya, shares.yb);
  const other = sharedValue(yb, shares.ya);
  if (isFault(k) || isFault(other)) return 'an honest share was refused';
  const exchange = { sid, k, ada, adb, ...shares };
  const isk = iskOf(exchange);
  const found = {
    generator_string: generatorString({ prs, sid, ci }),
    generator,
    share_a: shares.ya,
    share_b: shares.yb,
    k,
    isk,
    ...tagsOf(exchange, isk),
  };
  return (
    difference('CI', toHex(channelIdentifier), toHex(ci)) ??
    difference('K of the receiver', toHex(other), toHex(k)) ??
    difference('values', hexes(found), expect)
  );
};

function hexes(values: Readonly<Record<string, Uint8Array>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toHex(value)]));
}

/** One share of a peer. */
export const judgeShare: Judge = (vector, parameters) => {
  const scalar = fromHex(textIn(parameters, 'scalar'));
  const k = sharedValue(scalar, fromHex(textIn(vector.input, 'share')));
  if (isFault(k)) return judgeFault(vector, k);
  return accepted(vector) ?? difference('K', { k: toHex(k) }, vector.expect);
};

/** The keys of a session. */
export const judgeKeys: Judge = ({ input, expect }) => {
  const keys = deriveKeys(
    fromHex(textIn(input, 'isk')),
    fromHex(textIn(input, 'initiate_frame')),
    fromHex(textIn(input, 'accept_frame')),
  );
  const found = {
    th: keys.th,
    prk: keys.prk,
    s2r_key: keys.s2rKey,
    s2r_iv: keys.s2rIv,
    r2s_key: keys.r2sKey,
    r2s_iv: keys.r2sIv,
    exporter: keys.exporter,
  };
  return difference('keys', hexes(found), expect);
};

/** One sealed frame, length octets included; a good one is sealed again as well. */
export const judgeSealed: Judge = (vector, parameters) => {
  const keys = { key: fromHex(textIn(parameters, 'key')), iv: fromHex(textIn(parameters, 'iv')) };
  const counter = Number(textIn(vector.input, 'counter'));
  const frame = fromHex(textIn(vector.input, 'frame'));
  const reader = new FrameReader();
  reader.push(frame);
  const body = reader.take(frame.length);
  if (body === undefined) return 'the frame is not complete';
  const message = isFault(body) ? body : openAt(keys, counter, body);
  if (isFault(message)) return judgeFault(vector, message);
  const found = { nonce: toHex(nonceOf(keys.iv, counter)), message: toHex(message) };
  return (
    accepted(vector) ??
    difference('opened', found, vector.expect) ??
    difference('sealed again', toHex(sealAt(keys, counter, message)), toHex(frame)) ??
    difference('framed again', toHex(frameOf(frame.subarray(4))), toHex(frame))
  );
};
