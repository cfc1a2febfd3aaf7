// Who judges where nothing else is said. The observer and the store model are written apart from
// the player, so that one misreading of the specification does not hide in both.
import { observe } from '../observer/observe.ts';
import { checkStore } from '../store-model/check-store.ts';
import type { Judges } from './judging.ts';

/** The kit's own judges. */
export const defaultJudges: Judges = {
  observe,
  checkStore,
};
