// What every version of the protocol keeps of Initiate and Accept, read without judging anything
// else, so that a peer of any later version gets a proper answer. Knows no field but these two.
import { isViolation, type Violation } from './violation.ts';
import { readUint32Field } from './wire-format.ts';

/**
 * Reads `Initiate.versions` from an encoded Initiate without its type octet (PSP-INV-3, PSP-INV-6).
 *
 * @returns the versions in order, none included; or MALFORMED_MESSAGE where it is not protobuf.
 */
export function readInitiateVersions(octets: Uint8Array): number[] | Violation {
  return readUint32Field(octets, 1);
}

/**
 * Reads `Accept.version` from an encoded Accept, without its type octet (PSP-INV-4).
 *
 * @returns the version, 0 where there is none; or MALFORMED_MESSAGE where it is not protobuf.
 */
export function readAcceptVersion(octets: Uint8Array): number | Violation {
  const values = readUint32Field(octets, 1);
  // PSP-MSG-2: of several the last counts.
  return isViolation(values) ? values : (values.at(-1) ?? 0);
}
