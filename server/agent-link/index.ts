export { createAgentLink } from './agent-link.ts';
export type { AgentLink } from './agent-link.ts';
export type { LinkParts } from './context.ts';
export { tailPart } from './tail-part.ts';
