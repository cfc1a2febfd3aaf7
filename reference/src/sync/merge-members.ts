// A three-way merge of two contents of one resource. What one side changed is taken over where the
// other left it alone; the unit is a member of the resource, for what stands inside one belongs
// together: half a quantity of each side is a dose that nobody wrote. Pure; knows no change list.
import { equalJson, type JsonObject } from '../fhir/json-value.ts';

/** The contents of a three-way merge, and what each side's own changes touched. */
export interface MergeContents {
  readonly ancestor: JsonObject;
  readonly ours: JsonObject;
  readonly theirs: JsonObject;
  /** Names of members that our changes since the ancestor touched, whatever became of them. */
  readonly oursTouched: ReadonlySet<string>;
  /** The same of theirs. */
  readonly theirsTouched: ReadonlySet<string>;
}

/** The R4 and R5 types that may end the name of a choice element, `value[x]` and its like. */
const choiceTypes = new RegExp(
  '(?:Base64Binary|Boolean|Canonical|Code|Date|DateTime|Decimal|Id|Instant|Integer|Integer64|' +
    'Markdown|Oid|PositiveInt|String|Time|UnsignedInt|Uri|Url|Uuid|Address|Age|Annotation|' +
    'Attachment|CodeableConcept|CodeableReference|Coding|ContactPoint|Count|Distance|Duration|' +
    'HumanName|Identifier|Money|Period|Quantity|Range|Ratio|RatioRange|Reference|SampledData|' +
    'Signature|Timing|ContactDetail|Contributor|DataRequirement|Expression|ParameterDefinition|' +
    'RelatedArtifact|TriggerDefinition|UsageContext|Dosage|Meta)$',
);

/**
 * What both made of the ancestor in one content: each changed member is theirs or ours. A member
 * counts as one with its `_` twin, and with every member that may be the same choice element. What
 * a side touched it changed, even where the value is again the ancestor's: somebody else may hold
 * the value that it took back.
 *
 * @returns The content, in the order of theirs; undefined where both changed one member to two
 * different values. A change inside an array is a change of the whole array (S7).
 */
export function mergeMembers(contents: MergeContents): JsonObject | undefined {
  const { ours, theirs } = contents;
  const merged = new Map(theirs);
  for (const unit of unitsOf(contents)) {
    if (unit.isMeeting) return undefined;
    if (!unit.isOurs || unit.isTheirs) continue;
    for (const key of unit.keys) {
      const value = ours.get(key);
      if (value === undefined) merged.delete(key);
      else merged.set(key, value);
    }
  }
  return merged;
}

/** Names of the members that both changed to two different values, and that no merge can have. */
export function meetingMembers(contents: MergeContents): readonly string[] {
  return unitsOf(contents).flatMap(({ isMeeting, keys }) => (isMeeting ? plainNames(keys) : []));
}

/**
 * Members that one side touched and left as they were, and the other did not touch, with their
 * twins: the difference of two contents does not show that anybody took something back there.
 */
export function undoneMembers(
  contents: MergeContents,
  side: 'ours' | 'theirs',
): ReadonlySet<string> {
  const keys = unitsOf(contents).flatMap((unit) => {
    const isAlone = side === 'ours' ? !unit.isTheirs : !unit.isOurs;
    // Of what neither touched nothing was undone.
    const isTouched = side === 'ours' ? unit.isOurs : unit.isTheirs;
    return isAlone && isTouched && unit.isSame ? [...unit.keys] : [];
  });
  return new Set(keys);
}

/** True where theirs changed what one of these members belongs to. */
export function changedByTheirs(contents: MergeContents, members: ReadonlySet<string>): boolean {
  const names = new Set([...members].map(unitName));
  return unitsOf(contents).some(({ name, isTheirs }) => isTheirs && names.has(name));
}

/** A unit of the merge, and who changed it. */
interface Unit {
  readonly name: string;
  readonly keys: ReadonlySet<string>;
  readonly isOurs: boolean;
  readonly isTheirs: boolean;
  /** Both have one value. */
  readonly isSame: boolean;
  /** Both changed it, to two values. */
  readonly isMeeting: boolean;
}

function unitsOf(contents: MergeContents): readonly Unit[] {
  const { ancestor, ours, theirs } = contents;
  const [oursTouched, theirsTouched] = [contents.oursTouched, contents.theirsTouched].map(
    (names) => new Set([...names].map(unitName)),
  );
  const units: Unit[] = [];
  for (const [name, keys] of keysByUnit(contents)) {
    const isOurs = oursTouched?.has(name) === true || !areEqual(keys, ours, ancestor);
    const isTheirs = theirsTouched?.has(name) === true || !areEqual(keys, theirs, ancestor);
    const isSame = areEqual(keys, ours, theirs);
    units.push({ name, keys, isOurs, isTheirs, isSame, isMeeting: isOurs && isTheirs && !isSame });
  }
  return units;
}

/** Without the mark of the twin in which a primitive's extensions stand. */
function plainName(key: string): string {
  return key.replace(/^_/, '');
}

/** Members for a person to read. */
export function plainNames(keys: ReadonlySet<string>): readonly string[] {
  return [...new Set([...keys].map(plainName))];
}

function unitName(key: string): string {
  return plainName(key).replace(choiceTypes, '');
}

/** The names of members that are merged together. */
function keysByUnit(contents: MergeContents): ReadonlyMap<string, ReadonlySet<string>> {
  const units = new Map<string, Set<string>>();
  const { ancestor, ours, theirs, oursTouched, theirsTouched } = contents;
  const names = [ancestor, ours, theirs].flatMap((content) => [...content.keys()]);
  for (const key of [...names, ...oursTouched, ...theirsTouched]) {
    const keys = units.get(unitName(key)) ?? new Set();
    units.set(unitName(key), keys.add(key));
  }
  return units;
}

function areEqual(keys: ReadonlySet<string>, a: JsonObject, b: JsonObject): boolean {
  for (const key of keys) {
    const [one, other] = [a.get(key), b.get(key)];
    if (one === other) continue;
    if (one === undefined || other === undefined || !equalJson(one, other)) return false;
  }
  return true;
}
