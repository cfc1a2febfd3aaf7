// A three-way merge of two contents of one resource. What one side changed is taken over where the
// other left it alone; the unit is a member of the resource, for what stands inside one belongs
// together: half a quantity of each side is a dose that nobody wrote. Pure; knows no change list.
import { equalJson, type JsonObject } from '../fhir/json-value.ts';

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
 * What both made of `ancestor` in one content: each changed member is theirs or ours. A member
 * counts as one with its `_` twin, and with every member that may be the same choice element.
 *
 * @returns The content, in the order of `ours`; undefined where both changed one member to two
 * different values. A change inside an array is a change of the whole array (S7).
 */
export function mergeMembers(
  ancestor: JsonObject,
  ours: JsonObject,
  theirs: JsonObject,
): JsonObject | undefined {
  const merged = new Map(ours);
  for (const keys of unitsOf(ancestor, ours, theirs)) {
    if (areEqual(keys, theirs, ancestor) || areEqual(keys, theirs, ours)) continue;
    if (!areEqual(keys, ours, ancestor)) return undefined;
    for (const key of keys) {
      const value = theirs.get(key);
      if (value === undefined) merged.delete(key);
      else merged.set(key, value);
    }
  }
  return merged;
}

/** Names of the members that both changed to two different values, and that no merge can have. */
export function meetingMembers(
  ancestor: JsonObject,
  ours: JsonObject,
  theirs: JsonObject,
): readonly string[] {
  const meeting: string[] = [];
  for (const keys of unitsOf(ancestor, ours, theirs)) {
    const pairs = [
      [theirs, ancestor],
      [theirs, ours],
      [ours, ancestor],
    ] as const;
    if (pairs.some(([a, b]) => areEqual(keys, a, b))) continue;
    meeting.push(...new Set([...keys].map(plainName)));
  }
  return meeting;
}

/** A primitive's extensions stand in a twin of its member. */
function plainName(key: string): string {
  return key.replace(/^_/, '');
}

/** The names of members that are merged together. */
function unitsOf(...contents: readonly JsonObject[]): Iterable<ReadonlySet<string>> {
  const units = new Map<string, Set<string>>();
  for (const key of contents.flatMap((content) => [...content.keys()])) {
    const unit = plainName(key).replace(choiceTypes, '');
    const keys = units.get(unit) ?? new Set();
    units.set(unit, keys.add(key));
  }
  return units.values();
}

function areEqual(keys: ReadonlySet<string>, a: JsonObject, b: JsonObject): boolean {
  for (const key of keys) {
    const [one, other] = [a.get(key), b.get(key)];
    if (one === other) continue;
    if (one === undefined || other === undefined || !equalJson(one, other)) return false;
  }
  return true;
}
