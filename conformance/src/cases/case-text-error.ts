// What a writer of cases got wrong, on its way to the one place that reports it.
import { KitError } from '../fault.ts';

/** A text that its schema allows and that still says nothing that could be played. */
export class CaseTextError extends KitError {
  /** Path of the member, for example `mutate.at`. */
  readonly field: string;

  constructor(field: string, message: string) {
    super(message);
    this.field = field;
  }
}
