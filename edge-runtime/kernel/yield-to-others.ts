/** Lets connections, other stages and other threads be heard between two pieces of work. */
export function yieldToOthers(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
