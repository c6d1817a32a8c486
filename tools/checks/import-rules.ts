import type { IRegularForbiddenRuleType } from 'dependency-cruiser';

/** Tests, and what exists for them. They may reach further than the code they test. */
const tests = String.raw`(\.(test|e2e)\.tsx?$)|/(testing|sim|bench)/`;
const stages = '(ingest|infer|store|actions|sync|gateway)';

/**
 * What may never import what, in the numbering of docs/architecture.md. Paths are patterns over the path from the checkout;
 * `$1` stands for what the first group of `from` matched.
 */
export const importRules: IRegularForbiddenRuleType[] = [
  forbid('1-agent-stands-alone', 'The agent is built and shipped without the rest.', {
    from: { path: '^edge-runtime/', pathNot: tests },
    to: { path: '^(server|app|prisma|e2e|tools|examples)/' },
  }),
  forbid('1-agent-tests-stand-alone', 'An agent test needs nothing of the control plane; the servers it needs come from tools.', {
    from: { path: '^edge-runtime/' },
    to: { path: '^(server|app|prisma|e2e|examples)/' },
  }),
  forbid('1-agent-has-two-doors', 'The control plane uses what the agent package exports, and its way to try a model.', {
    from: { path: '^(server|app|prisma)/', pathNot: tests },
    to: { path: '^edge-runtime/', pathNot: '^edge-runtime/(protocol|cep)/|^edge-runtime/infer/(inspect|serving-client|tensor)\\.ts$' },
  }),
  forbid('2-protocol-knows-zod-only', 'Whoever speaks the protocol must be able to take it alone.', {
    from: { path: '^edge-runtime/protocol/', pathNot: tests },
    to: { pathNot: '^edge-runtime/protocol/|(^|/)node_modules/zod/' },
  }),
  forbid('2-cep-is-pure', 'One engine serves node, server and browser, so it has nothing with I/O; time arrives with events.', {
    from: { path: '^edge-runtime/cep/', pathNot: `^edge-runtime/cep/script/|${tests}` },
    to: { pathNot: '^edge-runtime/(cep|protocol)/|(^|/)node_modules/zod/' },
  }),
  forbid('2-scripts-have-an-interpreter', 'Functions in JavaScript run in an interpreter that is WebAssembly and reaches nothing; the rest of the engine does not know it.', {
    from: { path: '^edge-runtime/cep/script/', pathNot: tests },
    to: { pathNot: '^edge-runtime/cep/|(^|/)node_modules/(quickjs-emscripten-core|@jitl/quickjs-singlefile-mjs-release-sync)/' },
  }),
  forbid('3-stages-meet-in-host', 'Stages of the event path know each other’s contracts through the kernel; only the host wires them.', {
    from: { path: `^edge-runtime/${stages}/`, pathNot: tests },
    to: { path: `^edge-runtime/${stages}/`, pathNot: '^edge-runtime/$1/' },
  }),
  forbid('3-nothing-imports-the-host', 'The composition root is the end of the graph.', {
    from: { path: '^edge-runtime/', pathNot: `^edge-runtime/host/|${tests}` },
    to: { path: '^edge-runtime/host/' },
  }),
  forbid('4-kernel-knows-no-noun', 'Nouns stand on the kernel, never the other way round.', {
    from: { path: '^server/kernel/', pathNot: tests },
    to: { path: '^server/(?!kernel/)' },
  }),
  forbid('4-nouns-meet-at-the-index', 'A noun shows others its index.ts, and what is pure in it: schema.ts and policy.ts. (kernel, http and trpc are what nouns stand on.)', {
    from: { path: '^server/([^/]+)/', pathNot: `^server/(trpc/root|main)\\.ts$|${tests}` },
    to: { path: '^server/(?!kernel/|trpc/|http/)[^/]+/', pathNot: '^server/($1/|[^/]+/(index|schema|policy)\\.ts$)' },
  }),
  forbid('4-no-cycles', 'What cannot be ordered cannot be understood a part at a time.', {
    from: {},
    to: { circular: true },
  }),
  forbid('5-prisma-behind-the-repository', 'Only repositories and reads speak to the database.', {
    from: { path: '^(server|app|tools|examples)/', pathNot: `^server/kernel/db\\.ts$|/(repository|reads)\\.ts$|${tests}` },
    to: { path: '^prisma/generated/|(^|/)node_modules/@prisma/' },
  }),
  forbid('6-console-takes-types-and-schemas', 'Server code in a page would exist twice in one process; types and zod schemas may cross.', {
    from: { path: '^app/', pathNot: `^app/(api/|_data/server\\.tsx$)|${tests}` },
    to: { path: '^server/', pathNot: '/schema\\.ts$|^server/kernel/wire\\.ts$', dependencyTypesNot: ['type-only'] },
  }),
  forbid('6-console-reaches-no-database', 'The console asks through tRPC.', {
    from: { path: '^app/' },
    to: { path: '^prisma/|(^|/)node_modules/(@prisma|pg|pg-boss|ioredis|kafkajs)/' },
  }),
  forbid('6-primitives-know-no-domain', 'A thing is in _ui if it could be in a generic library.', {
    from: { path: '^app/_ui/', pathNot: tests },
    to: { path: '^(server|edge-runtime)/|^app/(?!_ui/|_format/)|(^|/)node_modules/(@trpc|@tanstack/react-query|nuqs)/|(^|/)node_modules/next/(navigation|router)' },
  }),
  forbid('6-pages-import-no-pages', 'What two pages share has a name and a place of its own.', {
    from: { path: '^app/' },
    to: { path: '^app/.*/(page|layout|loading|error)\\.tsx$' },
  }),
  forbid('7-nothing-imports-tests', 'Code that ships cannot lean on what exists for its tests.', {
    from: { pathNot: `${tests}|^(e2e|tools|examples)/|^[^/]+\\.config\\.ts$` },
    to: { path: `${tests}|^(e2e|tools|examples)/` },
  }),
  forbid('unresolved', 'An import that leads nowhere.', { from: {}, to: { couldNotResolve: true } }),
];

/**
 * One file for each driver and workspace, so that each can be replaced alone. Value imports only; a driver's types may be
 * named where its wrapper is used.
 */
export const drivers = ['kafkajs', 'ioredis', 'onnxruntime-node', 'mqtt', '@duckdb/node-api', '@aws-sdk/client-s3', 'pg-boss', 'better-auth'];

function forbid(name: string, comment: string, edge: Pick<IRegularForbiddenRuleType, 'from' | 'to'>): IRegularForbiddenRuleType {
  return { name, comment, severity: 'error', ...edge };
}
