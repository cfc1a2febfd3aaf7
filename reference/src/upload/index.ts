// The package's upload part: changes to a FHIR server, and a starting set from one.
export type { DownloadOptions, DownloadProgress, DownloadReport } from './download.ts';
export { download } from './download.ts';
export type { ServerOptions } from './fhir-client.ts';
export type { UploadConflict } from './judgement.ts';
export { replicaUri } from './provenance.ts';
export type { ProvenanceResult } from './provenance-writer.ts';
export type { ConflictResult } from './server-conflicts.ts';
export { mergeOntoServer, oursOntoServer } from './onto-server.ts';
export { isServerPeer } from './server-conflicts.ts';
export type { UploadClock } from './upload-clock.ts';
export { systemUploadClock } from './upload-clock.ts';
export type { ChangeReport, ResourceUpload, UploadOutcome, UploadReport } from './upload-report.ts';
export type { Squash } from './upload-step.ts';
export type { StopReason } from './upload-stop.ts';
export type { UploadOptions, UploadProgress } from './upload.ts';
export { upload } from './upload.ts';
