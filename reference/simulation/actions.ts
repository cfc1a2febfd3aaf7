// What can happen in a run, as plain values that can be printed, repeated and made smaller.
import type { Fault } from '../testing/fhir-server/behaviour.ts';
import type { Direction } from '../src/transport/memory.ts';
import type { EditKind } from './content.ts';
import type { Cut } from './meeting.ts';
import type { StrategyName } from './strategies.ts';

/** An edit that somebody makes. */
export interface EditPlan {
  readonly resource: string;
  readonly kind: EditKind;
  readonly pick: number;
}

/** Two devices meet; `to` is counted on from `from`. */
export interface MeetAction {
  readonly do: 'meet';
  readonly from: number;
  readonly to: number;
  readonly mode: 'full' | 'cursor';
  readonly type: string | undefined;
  readonly entriesMax: number;
  /** Undefined: that of the run. */
  readonly strategy: StrategyName | undefined;
  readonly session:
    | undefined
    | {
        readonly cut: Cut | undefined;
        readonly loseReceipt: boolean;
        readonly fragment: number | undefined;
        readonly meanwhile:
          | undefined
          | (EditPlan & {
              readonly where: 'sender' | 'receiver';
              readonly direction: Direction;
              readonly after: number;
            });
      };
  /** Without a session: stops after so many Payloads. */
  readonly cutAfter: number | undefined;
  /** What is done at once when it was complete. */
  readonly then: 'nothing' | 'meet again' | 'meet back' | 'deliver again';
}

/** A device uploads. */
export interface UploadAction {
  readonly do: 'upload';
  readonly device: number;
  readonly entriesMax: number;
  readonly strategy: StrategyName | undefined;
  readonly faults: readonly FaultPlan[];
  /** While the server's answer is on its way. */
  readonly meanwhile: undefined | EditPlan | { readonly meets: number };
  /** While the first write is on its way. */
  readonly before: undefined | EditPlan;
}

/** A fault of the server. */
export interface FaultPlan {
  readonly fault: Fault;
  readonly of: 'writes' | 'reads';
  readonly times: number;
}

/** Anything that can happen. */
export type Action =
  | MeetAction
  | UploadAction
  | ({ readonly do: 'edit'; readonly device: number } & EditPlan)
  | { readonly do: 'remove'; readonly device: number; readonly resource: string }
  | {
      readonly do: 'elsewhere';
      readonly resource: string;
      readonly kind: EditKind | 'delete';
      readonly pick: number;
    }
  | { readonly do: 'download'; readonly device: number; readonly faults: readonly FaultPlan[] }
  | { readonly do: 'back up'; readonly device: number }
  | { readonly do: 'restore'; readonly device: number; readonly pick: number }
  | { readonly do: 'clock'; readonly device: number; readonly ms: number }
  | {
      readonly do: 'resolve';
      readonly device: number;
      readonly pick: number;
      readonly take: 'theirs' | 'ours' | 'merge, else defer';
    }
  | { readonly do: 'deliver again'; readonly pick: number }
  | { readonly do: 'play again' };

/** An action on one line. */
export function shown(action: Action): string {
  const { do: name, ...rest } = action;
  return `${name} ${JSON.stringify(rest).replaceAll('"', '')}`;
}
