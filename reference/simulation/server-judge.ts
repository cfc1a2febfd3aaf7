// Judges what became of the server: every version must follow from the one before by edits that
// somebody made, each applied once and whole, nobody's work overwritten, nothing back to life.
// Knows no device; sees the server's history alone.
import type { FhirServer } from '../testing/fhir-server/fhir-server.ts';
import { editsIn, readContent, type Content } from './content.ts';
import type { Coverage } from './coverage.ts';
import { isSubset, type Ledger } from './ledger.ts';

interface Judged {
  versions: number;
  last: Content | undefined;
  /** Lives of the resource that ended with a deletion. */
  readonly ended: Set<string>;
}

/** Reads the server's history, each version once. */
export class ServerJudge {
  readonly #server: FhirServer;
  readonly #ledger: Ledger;
  readonly #coverage: Coverage;
  readonly #judged = new Map<string, Judged>();
  /** Every edit that a version of the server contains. */
  readonly applied = new Set<string>();
  /** Creations whose resource is deleted there. */
  readonly ended = new Set<string>();
  /** Resources that were deleted there at least once. */
  readonly deleted = new Set<string>();

  constructor(server: FhirServer, ledger: Ledger, coverage: Coverage) {
    this.#server = server;
    this.#ledger = ledger;
    this.#coverage = coverage;
  }

  /**
   * Judges the versions that are new.
   *
   * @throws Error where a change was lost, applied twice or brought back.
   */
  judge(resources: readonly string[]): void {
    for (const name of resources) {
      const judged = this.#judged.get(name) ?? { versions: 0, last: undefined, ended: new Set() };
      this.#judged.set(name, judged);
      const [type = '', id = ''] = name.split('/');
      const history = this.#server.history(type, id);
      for (const text of history.slice(judged.versions)) {
        judged.versions += 1;
        const where = `version ${judged.versions} of ${name} at the server`;
        if (text === undefined) this.#judgeDeletion(where, judged);
        else this.#judgeContent(where, judged, readContent(text));
      }
    }
  }

  #judgeContent(where: string, judged: Judged, content: Content): void {
    const [fault] = this.#ledger.faultsOf(content);
    if (fault !== undefined) throw new Error(`${where}: ${fault}`);
    const { last, ended } = judged;
    if (ended.has(content.born)) throw new Error(`${where}: back from the dead`);
    if (last !== undefined) this.#judgeStep(where, last, content);
    for (const mark of editsIn(content)) this.applied.add(mark);
    judged.last = content;
  }

  #judgeStep(where: string, last: Content, content: Content): void {
    const now = new Set(editsIn(content));
    const lost = editsIn(last).filter((mark) => !now.has(mark));
    if (lost.length === 0) return;
    const replaced = content.born !== last.born && this.#mayDelete(last);
    if (!replaced) throw new Error(`${where}: overwrites ${lost.join(' ')}`);
    this.#end(last);
  }

  #judgeDeletion(where: string, judged: Judged): void {
    const { last } = judged;
    if (last === undefined) throw new Error(`${where}: a deletion of nothing`);
    if (!this.#mayDelete(last)) throw new Error(`${where}: deletes what nobody deleted`);
    this.#coverage.note('deletions at the server');
    this.deleted.add(`${last.resourceType}/${last.id}`);
    judged.ended.add(last.born);
    judged.last = undefined;
    this.#end(last);
  }

  #end(content: Content): void {
    this.ended.add(content.born);
  }

  /** Somebody who saw all of it deleted it. */
  #mayDelete(content: Content): boolean {
    const marks = new Set(editsIn(content));
    return [...this.#ledger.deletions.values()].some(
      ({ born, sees }) => born === content.born && isSubset(marks, sees),
    );
  }
}
