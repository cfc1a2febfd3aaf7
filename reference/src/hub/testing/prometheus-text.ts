// Reads metrics as Prometheus does (exposition format 0.0.4), and refuses what it would refuse. For
// tests; shares nothing with what writes them.

/** Every sample by its name with labels, as written. */
export type Samples = ReadonlyMap<string, number>;

const nameForm = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const sampleForm =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*\})? (\S+)$/;

/** @throws Error at the first line that is not in order. */
export function readPrometheus(text: string): Samples {
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  const samples = new Map<string, number>();
  let family = '';
  let type = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const [mark, keyword, name = '', ...rest] = line.split(' ');
    if (mark === '#') {
      if (!nameForm.test(name)) throw new Error(`no name: ${line}`);
      if (keyword === 'HELP') family = name;
      else if (keyword !== 'TYPE' || name !== family) throw new Error(`out of order: ${line}`);
      else type = rest.join(' ');
      continue;
    }
    const [, own = '', labels = '', number = ''] = sampleForm.exec(line) ?? [];
    const base = type === 'histogram' ? own.replace(/_(bucket|sum|count)$/, '') : own;
    if (base !== family) throw new Error(`no sample of ${family}: ${line}`);
    const value = number === '+Inf' ? Infinity : Number(number);
    if (number === '' || Number.isNaN(value)) throw new Error(`no number: ${line}`);
    if (samples.has(own + labels)) throw new Error(`twice: ${line}`);
    samples.set(own + labels, value);
  }
  return samples;
}
