// The length, count and range bounds of every field of a message that has a type of its own
// (PSP-MSG-13). Entries of a batch are not judged here: their faults never end a session.
import {
  CONFIRM_TAG_OCTETS,
  CURSOR_OCTETS,
  DETAIL_OCTETS,
  DISPLAY_NAME_OCTETS,
  INSTANT_OCTETS,
  PAKE_SHARE_OCTETS,
  PAKE_SHARES_MAX,
  PAKE_SHARES_MIN,
  PARAMETER_NAME_OCTETS_MAX,
  PARAMETER_NAME_OCTETS_MIN,
  PARAMETER_VALUE_OCTETS,
  REPLICA_ID_OCTETS,
  REQUESTED_TYPES,
  SEARCH_PARAMETERS,
  SERVER_DIGEST_OCTETS,
  SERVER_URL_OCTETS,
  SESSION_NONCE_OCTETS,
  VERSIONS_MAX,
  VERSIONS_MIN,
  WIRE_VERSION,
  checkLimits,
} from './limits.ts';
import { ErrorCode } from './messages.ts';
import type * as wire from './messages.ts';
import { utf8Octets } from './utf8-length.ts';
import { violation, type Violation } from './violation.ts';

type Judgement = Violation | undefined;

const malformed = (requirement: string, detail: string): Violation =>
  violation(ErrorCode.MALFORMED_MESSAGE, requirement, detail);

function size(what: string, is: number, min: number, max: number): Judgement {
  if (is >= min && is <= max) return undefined;
  const bound = min === max ? `${min}` : `${min} to ${max}`;
  return malformed('PSP-MSG-13', `${what} is ${is}; it must be ${bound}`);
}

const octets = (what: string, value: Uint8Array, min: number, max = min): Judgement =>
  size(`octets of ${what}`, value.length, min, max);

const text = (what: string, value: string, min: number, max: number): Judgement =>
  size(`octets of ${what}`, utf8Octets(value), min, max);

/** PSP-CONV-2: the zero of a required enum says nothing, so nothing can be done with it. */
const specified = (what: string, value: number): Judgement =>
  value === 0 ? malformed('PSP-CONV-2', `${what} is unspecified`) : undefined;

function distinct<T>(
  requirement: string,
  what: string,
  items: readonly T[],
  key: (item: T) => unknown,
): Judgement {
  if (new Set(items.map(key)).size === items.length) return undefined;
  return malformed(requirement, `${what} twice in a list`);
}

function each<T>(items: readonly T[], judge: (item: T) => Judgement): Judgement {
  for (const item of items) {
    const judgement = judge(item);
    if (judgement !== undefined) return judgement;
  }
  return undefined;
}

const capabilities = (items: readonly wire.Capability[]): Judgement =>
  distinct('PSP-CAP-8', 'a capability', items, (item) => item.id);

const typeCounts = (items: readonly wire.TypeCount[]): Judgement =>
  distinct('PSP-MSG-13', 'a resource type', items, (item) => item.resourceType);

const withheldCounts = (items: readonly wire.WithheldCount[]): Judgement =>
  distinct('PSP-MSG-13', 'a resource type and reason', items, (item) =>
    JSON.stringify([item.resourceType, item.reason]),
  );

const shares = (items: readonly wire.PakeShare[]): Judgement =>
  size('number of shares', items.length, PAKE_SHARES_MIN, PAKE_SHARES_MAX) ??
  each(
    items,
    ({ secretKind, share }) =>
      specified('secret_kind', secretKind) ?? octets('share', share, PAKE_SHARE_OCTETS),
  ) ??
  distinct('PSP-HS-19', 'a secret kind', items, (item) => item.secretKind);

function initiate(value: wire.Initiate): Judgement {
  const { versions } = value;
  // PSP-INV-6: a version of the future may have other bounds for every other field.
  if (versions.length > 0 && !versions.includes(WIRE_VERSION)) return undefined;
  return (
    size('number of versions', versions.length, VERSIONS_MIN, VERSIONS_MAX) ??
    distinct('PSP-MSG-13', 'a version', versions, (version) => version) ??
    octets('session_nonce', value.sessionNonce, SESSION_NONCE_OCTETS) ??
    specified('pake_suite', value.pakeSuite) ??
    shares(value.pakeShares) ??
    octets('server_digest', value.serverDigest, SERVER_DIGEST_OCTETS) ??
    specified('fhir_release', value.fhirRelease) ??
    checkLimits(value.limits) ??
    capabilities(value.capabilities)
  );
}

function accept(value: wire.Accept): Judgement {
  // The sender answers a version that it did not offer (PSP-VER-4) before the rest means anything.
  if (value.version !== WIRE_VERSION) return undefined;
  return (
    octets('session_nonce', value.sessionNonce, SESSION_NONCE_OCTETS) ??
    specified('secret_kind', value.secretKind) ??
    octets('pake_share', value.pakeShare, PAKE_SHARE_OCTETS) ??
    checkLimits(value.limits) ??
    capabilities(value.capabilities)
  );
}

const endpoint = (value: wire.Identity | wire.Request): Judgement =>
  octets('replica_id', value.replicaId, REPLICA_ID_OCTETS) ??
  text('display_name', value.displayName, 0, DISPLAY_NAME_OCTETS) ??
  text('server_url', value.serverUrl, 0, SERVER_URL_OCTETS);

const parameter = ({ name, value }: wire.SearchParameter): Judgement =>
  text('name', name, PARAMETER_NAME_OCTETS_MIN, PARAMETER_NAME_OCTETS_MAX) ??
  text('value', value, 0, PARAMETER_VALUE_OCTETS);

const resourceType = /^[A-Z][A-Za-z0-9]{0,63}$/;

const requestedType = (value: wire.TypeParams): Judgement =>
  (resourceType.test(value.resourceType)
    ? undefined
    : malformed('PSP-MSG-13', 'a resource_type outside its alphabet')) ??
  size('number of parameters', value.parameters.length, 0, SEARCH_PARAMETERS) ??
  each(value.parameters, parameter) ??
  text('last_updated', value.lastUpdated, 0, INSTANT_OCTETS);

const params = ({ types }: wire.ResourceSyncParams): Judgement =>
  size('number of types', types.length, 0, REQUESTED_TYPES) ??
  each(types, requestedType) ??
  distinct('PSP-REQ-1', 'a resource type', types, (type) => type.resourceType);

const request = (value: wire.Request): Judgement =>
  endpoint(value) ??
  (value.params === undefined ? undefined : params(value.params)) ??
  specified('mode', value.mode) ??
  octets('cursor', value.cursor, 0, CURSOR_OCTETS);

const none = (): Judgement => undefined;

/** Judges the fields of each message; undefined where all are within their bounds. */
export const messageBounds = {
  Initiate: initiate,
  Accept: accept,
  // A reader acts on unknown codes and versions of any later version (PSP-INV-5).
  Reject: none,
  Confirm: (value: wire.Confirm) => octets('tag', value.tag, CONFIRM_TAG_OCTETS),
  Identity: endpoint,
  Request: request,
  Offer: (value: wire.Offer) =>
    typeCounts(value.totals) ??
    withheldCounts(value.withheld) ??
    specified('cursor_disposition', value.cursorDisposition),
  Payload: (value: wire.Payload) =>
    specified('encoding', value.encoding) ?? octets('cursor', value.cursor, 0, CURSOR_OCTETS),
  // An outcome that is not specified counts as "other"; what it names is the session's to judge.
  Ack: none,
  Complete: (value: wire.Complete) =>
    typeCounts(value.entries) ??
    withheldCounts(value.withheld) ??
    octets('cursor', value.cursor, 0, CURSOR_OCTETS),
  Receipt: (value: wire.Receipt) =>
    distinct('PSP-MSG-13', 'a resource type and outcome', value.counts, (item) =>
      JSON.stringify([item.resourceType, item.outcome]),
    ),
  KeepAlive: none,
  Abort: (value: wire.Abort) => text('detail', value.detail, 0, DETAIL_OCTETS),
} as const;
