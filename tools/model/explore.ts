// Finds every world that a configuration can come to, breadth first, and judges worlds, moves and
// the graph that they make. Knows no protocol; what has to hold is properties.ts.
import type { Guards } from './guards.ts';
import { movesOf } from './moves.ts';
import type { MoveKind } from './moves.ts';
import {
  describeWaiting,
  judgeCompletion,
  judgeHearing,
  judgeMove,
  judgeWorld,
  someoneEnds,
} from './properties.ts';
import type { Breach, Property } from './properties.ts';
import { modelOf } from './step.ts';
import type { Stage, Watch } from './step.ts';
import { MissingCell } from './tables.ts';
import { isFinished, sessionOn } from './session.ts';
import type { Role, Tables } from './tables.ts';
import { keyOf, messagesIn } from './world.ts';
import type { Configuration, World } from './world.ts';

/** A way to a breach: names of moves from the first world on. */
export interface CounterExample extends Breach {
  readonly steps: readonly string[];
}

/** What an exploration found. */
export interface Exploration {
  readonly configuration: Configuration;
  readonly worlds: number;
  readonly moves: number;
  readonly sessions: number;
  /** Worlds in which both endpoints are done. */
  readonly finished: number;
  /** The longest session, in moves, and the longest way from the first end to both closed. */
  readonly longest: number;
  readonly longestEnd: number;
  /** The most messages that waited in one direction, those under way included. */
  readonly mostWaiting: number;
  /** Rows of the tables taken: `sender SENDING ACK`. */
  readonly rows: ReadonlySet<string>;
  /** The first, shortest, breach; undefined when everything holds. */
  readonly breach: CounterExample | undefined;
  /** False when the bound on worlds ended the search. */
  readonly isWhole: boolean;
}

/** What is explored, and how far. */
export interface Subject {
  readonly tables: Tables;
  readonly guards: Guards;
  readonly configuration: Configuration;
  readonly worldsMax?: number;
}

/** A stage on which steps are watched. */
export function stageOf({ tables, guards, configuration }: Subject, watch: Watch): Stage {
  return { model: modelOf(tables, guards), configuration, watch };
}

/** The world in which the first session of a configuration begins. */
export function firstWorld(stage: Stage): World {
  const { entries } = stage.configuration;
  return sessionOn(stage, { entries, applied: Array<number>(entries).fill(0), cursor: 0, late: 0 });
}

interface Edge {
  readonly to: number;
  readonly kind: MoveKind;
}

/** The worlds found, with the way to each. */
class Graph {
  readonly worlds: World[] = [];
  readonly edges: Edge[][] = [];
  readonly #parents: number[] = [];
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();

  add(world: World, parent: number, name: string): number {
    const key = keyOf(world);
    const known = this.#indexes.get(key);
    if (known !== undefined) return known;
    const index = this.worlds.length;
    this.#indexes.set(key, index);
    this.worlds.push(world);
    this.edges.push([]);
    this.#parents.push(parent);
    this.#names.push(name);
    return index;
  }

  wayTo(index: number): string[] {
    const names: string[] = [];
    for (let at = index; at > 0; at = this.#parents[at] ?? 0) names.push(this.#names[at] ?? '');
    return names.reverse();
  }
}

class Search {
  readonly graph = new Graph();
  readonly rows = new Set<string>();
  readonly starts: number[] = [0];
  readonly stage: Stage;
  readonly #worldsMax: number;
  moves = 0;
  mostWaiting = 0;
  #noted: Breach | undefined;

  constructor(subject: Subject) {
    this.#worldsMax = subject.worldsMax ?? Infinity;
    this.stage = stageOf(subject, {
      row: (role: Role, state, event) => this.rows.add(`${role} ${state} ${event}`),
      broken: (property, detail) => {
        this.#noted ??= { property: property as Property, detail };
      },
    });
  }

  get isWhole(): boolean {
    return this.graph.worlds.length < this.#worldsMax;
  }

  /** Finds all worlds; stops at the first breach. */
  run(first: World): CounterExample | undefined {
    const { worlds } = this.graph;
    this.graph.add(first, 0, '');
    for (let at = 0; at < worlds.length && this.isWhole; at += 1) {
      const world = worlds[at] as World;
      const found = judgeWorld(world, this.stage.configuration) ?? this.#follow(at, world);
      if (found !== undefined) return { ...found, ...this.#way(at, found) };
    }
    return undefined;
  }

  #way(at: number, found: Breach & { last?: string }): { steps: string[] } {
    const last = found.last === undefined ? [] : [found.last];
    return { steps: [...this.graph.wayTo(at), ...last] };
  }

  #follow(at: number, world: World): (Breach & { last?: string }) | undefined {
    const { graph } = this;
    try {
      for (const move of movesOf(this.stage, world)) {
        this.moves += 1;
        const found = this.#noted ?? judgeMove(world, move);
        if (found !== undefined) return { ...found, last: move.name };
        const count = graph.worlds.length;
        const to = graph.add(move.to, at, move.name);
        const isNew = graph.worlds.length > count;
        if (isNew) this.#measure(move.to);
        if (move.kind === 'next' && isNew) this.starts.push(to);
        (graph.edges[at] as Edge[]).push({ to, kind: move.kind });
      }
    } catch (error) {
      if (error instanceof MissingCell) return { property: 'total', detail: error.message };
      throw error;
    }
    return this.#noted;
  }

  #measure({ toReceiver, toSender }: World): void {
    this.mostWaiting = Math.max(this.mostWaiting, messagesIn(toReceiver), messagesIn(toSender));
  }
}

/** Explores a configuration. */
export function explore(subject: Subject): Exploration {
  const { configuration } = subject;
  const search = new Search(subject);
  const { graph } = search;
  const early = search.run(firstWorld(search.stage));
  const depth = early === undefined && search.isWhole ? depthsOf(graph) : undefined;
  const late = early ?? (search.isWhole ? judgeGraph(search, depth) : undefined);
  return {
    configuration,
    worlds: graph.worlds.length,
    moves: search.moves,
    sessions: search.starts.length,
    finished: graph.worlds.filter(isFinished).length,
    longest: depth?.longest ?? 0,
    longestEnd: depth?.longestEnd ?? 0,
    mostWaiting: search.mostWaiting,
    rows: search.rows,
    breach: late,
    isWhole: search.isWhole,
  };
}

interface Depths {
  readonly longest: number;
  readonly longestEnd: number;
  /** A world on a circle. */
  readonly circle: number | undefined;
}

const add = (list: Int32Array, at: number, much: number): void => {
  list[at] = (list[at] ?? 0) + much;
};

/** Longest ways within a session, by taking away worlds that nothing leads to any more. */
function depthsOf({ worlds, edges }: Graph): Depths {
  const incoming = new Int32Array(worlds.length);
  const inner = (list: readonly Edge[]): Edge[] => list.filter(({ kind }) => kind !== 'next');
  for (const list of edges) for (const { to } of inner(list)) add(incoming, to, 1);
  const ready = [...incoming.keys()].filter((index) => incoming[index] === 0);
  const depth = new Int32Array(worlds.length);
  const endDepth = new Int32Array(worlds.length);
  let done = 0;
  for (let at = ready.pop(); at !== undefined; at = ready.pop()) {
    done += 1;
    const ends = someoneEnds(worlds[at] as World);
    for (const { to } of inner(edges[at] ?? [])) {
      depth[to] = Math.max(depth[to] ?? 0, (depth[at] ?? 0) + 1);
      if (ends) endDepth[to] = Math.max(endDepth[to] ?? 0, (endDepth[at] ?? 0) + 1);
      add(incoming, to, -1);
      if (incoming[to] === 0) ready.push(to);
    }
  }
  const largest = (list: Int32Array): number => list.reduce((most, one) => Math.max(most, one), 0);
  const circle = done < worlds.length ? incoming.findIndex((count) => count > 0) : undefined;
  return { longest: largest(depth), longestEnd: largest(endDepth), circle };
}

function judgeGraph(search: Search, depth: Depths | undefined): CounterExample | undefined {
  const { graph } = search;
  const found = (at: number, one: Breach): CounterExample => ({ ...one, steps: graph.wayTo(at) });
  if (depth?.circle !== undefined) {
    return found(depth.circle, { property: 'no endless run', detail: 'a way leads back here' });
  }
  return judgeStuck(search) ?? judgeCalm(search) ?? judgeHeard(search);
}

/** Worlds in which nobody moves any more although someone is not done. */
function judgeStuck({ graph }: Search): CounterExample | undefined {
  for (const [at, world] of graph.worlds.entries()) {
    if (isFinished(world)) continue;
    const kinds = new Set((graph.edges[at] ?? []).map(({ kind }) => kind));
    const detail = describeWaiting(world);
    const steps = graph.wayTo(at);
    if (!world.silent && !kinds.has('work')) return { property: 'no deadlock', detail, steps };
    if (world.silent && !kinds.has('work') && !kinds.has('timer')) {
      return { property: 'closes without a connection', detail, steps };
    }
  }
  return undefined;
}

/** Follows only some kinds of moves from every beginning of a session, to where they end. */
function endsBy({ graph, starts }: Search, kinds: readonly MoveKind[]): number[] {
  const seen = new Set(starts);
  const ends: number[] = [];
  for (const at of seen) {
    const next = (graph.edges[at] ?? []).filter(({ kind }) => kinds.includes(kind));
    if (next.length === 0) ends.push(at);
    for (const { to } of next) seen.add(to);
  }
  return ends;
}

function judgeCalm(search: Search): CounterExample | undefined {
  const { graph, stage } = search;
  for (const at of endsBy(search, ['work', 'talk'])) {
    const one = judgeCompletion(graph.worlds[at] as World, stage.configuration);
    if (one !== undefined) return { ...one, steps: graph.wayTo(at) };
  }
  return undefined;
}

function judgeHeard(search: Search): CounterExample | undefined {
  const { graph } = search;
  for (const at of endsBy(search, ['work', 'talk', 'upset'])) {
    const one = judgeHearing(graph.worlds[at] as World);
    if (one !== undefined) return { ...one, steps: graph.wayTo(at) };
  }
  return undefined;
}
