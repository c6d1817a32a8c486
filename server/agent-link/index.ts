export { artefactReader } from './artefact-token.ts';
export { createAgentLink } from './agent-link.ts';
export type { AgentLink } from './agent-link.ts';
export type { LinkParts } from './link-parts.ts';
export { tailQuestion } from './questions.ts';
