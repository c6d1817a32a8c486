/** A line for each thing that is done: what it was, how it went, how long it took. */
export interface Steps {
  /** Runs one step. Its result's `says`, when it has one, is what the line tells besides the time. */
  run<T>(name: string, action: () => Promise<T>, says?: (result: T) => string): Promise<T>;
  /** Notes a step that happened before this process, or that is not taken, with the reason. */
  note(name: string, says: string, seconds?: number): void;
}

export function printedSteps(print: (line: string) => void): Steps {
  const line = (mark: string, name: string, says: string, seconds: number | undefined) =>
    print(`${mark} ${name.padEnd(16)} ${(seconds === undefined ? '' : `${seconds.toFixed(1)} s`).padStart(7)}  ${says}`.trimEnd());
  return {
    async run(name, action, says = () => '') {
      const started = performance.now();
      const seconds = () => (performance.now() - started) / 1000;
      try {
        const result = await action();
        line('✓', name, says(result), seconds());
        return result;
      } catch (error) {
        line('✗', name, '', seconds());
        throw error;
      }
    },
    note: (name, says, seconds) => line('·', name, says, seconds),
  };
}
