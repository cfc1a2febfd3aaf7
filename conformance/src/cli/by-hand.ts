// What a person has to do for their implementation where no control channel does it: in plain
// words, step by step. It plays nothing.
import type { Case } from '../cases/case.ts';
import type { Step } from '../peer/script.ts';
import { testeeReplica, wallClock } from '../run/surroundings.ts';

const plain = (value: unknown): string => JSON.stringify(value);

function secretText(secret: Case['script']['secret']): string {
  return secret === null ? 'none: it shows its own' : [secret].flat().join(' or ');
}

/** What has to be set up before the case begins. */
export function setUpWords(one: Case, address: string): string[] {
  const { secret, params, store, serverUrl, listen, clock } = one.script;
  const verb = listen ? 'listen' : `dial ${address}`;
  return [
    `Your implementation: ${one.role}. Let it ${verb}.`,
    `Secret: ${secretText(secret)}`,
    ...(serverUrl === '' ? [] : [`FHIR server: ${serverUrl}`]),
    `Replica id: ${testeeReplica}, if you can choose it`,
    `Parameters: ${plain(params)}`,
    ...(clock === undefined ? [] : [`Its clock: ${wallClock}; it stands still until you are told`]),
    `Store: ${store.entries.length} entries${store.entries.length === 0 ? '' : ':'}`,
    ...store.entries.map(({ type, id, resource }) => `  ${type}/${id} ${resource ?? 'deleted'}`),
  ];
}

function commandWords(command: string, members: Readonly<Record<string, unknown>>): string {
  switch (command) {
    case 'decide':
      return `As its user, answer what it asks: ${plain(members['answer'] ?? members)}.`;
    case 'abort':
      return 'As its user, cancel the session now.';
    case 'clock':
      return `Let its clock go on: ${plain(members)}.`;
    case 'edit':
      return `Change its store by hand: ${plain(members['edits'] ?? members)}.`;
    default:
      return `Do what ${command} ${plain(members)} would do.`;
  }
}

/** What the person does at a step that is not on the wire; undefined: nothing. */
export function stepWords(step: Step): string | undefined {
  switch (step.do) {
    case 'control':
      return commandWords(step.command, step.with);
    case 'event':
      return step.event === 'asked'
        ? 'It should now ask its user; look at what it shows.'
        : `It should now tell: ${step.event} ${plain(step.where ?? {})}.`;
    case 'kill':
      return 'Kill your implementation now, as a loss of power would (SIGKILL, not an exit).';
    case 'open':
      return 'Start it again with the store as it was left. Change nothing in it.';
    case 'ended':
      return `The session is over. It should tell its user: ${step.results.join(' or ')}.`;
    case 'again': {
      const role = step.role === undefined ? '' : ` as ${step.role}`;
      const secret = step.secret === undefined ? '' : `, secret ${secretText(step.secret)}`;
      const params = step.params === undefined ? '' : `, parameters ${plain(step.params)}`;
      return `Start the next session of the same store now${role}${secret}${params}.`;
    }
    case 'dial':
      return 'Let it listen for one more connection; the one before stays open.';
    default:
      return undefined;
  }
}
