/** A rollout of thousands of nodes decides thousands of times: as many as can be looked through are read at a time; with a moment, those until then. */
export const decisionsInput = (id: string, at?: number) => ({ id, limit: 20, ...(at !== undefined && { at }) });
