// What the security layer offers to the other layers; everything else in this folder is its own.
export { agree, makeShare } from './agreement.ts';
export type { Agreement, AgreementInputs, AgreementRole } from './agreement.ts';
export {
  accessCodeDigits,
  dammDigit,
  formatAccessCode,
  generateAccessCode,
  parseAccessCode,
} from './access-code.ts';
export type { AccessCodeFault } from './access-code.ts';
export {
  confirmationTags,
  drawScalar,
  generator,
  generatorString,
  intermediateKey,
  lvCat,
  scalarMultVfy,
  shareOctets,
  shareOf,
  tagOctets,
} from './cpace.ts';
export type { CpaceShare, CpaceTranscript, GeneratorInputs } from './cpace.ts';
export { deriveKeys, hkdfExpand, hkdfExtract, transcriptHash } from './key-schedule.ts';
export type { SessionKeys, TrafficKey } from './key-schedule.ts';
export { equalOctets, erase } from './octets.ts';
export type { RandomOctets } from './octets.ts';
export {
  formatQrSecret,
  generateQrSecret,
  parseQrSecret,
  qrPrefix,
  qrSecretOctets,
} from './qr-secret.ts';
export type { QrSecretFault } from './qr-secret.ts';
export {
  FrameOpener,
  FrameSealer,
  mustCloseSilently,
  recordNonce,
  recordsMax,
  sealTagOctets,
} from './sealed-frame.ts';
export { codeSecret, generateSecret, parseSecret, prs } from './secret.ts';
export type { Secret } from './secret.ts';
export {
  bookAt,
  canStartRun,
  emptyBook,
  failedRunsMax,
  openSecret,
  remainingMs,
  runEnded,
  runStarted,
  secretLifeMs,
} from './secret-life.ts';
export type { RunPermission, RunResult, SecretBook, SecretsOnShow } from './secret-life.ts';
export { canonicalServerUrl, noServer, serverDigest, serverDigestOctets } from './server-digest.ts';
export type { ServerUrlFault } from './server-digest.ts';
