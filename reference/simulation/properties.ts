// What must hold in every run, as properties with a seed: exactly once or told, one way, and squash
// or sequence. Knows how a run is put together, not how its parts work.
import fc from 'fast-check';
import { agree, comeToRest } from './closing.ts';
import { ActionCommand, actions, settings, type Choice } from './commands.ts';
import type { Coverage } from './coverage.ts';
import { perform } from './deeds.ts';
import { checkOneWay } from './one-way.ts';
import { compareUploads } from './squash.ts';
import { World, type Setting } from './world.ts';

/** How large the runs are. */
export interface Scale {
  /** Undefined: 2 to 4, drawn for each run. */
  readonly replicas: number | undefined;
  /** Actions of one run, at most. */
  readonly actionsMax: number;
  /** Of a run that is to be repeated: which of its actions had run. */
  readonly replayPath?: string;
}

/** One property, with what it counts; `onRun` is told of each run, the smaller ones too. */
export type MakeProperty = (
  scale: Scale,
  coverage: Coverage,
  onRun?: () => void,
) => fc.IAsyncProperty<unknown>;

const silent = (): void => undefined;

type Commands = Iterable<fc.AsyncCommand<object, World>>;

/** Every change is applied once or told of; echoes do not grow; in the end all agree. */
const exactlyOnce: MakeProperty = (scale, coverage, onRun = silent) => {
  const { replicas } = scale;
  const many = replicas === undefined ? fc.integer({ min: 2, max: 4 }) : fc.constant(replicas);
  return fc.asyncProperty(settings(many), commands(scale), async (setting, list) => {
    onRun();
    await inWorld(setting, coverage, async (world) => {
      await fc.asyncModelRun(() => ({ model: {}, real: world }), list as never);
      await comeToRest(world);
      await agree(world);
    });
  });
};

/** One device gives to another, and never the other way round. */
const oneWay: MakeProperty = (scale, coverage, onRun = silent) => {
  const choice: Choice = { editors: fc.constantFrom(0, 0, 0, 1), oneWay: true };
  return fc.asyncProperty(
    settings(fc.constant(2)),
    commands(scale, choice),
    async (setting, list) => {
      onRun();
      await inWorld(setting, coverage, async (world) => {
        await fc.asyncModelRun(() => ({ model: {}, real: world }), list as never);
        await checkOneWay(world);
      });
    },
  );
};

/** Uploads of whole lists and uploads change by change end in one content of the server. */
const squash: MakeProperty = (scale, coverage, onRun = silent) => {
  const choice: Choice = { plain: true };
  const { actionsMax } = scale;
  const list = fc.array(actions(choice), { minLength: 4, maxLength: actionsMax, size: 'max' });
  const replicas = fc.constant(scale.replicas ?? 2);
  return fc.asyncProperty(settings(replicas, choice), list, async (setting, script) => {
    onRun();
    const [joined, compared] = (['concatenate', 'diff'] as const).map((way) => ({
      ...setting,
      squash: way,
    })) as [Setting, Setting];
    await inWorld(joined, coverage, (one) =>
      inWorld(compared, coverage, (other) =>
        inWorld(setting, coverage, (single) =>
          compareUploads({ whole: [one, other], single }, script, perform),
        ),
      ),
    );
  });
};

export const properties = { 'exactly-once': exactlyOnce, 'one-way': oneWay, squash } as const;
export type PropertyName = keyof typeof properties;
export const propertyNames = Object.keys(properties) as PropertyName[];

function commands({ actionsMax, replayPath }: Scale, choice: Choice = {}): fc.Arbitrary<Commands> {
  const command = actions(choice).map((action) => new ActionCommand(action));
  const replay = replayPath === undefined ? {} : { replayPath };
  return fc.commands([command], { maxCommands: actionsMax, size: 'max', ...replay });
}

async function inWorld(
  setting: Setting,
  coverage: Coverage,
  work: (world: World) => Promise<void>,
): Promise<void> {
  const world = await World.open(setting, coverage);
  try {
    await work(world);
  } finally {
    await world.dispose();
  }
}
