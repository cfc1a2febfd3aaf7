// Why an upload or download ends before its work is done. Thrown inside this folder only: callers
// get it as part of a report.

/** Why the rest was not tried. */
export type StopReason =
  /** The caller's signal. */
  | 'cancelled'
  /** The server wants a token, or another one (401). */
  | 'unauthorized'
  /** No answer, also after several tries. */
  | 'unreachable'
  /** The server asks to wait longer, or oftener, than the limits allow (429, 503). */
  | 'busy'
  /** One request after another fails at the server (5xx). */
  | 'failing'
  /** What answers is no FHIR server, or not one that can be read. */
  | 'not-fhir';

/** The end of a run. */
export class Stop extends Error {
  override readonly name = 'Stop';
  readonly reason: StopReason;

  constructor(reason: StopReason, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}
