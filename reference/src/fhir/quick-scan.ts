// The module of reference/wasm: most texts it accepts several times as fast as json-scan.ts, most
// patches it applies as text; of the others it knows nothing. Knows its memory, and no rule.
import { quickScanModule } from './gen/quick-scan-module.ts';
import type { FoundStrings, JsonLimits } from './json-scan.ts';

/** A position in the module's memory, or a number of octets. */
interface Place {
  readonly value: number;
}

interface QuickScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly textAt: Place;
  readonly textMax: Place;
  readonly foundAt: Place;
  readonly referencesAt: Place;
  readonly scan: (length: number, depthMax: number, valuesMax: number) => number;
  readonly documentAt: Place;
  readonly documentLength: Place;
  readonly forgetDocument: () => void;
  readonly keepDocument: (length: number) => void;
  readonly update: (length: number) => number;
}

// What we use of it; its types come with those of browsers, which have nothing to do here.
declare const WebAssembly: {
  readonly Module: new (octets: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

const valuesMost = 2 ** 32 - 1;

/** One scan at a time: its memory serves every call. */
export class QuickScan implements FoundStrings {
  readonly found: Int32Array;
  readonly references: Int32Array;
  referencesEnd = 0;
  readonly #module: QuickScanExports;
  readonly #scan: QuickScanExports['scan'];
  /** From where the text begins. */
  readonly #text: Uint8Array;
  /** Octets of the text that stands in memory and was accepted; -1: it was not. */
  #accepted = -1;

  constructor(module: QuickScanExports) {
    const { memory, textAt, textMax, foundAt, referencesAt, scan } = module;
    this.#module = module;
    this.#scan = scan;
    this.#text = new Uint8Array(memory.buffer, textAt.value, textMax.value + 1);
    this.found = new Int32Array(memory.buffer, foundAt.value, 4);
    this.references = new Int32Array(memory.buffer, referencesAt.value);
  }

  /** True when the octets are acceptable; false says nothing. */
  run(octets: Uint8Array, { depthMax, valuesMax }: JsonLimits): boolean {
    const { length } = octets;
    this.#accepted = -1;
    if (length >= this.#text.length) return false;
    this.#text.set(octets);
    // The end: see the module's source.
    this.#text[length] = 0;
    const references = this.#scan(length, depthMax, Math.min(valuesMax, valuesMost));
    this.referencesEnd = 2 * references;
    if (references < 0) return false;
    this.#accepted = length;
    return true;
  }

  /** Patches are only read from now on: no document is known. */
  forgetDocument(): void {
    this.#module.forgetDocument();
  }

  /** Makes a document of the text of the last run; false where it was not accepted. */
  keepDocument(): boolean {
    if (this.#accepted < 0) return false;
    this.#module.keepDocument(this.#accepted);
    return true;
  }

  /**
   * Reads the text of the last run as a patch in the form of the common writers, which an UPDATE
   * may have whatever its base is, and applies it to the document, where one is known.
   *
   * @returns False where it has another form, or is not applied here: valid or not, that is not
   * said. The document is of no use then.
   */
  update(): boolean {
    return this.#accepted >= 0 && this.#module.update(this.#accepted) !== 0;
  }

  /** The document, a view until it is kept or updated again. */
  get document(): Uint8Array {
    const { memory, documentAt, documentLength } = this.#module;
    return new Uint8Array(memory.buffer, documentAt.value, documentLength.value);
  }
}

/** A scan; undefined where WebAssembly, or what the module uses of it, is not to be had. */
export function makeQuickScan(): QuickScan | undefined {
  try {
    const module = new WebAssembly.Module(Buffer.from(quickScanModule, 'base64'));
    return new QuickScan(new WebAssembly.Instance(module).exports as QuickScanExports);
  } catch {
    return undefined;
  }
}
