/**
 * What an editor needs to know of a rule, with no editor in it: pure, and the same on a node, a server and in a browser.
 *
 *     const rule = new RuleDocument(text, { model: signatureOf });
 *     rule.analysis.diagnostics; rule.complete(offset); rule.hover(offset); rule.rename(offset, 'pressure');
 *
 * @module
 */
export { RuleDocument } from './document.ts';
export { applyEdits, type RenameResult, type TextEdit } from './rename.ts';
export type { WantedAttribute } from './define.ts';
export type { Completion, CompletionItem } from './complete.ts';
export type { Hover } from './hover.ts';
export { signatureAt, type Signature } from './signature.ts';
export type { GraphEdge, GraphNode, GraphNodeKind, QueryGraph } from './graph.ts';
export type { SemanticKind, SemanticToken } from './semantic-tokens.ts';
export { RATE_ASSUMED, type StateEstimate } from './estimate.ts';
export { KEYWORDS } from './semantic-tokens.ts';
