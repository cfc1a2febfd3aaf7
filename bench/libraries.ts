// What the benchmarks compare with, loaded only where it is compared, and only the little of it
// that is used: the libraries are no dependencies of the repository.
import { createRequire } from 'node:module';

const load = createRequire(import.meta.url);

/** The packages that some scenarios need; `npm ci` in this folder installs them. */
export const libraries = [
  '@grpc/grpc-js',
  'pouchdb-core',
  'pouchdb-adapter-leveldb',
  'pouchdb-adapter-http',
  'pouchdb-replication',
] as const;

/** True where all of them are installed. */
export function haveLibraries(): boolean {
  return libraries.every((name) => {
    try {
      load.resolve(name);
      return true;
    } catch {
      return false;
    }
  });
}

/** A document of PouchDB. */
export interface PouchDocument {
  readonly _id: string;
  readonly [member: string]: unknown;
}

/** What is used of a PouchDB database. */
export interface Pouch {
  info(): Promise<{ readonly doc_count: number; readonly update_seq: number }>;
  bulkDocs(documents: readonly PouchDocument[]): Promise<readonly unknown[]>;
  changes(options: object): Promise<{ readonly results: unknown[]; readonly last_seq: unknown }>;
  bulkGet(options: object): Promise<{ readonly results: unknown[] }>;
  close(): Promise<void>;
}

/** What is used of PouchDB itself. */
export interface PouchLibrary {
  new (name: string, options?: object): Pouch;
  plugin(plugin: unknown): void;
  replicate(from: string, to: Pouch, options: object): Promise<{ readonly docs_written: number }>;
}

let pouch: PouchLibrary | undefined;

/** PouchDB with LevelDB on disk, HTTP and replication. */
export function pouchLibrary(): PouchLibrary {
  if (pouch !== undefined) return pouch;
  const required = (name: string): unknown => {
    const module = load(name) as { readonly default?: unknown };
    return module.default ?? module;
  };
  const library = required('pouchdb-core') as PouchLibrary;
  for (const name of libraries.slice(2)) library.plugin(required(name));
  pouch = library;
  return library;
}

/** A call that streams requests. */
export interface GrpcCall {
  write(value: unknown): boolean;
  once(event: 'drain', listener: () => void): void;
  end(): void;
}

/** What is used of grpc-js. */
export interface GrpcLibrary {
  readonly Server: new (options?: object) => {
    addService(definition: object, handlers: object): void;
    bindAsync(
      address: string,
      credentials: unknown,
      done: (error: Error | null, port: number) => void,
    ): void;
    forceShutdown(): void;
  };
  readonly ServerCredentials: { createInsecure(): unknown };
  readonly credentials: { createInsecure(): unknown };
  makeClientConstructor(
    definition: object,
    name: string,
  ): new (
    address: string,
    credentials: unknown,
    options?: object,
  ) => {
    send(done: (error: Error | null, answer: Uint8Array) => void): GrpcCall;
    close(): void;
  };
}

/** gRPC for Node. */
export function grpcLibrary(): GrpcLibrary {
  return load('@grpc/grpc-js') as GrpcLibrary;
}
