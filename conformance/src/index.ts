// The package index of the conformance kit: the protocol's messages and their frame types, read and
// written by other code than the reference's, and the check of the golden vectors. It imports
// nothing from the reference.
export * from './messages.ts';
export { verifyVectors } from './vectors/verify.ts';
export type { AreaResult, SkippedVector, VectorFailure } from './vectors/verify.ts';
export type { Judge, Vector, VectorGroup } from './vectors/vector.ts';
export * from './gen/fhirpeersync/v1/error_pb.ts';
export * from './gen/fhirpeersync/v1/handshake_pb.ts';
export * from './gen/fhirpeersync/v1/payload_pb.ts';
export * from './gen/fhirpeersync/v1/selection_pb.ts';
export * from './gen/fhirpeersync/v1/session_pb.ts';
