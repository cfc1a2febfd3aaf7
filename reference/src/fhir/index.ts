// The package's FHIR part: lossless JSON, patches, change lists, instants, search, slices of files.
export type { ResourceSlice, SliceFault, SliceOptions } from './bundle.ts';
export { resourceSlices } from './bundle.ts';
export type { Change, Content, Squashed } from './change-list.ts';
export { applyUpdate, rebase, replay, squashByConcatenation, squashByDiff } from './change-list.ts';
export { equalDecimals } from './decimal.ts';
export type { DiffOptions } from './diff.ts';
export { diffPatch, operationsMax } from './diff.ts';
export {
  changesMax,
  checkEntry,
  checkResource,
  isResourceId,
  isResourceType,
} from './entry-check.ts';
export type { EntryFault } from './entry-fault.ts';
export { entryFault, isEntryFault } from './entry-fault.ts';
export type { Instant } from './instant.ts';
export { compareInstants, orderOf, parseInstant } from './instant.ts';
export { arrayIndex, formatPointer, parsePointer } from './json-pointer.ts';
export { parseLossless, parseScanned, stringifyLossless } from './json-text.ts';
export type { JsonArray, JsonObject, JsonValue } from './json-value.ts';
export {
  JsonNumber,
  equalAsDoubles,
  equalByValue,
  equalJson,
  equalOutsideServerMeta,
  isJsonArray,
  isJsonObject,
  jsonAt,
  jsonDepth,
  jsonFrom,
  withoutServerMeta,
} from './json-value.ts';
export type { PatchFault, PatchFaultReason, PatchLimits, PatchOperation } from './patch.ts';
export {
  applyPatch,
  encodePatch,
  isPatchFault,
  patchLimits,
  patchToJson,
  readPatch,
  rewriteMovesAndCopies,
} from './patch.ts';
export type { PatchBase, UpdateOperation } from './patch-rules.ts';
export { checkOperations, checkPatch, checkScannedPatch } from './patch-rules.ts';
export type { JsonFault, JsonFaultReason, JsonLimits, ResourceIdentity } from './scan-json.ts';
export { entryJsonLimits, readIdentity, scanJson } from './scan-json.ts';
export { isServerContent, isServerContentToTheLetter } from './server-content.ts';
export type { Criterion, Query, QueryParameter, UnsupportedSearch } from './search/query.ts';
export { compileQuery, isUnsupportedSearch, matchesQuery } from './search/query.ts';
