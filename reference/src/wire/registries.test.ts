// The registries of the specification against the code: numbers and names exist in one place only
// where a test says that all places agree.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CapabilityId, FIRST_PRIVATE_CAPABILITY, isKnownCapability } from './capability.ts';
import { isGreaseCapability, isGreaseType } from './grease.ts';
import { MESSAGE_TYPES } from './message-type.ts';
import * as messages from './messages.ts';

type Entry = Readonly<Record<string, unknown>>;
interface Registry {
  readonly name: string;
  readonly allocation: string;
  readonly entries: readonly Entry[];
}

interface Capability {
  readonly id: number;
  readonly name: string;
  readonly status: string;
}

const path = new URL('../../../spec/v1/registries.json', import.meta.url);
const { registries } = JSON.parse(readFileSync(path, 'utf8')) as { registries: Registry[] };

function entriesOf(name: string): readonly Entry[] {
  const registry = registries.find((one) => one.name === name);
  if (registry === undefined) throw new Error(`no registry ${name}`);
  return registry.entries;
}

describe('registries', () => {
  it('PSP-EXT-4: each has a name of its own and a rule of allocation', () => {
    expect(new Set(registries.map(({ name }) => name)).size).toBe(registries.length);
    for (const { allocation, entries } of registries) {
      expect(allocation).toMatch(/^[A-Z].+\.$/);
      expect(entries.length).toBeGreaterThan(0);
    }
  });

  it('PSP-FRAME-9: message types are those of the codec', () => {
    const types = [...MESSAGE_TYPES].map(([octet, { name, direction, protection }]) => ({
      type: `0x${octet.toString(16).padStart(2, '0').toUpperCase()}`,
      name,
      direction: direction.replaceAll('-', ' '),
      protection,
      critical: octet < 0x80,
    }));
    expect(entriesOf('message-types')).toEqual(types);
  });

  const enums = [
    ['pake-suites', messages.PakeSuite],
    ['secret-kinds', messages.SecretKind],
    ['fhir-releases', messages.FhirRelease],
    ['selection-modes', messages.SelectionMode],
    ['payload-encodings', messages.PayloadEncoding],
    ['cursor-dispositions', messages.CursorDisposition],
    ['withheld-reasons', messages.WithheldReason],
    ['outcomes', messages.Outcome],
    ['change-types', messages.ChangeType],
    ['retry-classes', messages.RetryClass],
  ] as const;

  it.each(enums)('PSP-CONV-2: %s are those of the schema', (name, values) => {
    const expected = Object.entries(values).filter(([, value]) => value > 0);
    expect(entriesOf(name).map((entry) => [entry['name'], entry['value']])).toEqual(expected);
  });

  it('PSP-CAP-2: capabilities are those of the code; the reserved ones are unknown to it', () => {
    const capabilities = entriesOf('capabilities') as unknown as Capability[];
    const defined = capabilities.filter(({ status }) => status === 'defined');
    expect(defined.map(({ id, name }) => [name, id])).toEqual([['deflate', CapabilityId.Deflate]]);
    for (const { id, status } of capabilities) {
      expect(isKnownCapability(id)).toBe(status === 'defined');
      expect(isGreaseCapability(id)).toBe(false);
      expect(id).toBeLessThan(FIRST_PRIVATE_CAPABILITY);
    }
  });

  it('PSP-EXT-1: no registered message type is grease', () => {
    for (const octet of MESSAGE_TYPES.keys()) expect(isGreaseType(octet)).toBe(false);
  });
});
