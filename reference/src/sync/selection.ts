// Which entries a Request selects, and which of them may leave this device. Refuses by name what it
// does not support, because matching nothing loses data and ignoring a parameter discloses it
// (PSP-SEL-5). Knows no store and no batches, and leaves to the FHIR layer how parameters match.
import {
  ErrorCode,
  FhirRelease,
  SelectionMode,
  type Request,
  type TypeParams,
} from '../wire/messages.ts';
import { violation, type Violation } from '../wire/violation.ts';
import { isResourceType } from '../fhir/entry-check.ts';
import { isEntryFault } from '../fhir/entry-fault.ts';
import { compareInstants } from '../fhir/instant.ts';
import { parseLossless } from '../fhir/json-text.ts';
import { compileQuery, matchesQuery, type Query } from '../fhir/search/query.ts';
import type { StoredPayload } from '../store/store.ts';
import { scopeOf } from './scope.ts';

/** What may leave this device, whatever is asked for. */
export interface ExportPolicy {
  /** The only resource types that are sent (PSP-REQ-4). */
  readonly types: readonly string[];
}

/** A selection mode that this version supports. */
export type SupportedMode =
  typeof SelectionMode.FULL | typeof SelectionMode.CURSOR | typeof SelectionMode.LAST_UPDATED;

/** A Request that can be answered. */
export interface Selection {
  readonly mode: SupportedMode;
  /** Types asked for; undefined: every type (PSP-REQ-2). */
  readonly requested: readonly string[] | undefined;
  /** Types asked for and allowed; undefined: every type. Never empty. */
  readonly allowed: readonly string[] | undefined;
  /** Mode LAST_UPDATED: the receiver's newest instant of each type that it gave one for. */
  readonly since: ReadonlyMap<string, string>;
  /** Search parameters of the allowed types that have any. */
  readonly queries: ReadonlyMap<string, Query>;
  /** Canonical text of what was asked for and allowed: what a cursor is good for. */
  readonly scope: readonly [params: string, policy: string];
}

/** What search parameters mean here. */
export interface SearchContext {
  /** The store's FHIR server: absolute references below it are local (PSP-SEL-19). */
  readonly serverUrl: string;
  /** The session's FHIR release; search parameters are known of R4 only. */
  readonly fhirRelease: FhirRelease;
}

const detailCharactersMax = 200;

/**
 * Reads what a Request selects under a policy.
 *
 * Gives SELECTION_UNSUPPORTED naming the mode, type or search parameter (PSP-REQ-3), and
 * SELECTION_REFUSED where the policy allows none of the requested types (PSP-REQ-6).
 */
export function selectionOf(
  request: Request,
  policy: ExportPolicy | undefined,
  context: SearchContext = { serverUrl: '', fhirRelease: FhirRelease.R4 },
): Selection | Violation {
  const mode = supportedMode(request.mode);
  if (mode === undefined) return unsupported(`selection mode ${request.mode}`);
  const types = request.params?.types ?? [];
  const queries = queriesOf(types, context);
  if ('kind' in queries) return queries;
  const requested = types.length === 0 ? undefined : types.map(({ resourceType }) => resourceType);
  const allowed = intersection(requested, policy?.types);
  if (allowed?.length === 0) {
    // PSP-REQ-6: the types are not named; what is withheld is not the peer's to learn here.
    return violation(
      ErrorCode.SELECTION_REFUSED,
      'PSP-REQ-6',
      'the export policy allows none of the requested types',
    );
  }
  // PSP-SEL-25: of what is withheld nothing is searched.
  const searched = [...queries].filter(([type]) => allowed?.includes(type) === true);
  const since = types.filter(({ lastUpdated }) => lastUpdated !== '');
  return {
    mode,
    requested,
    allowed,
    since: new Map(since.map(({ resourceType, lastUpdated }) => [resourceType, lastUpdated])),
    queries: new Map(searched),
    scope: [scopeOf(request.params), policy === undefined ? '' : JSON.stringify(sorted(policy))],
  };
}

/** What is asked about; its content is only asked for where the type does not tell. */
export type SelectedEntry = Pick<StoredPayload, 'resourceType' | 'payload'>;

/** True when the mode's own rule and the search parameters select an entry of a requested type. */
export function isSelected(selection: Selection, entry: SelectedEntry): boolean {
  return isSelectedByMode(selection, entry) && isMatching(selection, entry);
}

function isMatching({ queries }: Selection, entry: SelectedEntry): boolean {
  const query = queries.get(entry.resourceType);
  if (query === undefined) return true;
  const { resource } = entry.payload;
  // PSP-SEL-11: nothing is left of a tombstone to search, and a deletion must not be lost.
  if (resource.length === 0) return true;
  const parsed = parseLossless(resource);
  // No store takes what cannot be read (PSP-DATA-14). If one has it all the same, a search is not
  // the place to hide it from everybody.
  return isEntryFault(parsed) || matchesQuery(query, parsed);
}

function isSelectedByMode(selection: Selection, entry: SelectedEntry): boolean {
  // PSP-SEL-1, PSP-SEL-2: the range of sequences is the whole rule.
  if (selection.mode !== SelectionMode.LAST_UPDATED) return true;
  const since = selection.since.get(entry.resourceType);
  if (since === undefined) return true;
  const { changes, base } = entry.payload;
  // PSP-SEL-3: what no server has dated, or a user has changed, is never too old; where either
  // value is no instant nothing says that the receiver has the entry.
  if (changes.length > 0 || base === undefined) return true;
  const order = compareInstants(base.lastUpdated, since);
  return order === undefined || order >= 0;
}

function supportedMode(mode: SelectionMode): SupportedMode | undefined {
  switch (mode) {
    case SelectionMode.FULL:
    case SelectionMode.CURSOR:
    case SelectionMode.LAST_UPDATED:
      return mode;
    default:
      return undefined;
  }
}

function queriesOf(
  types: readonly TypeParams[],
  { serverUrl, fhirRelease }: SearchContext,
): ReadonlyMap<string, Query> | Violation {
  const seen = new Set<string>();
  const queries = new Map<string, Query>();
  for (const { resourceType, parameters } of types) {
    if (!isResourceType(resourceType)) return unsupported(`resource type ${resourceType}`);
    if (seen.has(resourceType)) {
      const detail = `resource type ${resourceType} listed twice`;
      return violation(ErrorCode.MALFORMED_MESSAGE, 'PSP-REQ-1', detail);
    }
    seen.add(resourceType);
    // PSP-REQ-3: the name goes back; the value may be a patient's and does not (PSP-ABORT-3).
    const [first] = parameters;
    if (first === undefined) continue;
    // PSP-SEL-5: the names of R4 may mean something else in another release.
    if (fhirRelease !== FhirRelease.R4) {
      return unsupported(`search parameter ${first.name} of ${resourceType}`);
    }
    const query = compileQuery(resourceType, parameters, serverUrl);
    if ('unsupported' in query) return unsupported(query.unsupported);
    queries.set(resourceType, query);
  }
  return queries;
}

// The name is the peer's text: printable ASCII and short, so that it is safe in our log and in a
// detail of at most 256 octets.
function unsupported(what: string): Violation {
  const shown = what.replace(/[^ -~]/g, '?').slice(0, detailCharactersMax);
  const detail = `${shown} is not supported`;
  return violation(ErrorCode.SELECTION_UNSUPPORTED, 'PSP-REQ-3', detail);
}

function intersection(
  requested: readonly string[] | undefined,
  permitted: readonly string[] | undefined,
): readonly string[] | undefined {
  if (permitted === undefined) return requested;
  if (requested === undefined) return [...new Set(permitted)];
  return requested.filter((type) => permitted.includes(type));
}

function sorted(policy: ExportPolicy): string[] {
  return [...new Set(policy.types)].sort();
}
