/* What of the Kafka client is not part of what it exports, so that it has no types of its own; its version is pinned. */

declare module 'kafkajs/src/network/requestQueue/index.js' {
  const requestQueue: {
    readonly prototype: {
      readonly pending: readonly unknown[];
      scheduleCheckPendingRequests(): void;
    };
  };
  export default requestQueue;
}
