// Whether the changes of an entry keep the rules and lead to its resource, as far as their texts
// show it: no value is built for what is only looked at once. It finds no fault; of what it does
// not see, others have to judge.
import { ChangeType } from '../wire/messages.ts';
import { quickScanOfLast } from './scan-json.ts';

/** Follows the changes of one entry while their texts are scanned, each right after its own. */
export class PlainChanges {
  #isPlain = true;
  #hasDocument = false;

  /** Takes the change whose payload was scanned last, without fault. */
  follow(type: ChangeType): void {
    if (!this.#isPlain) return;
    const quick = quickScanOfLast();
    if (type === ChangeType.INSERT) {
      this.#hasDocument = this.#isPlain = quick?.keepDocument() === true;
      return;
    }
    if (!this.#hasDocument) quick?.forgetDocument();
    this.#isPlain = quick?.update() === true;
  }

  /**
   * True where every change was seen to break no rule, and to lead to these octets; what has no
   * INSERT, or was deleted, leads to whatever it says. False says nothing.
   */
  leadTo(resource: Uint8Array): boolean {
    if (!this.#isPlain || !this.#hasDocument || resource.length === 0) return this.#isPlain;
    const document = quickScanOfLast()?.document;
    return document !== undefined && Buffer.compare(document, resource) === 0;
  }
}
