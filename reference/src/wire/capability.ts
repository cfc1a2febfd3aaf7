// The capabilities of version 1 by number; spec/v1/registries.json says what each is for. Does not
// negotiate.

/** Ids of the capabilities that this version defines. */
export const CapabilityId = {
  /** Payloads may be compressed with raw DEFLATE (PSP-DEF-1). */
  Deflate: 1,
} as const;

/** First id of private use. */
export const FIRST_PRIVATE_CAPABILITY = 16_384;

/** Whether this version knows what a capability id means. */
export function isKnownCapability(id: number): boolean {
  return id === CapabilityId.Deflate;
}
