/** When a recording says that something was wrong. Times are milliseconds since 1970, both ends inclusive. */
export interface Labels {
  readings: number;
  anomalies: { from: number; to: number }[];
}

/** One reading as the example's rule takes it. */
export type Reading = { loop: string; at: number } & Record<string, number | string>;

const columns: Readonly<Record<string, string>> = {
  Accelerometer1RMS: 'vibration1',
  Accelerometer2RMS: 'vibration2',
  Current: 'current',
  Pressure: 'pressure',
  Temperature: 'temperature',
  Thermocouple: 'thermocouple',
  Voltage: 'voltage',
  'Volume Flow RateRMS': 'flow',
};

export interface Judgement {
  /** From the labelled change to the first detection in or shortly after it; undefined where there was none. */
  delayMs: number | undefined;
  /** Detections outside every labelled stretch. */
  falseAlarms: number;
}

/** Readings are smoothed over a quarter of a minute: a detection this long after the end still belongs to the anomaly. */
const graceMs = 30_000;

/** Reads the columns `datetime` and `anomaly`; a recording without the latter has no anomalies. */
export function labelsOf(csv: string): Labels {
  const [head = '', ...lines] = csv.split(/\r?\n/);
  const names = head.split(';');
  const [time, anomaly] = [names.indexOf('datetime'), names.indexOf('anomaly')];
  const labels: Labels = { readings: 0, anomalies: [] };
  let wasWrong = false;
  for (const line of lines) {
    if (line === '') continue;
    const cells = line.split(';');
    const at = Date.parse(`${cells[time]?.replace(' ', 'T')}Z`);
    const isWrong = anomaly !== -1 && Number(cells[anomaly]) === 1;
    const last = labels.anomalies.at(-1);
    if (isWrong && wasWrong && last !== undefined) last.to = at;
    else if (isWrong) labels.anomalies.push({ from: at, to: at });
    wasWrong = isWrong;
    labels.readings += 1;
  }
  return labels;
}

/** The sensors under the names of the rule's attributes. */
export function readingsOf(csv: string, loop: string): (Reading & { at: number })[] {
  const [head = '', ...lines] = csv.split(/\r?\n/);
  const names = head.split(';');
  return lines
    .filter((line) => line !== '')
    .map((line) => {
      const cells = line.split(';');
      const sensors = names.flatMap((name, index) => (columns[name] === undefined ? [] : [[columns[name], Number(cells[index])] as const]));
      return { ...Object.fromEntries(sensors), loop, at: Date.parse(`${cells[names.indexOf('datetime')]?.replace(' ', 'T')}Z`) };
    });
}

export function judge(labels: Labels, detections: readonly number[]): Judgement {
  const isIn = (at: number): boolean => labels.anomalies.some(({ from, to }) => at >= from && at <= to + graceMs);
  const first = detections.find(isIn);
  const [anomaly] = labels.anomalies;
  return { delayMs: first === undefined || anomaly === undefined ? undefined : first - anomaly.from, falseAlarms: detections.filter((at) => !isIn(at)).length };
}
