// The numbered scenarios: what each shows, and in which file. Test titles are made from this table
// and the README shows it, so that none can be forgotten. Knows nothing of how they are played.

/** A number of {@link scenarios}. */
export type ScenarioNumber = keyof typeof scenarios;

/** What a scenario shows, and the file that plays it. */
export interface Scenario {
  readonly title: string;
  readonly file: string;
}

const exchanges = 's01-s06.test.ts';
const conflicts = 's07-s09.test.ts';
const deletions = 's11-s14.test.ts';
const versions = 's16-s20.test.ts';
const scans = 's21-s26.test.ts';
const endings = 's27-s31.test.ts';
const contents = 's32-s38.test.ts';
const mismatches = 's39-s41.test.ts';
const carriers = 's42-s46.test.ts';

// S10, S15, S34 and S44 were never given.
export const scenarios = {
  S1: { title: 'A→B, both upload', file: exchanges },
  S2: { title: 'A→B, B edits more, both upload', file: exchanges },
  S3: { title: 'A→B, A edits, A→B', file: exchanges },
  S4: { title: 'A→B, A uploads, A→B', file: exchanges },
  S5: { title: 'A→B→A echoes nothing', file: exchanges },
  S6: { title: 'A→B→C and A→C', file: exchanges },
  S7: { title: 'one array edited on both sides', file: conflicts },
  S8: { title: 'disjoint members edited on both sides', file: conflicts },
  S9: { title: 'two INSERTs of one id', file: conflicts },
  S11: { title: 'a deletion against an edit', file: deletions },
  S12: { title: 'deleted after the INSERT was shared', file: deletions },
  S13: { title: 'the tombstone of an uploaded resource', file: deletions },
  S14: { title: 'deleted, then created again', file: deletions },
  S16: { title: "the receiver's base is newer", file: versions },
  S17: { title: 'untouched but older at the receiver', file: versions },
  S18: { title: 'a server resource becomes no local change', file: versions },
  S19: { title: 'content that no server has seen', file: versions },
  S20: { title: 'a clock set back, equal milliseconds', file: versions },
  S21: { title: '60 rows that share one _lastUpdated', file: scans },
  S22: { title: 'what a third device brings is older than the cursor', file: scans },
  S23: { title: 'no meta', file: scans },
  S24: { title: 'edits while the sender scans', file: scans },
  S25: { title: 'an edit at the sender during the session', file: scans },
  S26: { title: 'an edit at the receiver between read and store', file: scans },
  S27: { title: 'cut, then resumed', file: endings },
  S28: { title: 'killed between the resource and its change', file: endings },
  S29: { title: 'killed after the commit, before the Ack', file: endings },
  S30: { title: 'completion is acknowledged with equal counts', file: endings },
  S31: { title: 'the peer sees a cancellation', file: endings },
  S32: { title: 'the target of a reference is not sent', file: contents },
  S33: { title: 'a cycle of references over two sessions', file: contents },
  S35: { title: 'numbers, padding, escapes and key order, through a restart', file: contents },
  S36: { title: 'a Binary of several megabytes', file: contents },
  S37: { title: 'a poison entry', file: contents },
  S38: { title: 'a resource that does not equal its changes', file: contents },
  S39: { title: 'version, FHIR release, server URL, filter mismatch', file: mismatches },
  S40: { title: 'a session played again', file: mismatches },
  S41: { title: 'a cloned store', file: mismatches },
  S42: { title: 'a stale carrier uploads after a deletion at the server', file: carriers },
  S43: { title: 'a relay keeps who wrote what', file: carriers },
  S45: { title: 'changes with mixed base versions', file: carriers },
  S46: { title: 'an edit of the narrative alone', file: carriers },
} as const satisfies Record<`S${number}`, Scenario>;
