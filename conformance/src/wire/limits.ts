// The numbers of chapter 12 that octets alone can break, as the kit understands them. It refuses to
// know timers; a test holds the table to the specification's data.

/** What an endpoint may announce, and what holds where it announces nothing (PSP-LIM-1, 3). */
export const announced = {
  max_frame_octets: { min: 65_536, max: 67_108_864, byDefault: 4_194_304 },
  max_batch_octets: { min: 65_536, max: 67_108_864, byDefault: 4_194_304 },
  max_batch_entries: { min: 1, max: 1_000, byDefault: 1_000 },
} as const;

/** Fixed limits: octets where the name says so, else pieces. */
export const limits = {
  handshakeFrameOctets: 8_192,
  sealTagOctets: 16,
  sealedFrames: 4_194_304,
  deflateRatio: 200,
  messageElements: 65_536,
  versions: 16,
  pakeShares: 4,
  pakeShareOctets: 32,
  sessionNonceOctets: 16,
  serverDigestOctets: 16,
  confirmTagOctets: 64,
  replicaIdOctets: 16,
  displayNameOctets: 128,
  serverUrlOctets: 2_048,
  cursorOctets: 256,
  detailOctets: 256,
  requestedTypes: 256,
  searchParameters: 64,
  parameterNameOctets: 128,
  parameterValueOctets: 4_096,
  resourceTypeCharacters: 64,
  resourceIdCharacters: 64,
  versionIdOctets: 64,
  instantOctets: 64,
  entryChanges: 1_000,
  entryAbsorbed: 1_000,
  patchOperations: 1_000,
  jsonDepth: 64,
  jsonValues: 1_000_000,
  accessCodeDigits: 9,
  qrSecretOctets: 32,
} as const;
