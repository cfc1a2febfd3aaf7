// An upload's report in lines for people: how much went, and what needs a person's eye. Knows the
// report's shape and nothing of how an upload is done.
import type { UploadConflict } from '../upload/judgement.ts';
import type { ResourceUpload, UploadOutcome, UploadReport } from '../upload/upload-report.ts';
import { formatCount, formatNumber } from './number-text.ts';
import { serverTextMax } from './server-access.ts';
import { shownName } from './shown-name.ts';

const outcomeTexts: Readonly<Record<UploadOutcome, string>> = {
  uploaded: 'uploaded',
  'already-there': 'there already',
  'never-there': 'created and deleted here, never there',
  conflict: 'in conflict with the server',
  refused: 'refused by the server',
  unsettled: 'not settled; the next upload looks first',
  'not-tried': 'not tried',
  'would-create': 'would be created',
  'would-update': 'would be updated',
  'would-delete': 'would be deleted',
};

const conflictTexts: Readonly<Record<UploadConflict, string>> = {
  'server-moved': 'others changed it on the server',
  exists: 'the server has other content under this id',
  'deleted-on-server': 'it was deleted on the server',
  'delete-against-edit': 'it was deleted here and changed on the server',
  'missing-on-server': 'the server does not know it any more',
  'base-unknown': 'others changed it on the server, and what ours was made for is not known',
};

const itemsShown = 20;

/** The lines of a report. */
export function uploadLines(report: UploadReport): string[] {
  const { outcomes, problems, changes, server } = report;
  const told = Object.entries(outcomes) as [UploadOutcome, number][];
  const counts = told.map(([name, count]) => `  ${formatNumber(count)} ${outcomeTexts[name]}`);
  const { items, more } = problems;
  const rest = more + Math.max(0, items.length - itemsShown);
  return [
    `To ${server}: ${formatCount(changes.uploaded, 'change')} uploaded, ` +
      `${formatNumber(changes.alreadyThere)} there already, ` +
      `${formatNumber(changes.left)} left here`,
    ...(told.length === 0 ? ['  nothing to upload'] : counts),
    ...authorLines(report),
    ...alteredLines(report),
    ...items.slice(0, itemsShown).map(problemLine),
    ...(rest > 0 ? [`… and ${formatNumber(rest)} more`] : []),
  ];
}

/** What to do about a Provenance that the server refused. */
export const provenanceAdvice =
  'A Provenance that is not written is not tried again, for its changes are on the server. ' +
  'Who made them is in this report (`peersync report --json`): let the server take Provenance, ' +
  'and write it there from the report.';

/** Why Provenances of a resource are not written, safe to show. */
export function provenanceFaults({ provenance = [] }: ResourceUpload): string[] {
  return provenance
    .filter(({ result }) => result === 'not-written')
    .map(({ detail }) => shownName(detail ?? '', 'no reason given', serverTextMax));
}

/** Who made what the server has now: as a rule more devices than the one that uploads. */
function authorLines({ resources }: UploadReport): string[] {
  const counts = new Map<string, number>();
  for (const { outcome, changes } of resources.items) {
    if (outcome !== 'uploaded' && outcome !== 'already-there') continue;
    for (const { replicaId } of changes) counts.set(replicaId, (counts.get(replicaId) ?? 0) + 1);
  }
  const told = [...counts].map(([id, count]) => `${formatNumber(count)} by ${id.slice(0, 8)}`);
  return told.length === 0 ? [] : [`  changes on the server now: ${told.join(', ')}`];
}

/** What the server holds now is not what was sent: a person may want to look. */
function alteredLines({ resources }: UploadReport): string[] {
  const names = resources.items
    .filter(({ altered }) => altered === true)
    .map(({ resourceType, resourceId }) => `${resourceType}/${resourceId}`);
  if (names.length === 0) return [];
  const shown = names.slice(0, itemsShown);
  const more = names.length - shown.length;
  const rest = more > 0 ? ` and ${formatNumber(more)} more` : '';
  const count = formatNumber(names.length);
  return [
    `  ${count} altered by the server, and taken as it made them: ${shown.join(', ')}${rest}`,
  ];
}

function problemLine(resource: ResourceUpload): string {
  const { resourceType, resourceId, outcome, conflict, detail, changes, authors, versionId } =
    resource;
  const by = authors.map((replicaId) => replicaId.slice(0, 8)).join(', ');
  const why = conflict === undefined ? outcomeTexts[outcome] : conflictTexts[conflict];
  const version = versionId === undefined ? '' : `, version ${shownName(versionId, '?')} there`;
  const [fault] = provenanceFaults(resource);
  const lack = fault === undefined ? '' : `; its Provenance is not written: ${fault}`;
  const words = detail === undefined ? '' : `; ${shownName(detail, '', serverTextMax)}`;
  const count = formatCount(changes.length, 'change');
  return `${resourceType}/${resourceId}: ${why}${version}${words}${lack} (${count} by ${by})`;
}
