// Which message each frame type carries, as the kit understands it. The messages come from another
// generator than the reference's. It knows nothing of the reference, nor how frames are cut or
// sealed.
import type { DescMessage } from '@bufbuild/protobuf';
import {
  AcceptSchema,
  ConfirmSchema,
  InitiateSchema,
  RejectSchema,
} from './gen/fhirpeersync/v1/handshake_pb.ts';
import { TurnSchema } from './gen/fhirpeersync/v1alpha1/turn_pb.ts';
import {
  AbortSchema,
  AckSchema,
  CompleteSchema,
  IdentitySchema,
  KeepAliveSchema,
  OfferSchema,
  PayloadSchema,
  ReceiptSchema,
  RequestSchema,
} from './gen/fhirpeersync/v1/session_pb.ts';

/**
 * The schema of each frame type of a draft, by type octet. To a reader that did not agree on the
 * draft's capability these types are unknown.
 */
export const draftSchemas: ReadonlyMap<number, DescMessage> = new Map([[0x73, TurnSchema]]);

/** The capability that each draft is offered by, by the draft's name. */
export const draftCapabilities: Readonly<Record<string, number>> = { turn: 16_387 };

/** The schema of each frame type of version 1, by type octet. Types not listed are unknown. */
export const messageSchemas: ReadonlyMap<number, DescMessage> = new Map<number, DescMessage>([
  [0x01, InitiateSchema],
  [0x02, AcceptSchema],
  [0x03, RejectSchema],
  [0x04, ConfirmSchema],
  [0x10, IdentitySchema],
  [0x11, RequestSchema],
  [0x12, OfferSchema],
  [0x13, PayloadSchema],
  [0x14, AckSchema],
  [0x15, CompleteSchema],
  [0x16, ReceiptSchema],
  [0x1e, KeepAliveSchema],
  [0x1f, AbortSchema],
]);
