// Which walks are drawn, and what shrinking leaves of them. Nothing is played here.
import { describe, expect, it } from 'vitest';
import { loadEntries } from '../cases/load.ts';
import type { Case } from '../cases/case.ts';
import type { Hello } from '../control/values.ts';
import { lackOf } from '../run/needs.ts';
import { drawWalk, shrinkWalk, walkNumber, type WalkSource } from './draw.ts';
import { allAbilities, fewAbilities } from './testing/abilities.ts';
import type { Abilities } from './walk.ts';

const listed = loadEntries();
const source = (seed: string, abilities: Abilities = allAbilities): WalkSource => ({
  seed,
  abilities,
  listed,
});
const many = Array.from({ length: 150 }, (_, index) => index + 1);
const limits = { plays: 500, milliseconds: 60_000 };

function helloOf({ roles, strategies, modes, features, hasDeflate }: Abilities): Hello {
  return {
    impl: { name: 'n', version: 'v', language: 'l' },
    versions: [1],
    roles,
    features,
    modes,
    strategies,
    releases: ['R4'],
    secretKinds: ['digits'],
    capabilities: hasDeflate ? ['deflate'] : [],
    limits: { maxFrameOctets: 1, maxBatchOctets: 1, maxBatchEntries: 1 },
  };
}

const draw = (seed: string, abilities?: Abilities): Case[] =>
  many.map((number) => drawWalk(source(seed, abilities), number).case);

describe('drawing', () => {
  it('kit: the same seed and number give the same walk, others another', () => {
    const one = drawWalk(source('s'), 7);
    expect(drawWalk(source('s'), 7)).toEqual(one);
    expect(drawWalk(source('s'), 8).case.script).not.toEqual(one.case.script);
    expect(drawWalk(source('t'), 7).case.script).not.toEqual(one.case.script);
  });

  it('kit: a walk is named by role, seed and number', () => {
    for (const found of draw('s')) {
      const letters = found.role === 'receiver' ? 'RCV' : 'SND';
      expect(found.id).toMatch(new RegExp(`^${letters}-WALK-s-\\d+$`));
    }
    const strange = drawWalk(source('a seed / of words'), 3).case.id;
    expect(strange).toMatch(/^(RCV|SND)-WALK-[0-9a-f]{8}-3$/);
    expect(walkNumber(strange)).toBe(3);
    expect(walkNumber('RCV-0003')).toBeUndefined();
  });

  it('kit: asks of a testee only what it says that it can do', () => {
    for (const abilities of [allAbilities, fewAbilities]) {
      const lacks = draw('s', abilities).map((found) => lackOf(found, helloOf(abilities)));
      expect(lacks.filter((lack) => lack !== undefined)).toEqual([]);
    }
    // All of it is asked for, where it is there.
    const without = draw('s').map((found) => lackOf(found, helloOf(fewAbilities)));
    const lacking = new Set(without.filter((lack) => lack !== undefined));
    for (const lack of ['role sender', 'feature edit', 'strategy merge']) {
      expect(lacking).toContain(lack);
    }
    expect(draw('s').some(({ script }) => script.steps.some((step) => step.do === 'kill'))).toBe(
      true,
    );
  });

  it('kit: the twin of a walk is the walk without its fault', () => {
    const faulty = draw('s').filter(({ twin }) => twin !== undefined);
    expect(faulty.length).toBeGreaterThan(30);
    for (const { script, twin, changedStep } of faulty) {
      const at = script.steps.findIndex(({ id }) => id === changedStep);
      expect(at).toBeGreaterThanOrEqual(0);
      expect(twin?.steps.slice(0, at)).toEqual(script.steps.slice(0, at));
      expect(twin?.steps).not.toContainEqual(script.steps[at]);
    }
  });

  it('kit: ids of steps are unique, and store and testee are judged by the first role', () => {
    for (const { script, twin } of draw('s')) {
      for (const { steps, role } of twin === undefined ? [script] : [script, twin]) {
        const ids = steps.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        const roles = steps.flatMap((step) => (step.do === 'again' ? [step.role] : []));
        if (role === 'sender') expect(roles).not.toContain('receiver');
      }
    }
  });

  it('PSP-CHG-1: one change id stands for one change in all of a walk', () => {
    for (const { script } of draw('s')) {
      const uses = new Map<string, string>();
      const sent = script.steps.flatMap((step) => (step.do === 'send' ? (step.entries ?? []) : []));
      for (const { type, id, changes = [] } of [...script.store.entries, ...sent]) {
        for (const { replica, counter, payload } of changes) {
          if (counter === 97) continue;
          const use = `${type}/${id} ${payload ?? ''}`;
          expect(uses.get(`${replica}/${counter}`) ?? use).toBe(use);
          uses.set(`${replica}/${counter}`, use);
        }
      }
    }
  });
});

describe('shrinking', () => {
  const payloadsIn = ({ script }: Case): number =>
    script.steps.filter((step) => step.do === 'send' && step.message === 'Payload').length;

  it('kit: leaves the least that fails', async () => {
    const number = many.find((one) => payloadsIn(drawWalk(source('s'), one).case) > 4);
    const shrunk = await shrinkWalk(source('s'), number ?? 0, limits, ({ case: found }) =>
      Promise.resolve(payloadsIn(found) >= 2 ? payloadsIn(found) : undefined),
    );
    expect(shrunk?.result).toBe(2);
    const { script, twin } = shrunk!.walk.case;
    expect(twin).toBeUndefined();
    expect(script.store.entries).toEqual([]);
    expect(script.steps.filter((step) => step.do === 'again')).toEqual([]);
    expect(
      script.steps.flatMap((step) => (step.do === 'send' ? (step.entries ?? []) : [])),
    ).toEqual([]);
  });

  it('kit: keeps to its limits, and tells where a walk does not fail again', async () => {
    const few = { plays: 3, milliseconds: 60_000 };
    let plays = 0;
    const fails = (): Promise<number> => Promise.resolve((plays += 1));
    expect((await shrinkWalk(source('s'), 1, few, fails))?.plays).toBe(3);
    expect(plays).toBe(3);
    const passes = (): Promise<undefined> => Promise.resolve(undefined);
    expect(await shrinkWalk(source('s'), 1, limits, passes)).toBeUndefined();
  });
});
