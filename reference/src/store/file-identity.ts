// Tells whether a file is the one it was, or a copy of it. Knows the file system; nothing of what
// the file holds.
import { statSync } from 'node:fs';

/**
 * What a file keeps through writes, renames, moves within its file system and reboots, and what no
 * copy of it has: its inode number and its time of birth. The device number is no part of it, for
 * many systems number their devices anew at each start.
 */
export interface FileIdentity {
  /** Decimal. */
  readonly inode: string;
  /** Nanoseconds since 1970, decimal; empty where it is not known to be kept. */
  readonly birth: string;
}

/** The identity of a file as the system shows it at one moment. */
export interface FileSeen {
  readonly inode: string;
  /** What the system gives as the time of birth; empty for none. */
  readonly birth: string;
  /**
   * False where the birth reads as the time of the last change: systems that keep no time of birth
   * show that instead, and so does a file that was made a moment ago.
   */
  readonly isBirthCertain: boolean;
}

/** Looks at the file at a path; a link is followed. @throws a fault of the system. */
export function seeFile(path: string): FileSeen {
  const { ino, birthtimeNs, ctimeNs } = statSync(path, { bigint: true });
  const isKept = birthtimeNs > 0n;
  return {
    inode: String(ino),
    birth: isKept ? String(birthtimeNs) : '',
    isBirthCertain: isKept && birthtimeNs !== ctimeNs,
  };
}

/** What is to be remembered of a file. */
export function identityOf({ inode, birth, isBirthCertain }: FileSeen): FileIdentity {
  return { inode, birth: isBirthCertain ? birth : '' };
}

/**
 * How the file that is there relates to the one that was remembered; `same-and-more`: the same as
 * far as is known, and its birth can be told only now.
 */
export function compareFiles(
  remembered: FileIdentity,
  seen: FileSeen,
): 'same' | 'same-and-more' | 'other' {
  if (remembered.inode !== seen.inode) return 'other';
  if (remembered.birth === '') return seen.isBirthCertain ? 'same-and-more' : 'same';
  // An inode number is given again once its file is gone, often to the very next file.
  return seen.birth === '' || seen.birth === remembered.birth ? 'same' : 'other';
}
