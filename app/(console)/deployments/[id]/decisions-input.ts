/** A rollout of thousands of nodes decides thousands of times: as many as can be looked through are read at a time. */
export const decisionsInput = (id: string) => ({ id, limit: 20 });
