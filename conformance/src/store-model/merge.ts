// Section 16.4: what a receiver that merges as the specification describes makes of a conflict. It
// makes no patch and no id.
import { isFault } from '../fault.ts';
import { equalJson } from '../json/json-equality.ts';
import type { Change } from '../json/entry.ts';
import { readPatch } from '../json/json-patch.ts';
import { readJson, type Json } from '../json/json-reader.ts';
import { contentAfter, type Content } from './content.ts';
import { absorbedBy, idOf, jsonOf, sameChange, type Held, type State } from './state.ts';

/** What merging leads to, or why it is not done. */
export type Merged =
  | { readonly resolution: 'merged' | 'ours' | 'theirs'; readonly content: Json }
  | { readonly reason: string };

const typeNames =
  `Address Age Annotation Attachment Base64Binary Boolean Canonical Code CodeableConcept
  CodeableReference Coding ContactDetail ContactPoint Contributor Count DataRequirement Date
  DateTime Decimal Distance Dosage Duration Expression HumanName Id Identifier Instant Integer
  Integer64 Markdown Meta Money Oid ParameterDefinition Period PositiveInt Quantity Range Ratio
  RatioRange Reference RelatedArtifact SampledData Signature String Time Timing TriggerDefinition
  UnsignedInt Uri Url UsageContext Uuid`
    .split(/\s+/)
    .sort((a, b) => b.length - a.length);

/** The unit that a member belongs to: a value with its extensions, a choice with all its types. */
function unitOf(member: string): string {
  const name = member.startsWith('_') ? member.slice(1) : member;
  const type = typeNames.find((word) => name.endsWith(word));
  return type === undefined ? name : name.slice(0, name.length - type.length);
}

type Members = ReadonlyMap<string, Json>;

const membersOf = (json: Json): Members => (json.type === 'object' ? json.members : new Map());

function unitsOf(json: Json): Map<string, Map<string, Json>> {
  const units = new Map<string, Map<string, Json>>();
  for (const [name, value] of membersOf(json)) {
    const unit = units.get(unitOf(name)) ?? new Map<string, Json>();
    units.set(unitOf(name), unit.set(name, value));
  }
  return units;
}

const none: Members = new Map();

function sameMembers(left: Members, right: Members): boolean {
  return equalJson({ type: 'object', members: left }, { type: 'object', members: right });
}

/** The units that changes touch, whatever their values are afterwards. */
function touchedUnits(changes: readonly Change[]): Set<string> {
  const units = new Set<string>();
  for (const { payload } of changes) {
    const json = readJson(payload);
    const operations = isFault(json) ? json : readPatch(json);
    if (isFault(operations)) continue;
    for (const { op, path } of operations) {
      if (op !== 'test') units.add(unitOf(path[0] ?? ''));
    }
  }
  return units;
}

/** One side: its content, and the units that it changed. */
interface MergeSide {
  readonly content: Json;
  readonly touched: ReadonlySet<string>;
}

/** The merged content; undefined where both sides changed one unit to different values. */
function mergeMembers(ours: MergeSide, theirs: MergeSide): Json | undefined {
  const [left, right] = [unitsOf(ours.content), unitsOf(theirs.content)];
  const members = new Map<string, Json>();
  for (const unit of new Set([...left.keys(), ...right.keys()])) {
    const [our, their] = [left.get(unit) ?? none, right.get(unit) ?? none];
    const isTheirs = theirs.touched.has(unit);
    if (isTheirs && ours.touched.has(unit) && !sameMembers(our, their)) return undefined;
    for (const [name, value] of isTheirs ? their : our) members.set(name, value);
  }
  return { type: 'object', members };
}

function hasAll(side: MergeSide, other: MergeSide, merged: Json): boolean {
  const isAhead = [...other.touched].every((unit) => side.touched.has(unit));
  return isAhead && equalJson(side.content, merged);
}

function hasCopiedId(ours: readonly Change[], theirs: readonly Change[]): boolean {
  const own = new Map(ours.map((change) => [idOf(change), change]));
  return theirs.some((change) => {
    const other = own.get(idOf(change));
    return other !== undefined && !sameChange(change, other);
  });
}

function isUnknownCreation({ changes }: State, other: State): boolean {
  const [first] = changes;
  if (first?.type !== 'INSERT' || absorbedBy(other).has(idOf(first))) return false;
  return !other.changes.some((change) => idOf(change) === idOf(first));
}

function obstacle(ours: Held, theirs: State): string | undefined {
  const { state, baseContent } = ours;
  if (hasCopiedId(state.changes, theirs.changes)) return 'COPIED_STORE';
  if (state.resource.length === 0 || theirs.resource.length === 0) return 'DELETED';
  if (isUnknownCreation(state, theirs) || isUnknownCreation(theirs, state)) return 'TWO_CREATIONS';
  const isSame = state.base?.versionId === theirs.base?.versionId;
  const isKnown = state.base === undefined || baseContent !== undefined;
  return isSame && isKnown ? undefined : 'BASE_UNKNOWN';
}

function commonLength(ours: readonly Change[], theirs: readonly Change[]): number {
  const parting = ours.findIndex((change, i) => {
    const other = theirs[i];
    return other === undefined || !sameChange(change, other);
  });
  return parting < 0 ? ours.length : parting;
}

function isLower(left: Change | undefined, right: Change | undefined): boolean {
  if (left?.id === undefined || right?.id === undefined) return right?.id !== undefined;
  const order = Buffer.compare(left.id.replicaId, right.id.replicaId);
  return order === 0 ? left.id.counter < right.id.counter : order < 0;
}

/** What merging makes of two states in conflict. */
export function threeWay(ours: Held, theirs: State): Merged {
  const reason = obstacle(ours, theirs);
  if (reason !== undefined) return { reason };
  const [o, t] = [ours.state.changes, theirs.changes];
  const common = commonLength(o, t);
  const before: Content = ours.state.base === undefined ? null : (ours.baseContent ?? null);
  const ancestor = contentAfter(before, o.slice(0, common));
  if (isFault(ancestor) || ancestor === null) return { reason: 'BASE_UNKNOWN' };
  const left = { content: jsonOf(ours.state.resource), touched: touchedUnits(o.slice(common)) };
  const right = { content: jsonOf(theirs.resource), touched: touchedUnits(t.slice(common)) };
  const content = mergeMembers(left, right);
  if (content === undefined) return { reason: 'MEMBERS' };
  const [isOurs, isTheirs] = [hasAll(left, right, content), hasAll(right, left, content)];
  if (isOurs && (!isTheirs || isLower(o[common], t[common]))) {
    return { resolution: 'ours', content: left.content };
  }
  return { resolution: isTheirs ? 'theirs' : 'merged', content };
}
