// One upload or download of a device on a server that may fail, and what its report must say.
import type { Fault, SeenRequest } from '../testing/fhir-server/behaviour.ts';
import type { FhirServer } from '../testing/fhir-server/fhir-server.ts';
import type { Store } from '../src/store/store.ts';
import type { ConflictResolutionStrategy } from '../src/sync/conflict-resolution.ts';
import { download, type DownloadReport } from '../src/upload/download.ts';
import type { UploadClock } from '../src/upload/upload-clock.ts';
import type { ResourceUpload, UploadReport } from '../src/upload/upload-report.ts';
import { upload } from '../src/upload/upload.ts';
import type { Coverage } from './coverage.ts';
import { changeName } from './decision-judge.ts';
import { judgeRequests } from './request-judge.ts';

/** A fault that waits for requests of a kind. */
export interface PlannedFault {
  readonly fault: Fault;
  readonly of: 'writes' | 'reads';
  readonly times: number;
}

/** How to upload. */
export interface UploadPlan {
  readonly strategy: ConflictResolutionStrategy;
  readonly squash: 'concatenate' | 'diff';
  readonly bundleEntriesMax: number;
  readonly faults: readonly PlannedFault[];
  /** Done once, when the server has carried out the first write and not answered yet. */
  readonly meanwhile?: () => Promise<void>;
  /** Done once, before the server sees the first write; synchronous. */
  readonly before?: () => void;
}

/** Never waits: the simulation has all the time. */
const hurried: UploadClock = {
  wait: async (_ms, signal) => signal.throwIfAborted(),
  timeout: () => new AbortController().signal,
  now: () => new Date(0),
};

/** Uploads, and judges what was asked and what is reported. */
export async function uploadOnce(
  store: Store,
  server: FhirServer,
  plan: UploadPlan,
  coverage: Coverage,
): Promise<UploadReport> {
  const pending = await pendingIn(store);
  const from = server.requests.length;
  arm(server, plan, coverage);
  const { strategy, squash, bundleEntriesMax, meanwhile } = plan;
  coverage.note(`uploads squashed by ${squash}`);
  let report: UploadReport;
  try {
    report = await upload({ store, strategy, squash, bundleEntriesMax, clock: hurried });
  } finally {
    server.relent();
  }
  judgeRequests(server, from);
  if (meanwhile === undefined) judgeNames(report, pending);
  judgeSums(report);
  countReport(report, coverage);
  return report;
}

/** Downloads a type. */
export async function downloadOnce(
  store: Store,
  server: FhirServer,
  type: string,
  faults: readonly PlannedFault[],
  coverage: Coverage,
): Promise<DownloadReport> {
  for (const planned of faults) armOne(server, planned, coverage);
  try {
    return await download({ store, type, query: '_count=2', clock: hurried });
  } finally {
    server.relent();
  }
}

const isWrite = ({ method, body }: SeenRequest): boolean =>
  method !== 'GET' && !(method === 'POST' && body.includes('"batch"'));

function arm(server: FhirServer, plan: UploadPlan, coverage: Coverage): void {
  const { before, meanwhile, faults } = plan;
  if (before !== undefined) {
    let isDone = false;
    server.fail({ kind: 'no-etag' }, (request) => {
      if (!isDone && isWrite(request)) {
        isDone = true;
        before();
      }
      return false;
    });
  }
  if (meanwhile !== undefined) {
    const done = Promise.withResolvers<void>();
    server.fail({ kind: 'slow', until: done.promise }, (request) => {
      if (!isWrite(request)) return false;
      // The server carries the write out at once; what happens here comes after it.
      setImmediate(() => void meanwhile().then(done.resolve, done.reject));
      return true;
    });
  }
  for (const planned of faults) armOne(server, planned, coverage);
}

function armOne(server: FhirServer, planned: PlannedFault, coverage: Coverage): void {
  const { fault, of, times } = planned;
  const name = fault.kind === 'answer' ? String(fault.status) : fault.kind;
  server.fail(
    fault,
    (request) => {
      const isMet = isWrite(request) === (of === 'writes');
      if (isMet) coverage.note(`fault ${name} of ${of}`);
      return isMet;
    },
    times,
  );
}

/** Names of the changes that wait in a store, sorted. */
export async function pendingIn(store: Store): Promise<string[]> {
  const names: string[] = [];
  for await (const { payload } of store.getAllLocalChanges()) {
    names.push(...payload.changes.map(({ id }) => changeName(id)));
  }
  return names.sort();
}

/** The names of the changes that a result tells of. */
export function namesIn(result: ResourceUpload): string[] {
  return result.changes.map(({ replicaId, counter }) => `${replicaId}/${counter}`);
}

/** Every change that waited is told of, once. */
function judgeNames(report: UploadReport, pending: readonly string[]): void {
  const merged = report.resources.items.flatMap(({ mergedFrom = [] }) =>
    mergedFrom.map(({ replicaId, counter }) => `${replicaId}/${counter}`),
  );
  const shown = report.resources.items.flatMap(namesIn);
  const told = new Set([...shown, ...merged]);
  const forgotten = pending.filter((name) => !told.has(name));
  if (forgotten.length > 0) throw new Error(`not in the report: ${forgotten.join(' ')}`);
  if (new Set(shown).size < shown.length) throw new Error('a change is told of twice');
  const strange = shown.filter((name) => !pending.includes(name));
  if (strange.length > 0 && merged.length === 0) {
    throw new Error(`told of, but never pending: ${strange.join(' ')}`);
  }
}

function judgeSums(report: UploadReport): void {
  const { outcomes, resources, changes } = report;
  const results = Object.values(outcomes).reduce((sum, times) => sum + times, 0);
  if (results !== resources.items.length + resources.more)
    throw new Error('outcomes do not add up');
  const told = resources.items.reduce((sum, result) => sum + result.changes.length, 0);
  const { uploaded, alreadyThere, displaced, left } = changes;
  if (uploaded + alreadyThere + displaced + left !== told) throw new Error('changes do not add up');
}

function countReport(report: UploadReport, coverage: Coverage): void {
  if (report.stopped !== undefined) coverage.note(`upload stopped: ${report.stopped.reason}`);
  for (const result of report.resources.items) {
    coverage.note(`upload ${result.outcome}`);
    if (result.conflict !== undefined) coverage.note(`upload conflict ${result.conflict}`);
    if (result.resolution !== undefined)
      coverage.note(`upload conflict taken as ${result.resolution}`);
    if (result.mergedFrom !== undefined) coverage.note('upload merged onto the server');
    if (result.alreadyThere > 0 && result.uploaded > 0) coverage.note('upload of the rest');
    if (result.recorded === 'changed-meanwhile') coverage.note('upload overtaken by a change here');
  }
}
