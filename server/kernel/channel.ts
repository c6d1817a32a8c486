/** What several sources give, in the order in which it comes, for one reader. */
export interface Channel<Value> {
  /** Takes from a source until it ends, and waits while the reader is behind. Rejects with what the source throws. */
  take(source: AsyncIterable<Value>): Promise<void>;
  /** Ends the reading with an error. */
  fail(error: unknown): void;
  /** Until the signal aborts. */
  read(): AsyncGenerator<Value, void>;
}

/** At most `unreadMax` values wait for the reader. */
export function createChannel<Value>(unreadMax: number, signal: AbortSignal): Channel<Value> {
  const unread: Value[] = [];
  let failure: { error: unknown } | undefined;
  let arrived = Promise.withResolvers<void>();
  let room = Promise.withResolvers<void>();
  const wakeAll = (): void => {
    arrived.resolve();
    room.resolve();
  };
  signal.addEventListener('abort', wakeAll, { once: true });

  return {
    take: async (source) => {
      for await (const value of source) {
        while (unread.length >= unreadMax && !signal.aborted) await room.promise;
        if (signal.aborted) return;
        unread.push(value);
        arrived.resolve();
      }
    },
    fail: (error) => {
      failure ??= { error };
      wakeAll();
    },
    read: async function* () {
      while (!signal.aborted) {
        const value = unread.shift();
        if (value !== undefined) {
          room.resolve();
          room = Promise.withResolvers();
          yield value;
        } else if (failure !== undefined) throw failure.error;
        else {
          arrived = Promise.withResolvers();
          await arrived.promise;
        }
      }
    },
  };
}
