/** Sent with every call of the console. A page of another site cannot send it without being asked first, which keeps forged requests out. */
export const apiHeaders = { 'x-selvedge-console': '1' } as const;
