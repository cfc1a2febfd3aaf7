/** What may leave this device, whatever is asked for. */
export interface ExportPolicy {
  /** The only resource types that are sent. */
  readonly types: readonly string[];
}
