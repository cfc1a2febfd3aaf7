import { describe, expect, it } from 'vitest';
import { CommandFailure } from './failure.ts';
import { readRequestedTypes } from './requested-types.ts';

describe('what a receiver asks for', () => {
  it('PSP-REQ-2 asks for everything where nothing is named', () => {
    expect(readRequestedTypes({}, '')).toBeUndefined();
  });

  it('PSP-REQ-1 PSP-SEL-9 joins the parameters of a type, each type once', () => {
    const where = ['Patient?gender=female&name=Zo%C3%AB', 'Patient?active=true', 'Task?_id=a,b'];
    expect(readRequestedTypes({ types: 'Observation,Patient', where }, '')).toEqual({
      types: [
        { resourceType: 'Observation', parameters: [], lastUpdated: '' },
        {
          resourceType: 'Patient',
          parameters: [
            { name: 'gender', value: 'female' },
            { name: 'name', value: 'Zoë' },
            { name: 'active', value: 'true' },
          ],
          lastUpdated: '',
        },
        { resourceType: 'Task', parameters: [{ name: '_id', value: 'a,b' }], lastUpdated: '' },
      ],
    });
  });

  it.each([
    ['no type', 'gender=female'],
    ['no name', 'Patient?=x'],
    ['no parameter', 'Patient?'],
    ['a stray percent sign', 'Patient?name=%'],
    ['an unknown parameter', 'Patient?shoe-size=44'],
    ['an unknown modifier', 'Patient?name:sounds-like=Zoe'],
    ['a date that is none', 'Patient?birthdate=ge19'],
  ])('PSP-SEL-5 PSP-REQ-3 refuses %s before anything is asked', (_, text) => {
    const read = () => readRequestedTypes({ where: [text] }, '');
    expect(read).toThrow(CommandFailure);
    expect(read).toThrow('--where');
  });
});
