// What the published StructureDefinitions and ValueSets say of elements: their types, and the code
// system behind a code. Knows nothing of search parameters.

/** A type that an element can have, and the only system of its codes where there is just one. */
export interface ElementType {
  readonly type: string;
  readonly system: string | undefined;
}

/** An element reached from a type: how JSON names it, and where its own elements are defined. */
export interface Element extends ElementType {
  /** Member of the JSON object: `value[x]` gives one element for each of its types. */
  readonly member: string;
  readonly isChoice: boolean;
  /** Path in the definitions that elements inside of it continue from. */
  readonly path: string;
}

interface ElementDefinition {
  readonly path: string;
  readonly contentReference?: string;
  readonly type?: readonly { readonly code: string }[];
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
}

interface StructureDefinition {
  readonly type: string;
  readonly derivation?: string;
  readonly baseDefinition?: string;
  readonly snapshot?: { readonly element: readonly ElementDefinition[] };
}

interface ValueSet {
  readonly url: string;
  readonly compose?: {
    readonly include: readonly { readonly system?: string; readonly valueSet?: unknown }[];
  };
}

const systemTypes = 'http://hl7.org/fhirpath/System.';

/** The elements of every type of a FHIR release. */
export class Definitions {
  readonly #elements = new Map<string, ElementDefinition>();
  readonly #systems = new Map<string, string>();
  readonly #bases = new Map<string, string>();

  /** Takes published resources of any type and uses those that define elements and codes. */
  constructor(resources: Iterable<{ readonly resourceType: string }>) {
    for (const resource of resources) {
      if (resource.resourceType === 'ValueSet') this.#learnCodes(resource as unknown as ValueSet);
      if (resource.resourceType !== 'StructureDefinition') continue;
      const definition = resource as unknown as StructureDefinition;
      if (definition.derivation === 'constraint') continue;
      const base = definition.baseDefinition?.split('/').at(-1);
      if (base !== undefined) this.#bases.set(definition.type, base);
      for (const element of definition.snapshot?.element ?? []) {
        this.#elements.set(element.path, element);
      }
    }
  }

  /** True for a type and what it specializes: a canonical is a uri. */
  isA(type: string, general: string): boolean {
    const base = this.#bases.get(type);
    return type === general || (base !== undefined && this.isA(base, general));
  }

  /** The elements that a member name of FHIRPath means below a path; none: no such member. */
  below(path: string, name: string): readonly Element[] {
    const plain = this.#elements.get(`${path}.${name}`);
    const choice = this.#elements.get(`${path}.${name}[x]`);
    const found = plain ?? choice;
    if (found === undefined) return [];
    if (found.contentReference !== undefined) {
      const target = found.contentReference.slice(1);
      const type = this.#elements.get(target)?.type?.[0]?.code ?? '';
      return [{ member: name, isChoice: false, path: target, type, system: undefined }];
    }
    return (found.type ?? []).map(({ code }) => {
      const type = code.startsWith(systemTypes) ? 'id' : code;
      const inline = type === 'BackboneElement' || type === 'Element';
      return {
        type,
        system: type === 'code' ? this.#systemOf(found) : undefined,
        member: choice === undefined ? name : name + type.charAt(0).toUpperCase() + type.slice(1),
        isChoice: choice !== undefined,
        path: inline ? found.path : type,
      };
    });
  }

  #systemOf({ binding }: ElementDefinition): string | undefined {
    if (binding?.strength !== 'required') return undefined;
    return this.#systems.get(binding.valueSet?.replace(/\|.*$/, '') ?? '');
  }

  #learnCodes({ url, compose }: ValueSet): void {
    const include = compose?.include ?? [];
    const [first] = include;
    if (first?.system === undefined) return;
    const alone = include.every(
      ({ system, valueSet }) => system === first.system && valueSet === undefined,
    );
    if (alone) this.#systems.set(url, first.system);
  }
}
