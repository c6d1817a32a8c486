/** The agent of this release. Control planes go by it where an older agent would not know what it is told. */
export const agentVersion = '0.4.0';
