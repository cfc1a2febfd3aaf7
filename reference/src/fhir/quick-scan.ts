// The scan of reference/wasm/quick-scan.ts: most texts it accepts several times as fast as
// json-scan.ts, of the others it knows nothing. Knows the module's memory, and no rule.
import { quickScanModule } from './gen/quick-scan-module.ts';
import type { FoundStrings, JsonLimits } from './json-scan.ts';

/** A position in the module's memory, or a number of octets. */
interface Constant {
  readonly value: number;
}

interface QuickScanExports {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly textAt: Constant;
  readonly textMax: Constant;
  readonly foundAt: Constant;
  readonly referencesAt: Constant;
  readonly scan: (length: number, depthMax: number, valuesMax: number) => number;
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
  readonly #scan: QuickScanExports['scan'];
  /** From where the text begins. */
  readonly #text: Uint8Array;

  constructor({ memory, textAt, textMax, foundAt, referencesAt, scan }: QuickScanExports) {
    this.#scan = scan;
    this.#text = new Uint8Array(memory.buffer, textAt.value, textMax.value + 1);
    this.found = new Int32Array(memory.buffer, foundAt.value, 4);
    this.references = new Int32Array(memory.buffer, referencesAt.value);
  }

  /** True when the octets are acceptable; false says nothing. */
  run(octets: Uint8Array, { depthMax, valuesMax }: JsonLimits): boolean {
    const { length } = octets;
    if (length >= this.#text.length) return false;
    this.#text.set(octets);
    // The end: see the module's source.
    this.#text[length] = 0;
    const references = this.#scan(length, depthMax, Math.min(valuesMax, valuesMost));
    this.referencesEnd = 2 * references;
    return references >= 0;
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
