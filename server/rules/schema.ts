import { digestSchema, nameSchema, versionSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';
import { attributeTypeSchema } from '../models/schema.ts';

/** How long a rule may be, in characters and in UTF-8 bytes. */
export const ruleLimits = { textCharactersMax: 256 * 1024, textBytesMax: 512 * 1024, testsMax: 100, testEventsMax: 2000, testRowsMax: 500, testBytesMax: 512 * 1024, testRunMs: 20_000 } as const;

export const ruleTextSchema = z.string().max(ruleLimits.textCharactersMax, `a rule has at most ${ruleLimits.textCharactersMax} characters`);
export const ruleVersionNumberSchema = versionSchema;

/** Something wrong at `text.slice(from, to)`. Lines and columns count from 1, offsets from 0. */
export const diagnosticSchema = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  message: z.string(),
  from: z.number().int(),
  to: z.number().int(),
  line: z.number().int(),
  column: z.number().int(),
  hint: z.string().optional(),
});

const connectorSchema = z.object({
  stream: z.string(),
  type: z.string(),
  options: z.record(z.string(), z.string()),
  map: z.object({ type: z.string(), options: z.record(z.string(), z.string()) }),
});

export const stateViewSchema = z.object({ id: z.string(), query: z.string(), what: z.string(), definition: z.string() });

/** What is known of a text without running it. */
export const ruleAnalysisSchema = z.object({
  ok: z.boolean(),
  diagnostics: z.array(diagnosticSchema),
  streams: z.array(
    z.object({
      name: z.string(),
      attributes: z.array(z.object({ name: z.string(), type: attributeTypeSchema })),
      defined: z.boolean(),
      kind: z.enum(['stream', 'table', 'window', 'trigger', 'aggregation']),
    }),
  ),
  sources: z.array(connectorSchema),
  sinks: z.array(connectorSchema),
  /** Every model the text names, and the version that the reference means now; null when there is none. */
  models: z.array(z.object({ reference: z.string(), version: z.number().int().nullable() })),
  queries: z.array(
    z.object({
      name: z.string(),
      inputs: z.array(z.string()),
      output: z.string().optional(),
      kind: z.enum(['filter', 'window', 'join', 'pattern', 'sequence']),
    }),
  ),
  state: z.array(stateViewSchema),
});

/** Where a version is: `nodes` is how many of the fleet report it (I9), not how many were told. */
export const deployedRuleSchema = z.object({ fleet: z.object({ id: idSchema, name: z.string() }), version: ruleVersionNumberSchema, nodes: z.number().int() });

const testDataSchema = z.record(z.string().max(256), z.union([z.string().max(16_384), z.number(), z.boolean(), z.null(), z.array(z.unknown()).max(1000)]));

/** Events in, events out: what a rule is held to before it is published. Streams that are not named in `expected` are not looked at. */
export const ruleTestSchema = z.object({
  name: z.string().trim().min(1, 'a test case has a name').max(128),
  events: z.array(z.object({ stream: z.string().min(1).max(256), at: z.number(), data: testDataSchema })).min(1, 'a test case has at least one event').max(ruleLimits.testEventsMax),
  expected: z.array(z.object({ stream: z.string().min(1).max(256), rows: z.array(testDataSchema).max(ruleLimits.testRowsMax) })).min(1, 'a test case says what it expects').max(50),
  /** How long after its last event the case waits for what is due by time, milliseconds. */
  settleMs: z.number().int().min(0).max(31 * 86_400_000).default(0),
});

const testRowSchema = z.record(z.string(), z.unknown());
/** How one case went; of an answer that differs, where, at most twenty places. */
export const ruleTestOutcomeSchema = z.object({
  name: z.string(),
  passed: z.boolean(),
  differences: z.array(z.object({ stream: z.string(), row: z.number().int(), expected: testRowSchema.optional(), found: testRowSchema.optional(), attributes: z.array(z.string()) })),
  problems: z.array(z.string()),
});

export const listRuleTestsInput = z.object({ name: nameSchema });
export const listRuleTestsOutput = z.array(ruleTestSchema.extend({ savedAt: z.number(), by: z.string() }));
/** A case of the same name is replaced. */
export const saveRuleTestInput = z.object({ name: nameSchema, test: ruleTestSchema });
export const saveRuleTestOutput = z.object({ name: z.string(), test: z.string(), savedAt: z.number() });
export const deleteRuleTestInput = z.object({ name: nameSchema, test: z.string().min(1).max(128) });
export const deleteRuleTestOutput = z.object({ name: z.string(), test: z.string(), deleted: z.boolean() });
/** Runs the rule's cases over a text that need not be published. */
export const runRuleTestsInput = z.object({ name: nameSchema, text: ruleTextSchema });
export const runRuleTestsOutput = z.array(ruleTestOutcomeSchema);

export const ruleItemSchema = z.object({
  id: idSchema,
  name: z.string(),
  latest: z.object({ version: ruleVersionNumberSchema, publishedAt: z.number(), by: z.string() }).nullable(),
  draft: z.object({ savedAt: z.number(), by: z.string() }).nullable(),
  streams: z.number().int(),
  sources: z.array(z.string()),
  models: z.array(z.string()),
  deployed: z.array(deployedRuleSchema),
});

export const listRulesInput = pageInput.extend({ query: z.string().max(128).optional(), sort: z.enum(['name', '-name', 'publishedAt', '-publishedAt']).default('name') });
export const listRulesOutput = pageOf(ruleItemSchema);

export const ruleVersionItemSchema = z.object({
  version: ruleVersionNumberSchema,
  digest: digestSchema,
  bytes: z.number().int(),
  publishedAt: z.number(),
  by: z.string(),
  note: z.string(),
});

export const getRuleInput = z.object({ name: nameSchema });
export const ruleSchema = z.object({
  id: idSchema,
  name: z.string(),
  createdAt: z.number(),
  /** Newest first; at most 200, `versionsTotal` says how many there are. */
  versions: z.array(ruleVersionItemSchema),
  versionsTotal: z.number().int(),
  /** Text that is not published: at most one a rule. `basedOn` is the version it was begun from. */
  draft: z.object({ text: z.string(), savedAt: z.number(), by: z.string(), basedOn: ruleVersionNumberSchema.nullable(), revision: z.number().int() }).nullable(),
  deployed: z.array(deployedRuleSchema),
  can: z.object({ saveDraft: permissionSchema, publish: permissionSchema, deploy: permissionSchema }),
});

/** Creates the rule when the name is new. `revision` of the draft it was made from: another person's newer text is not overwritten. */
export const saveDraftInput = z.object({ name: nameSchema, text: ruleTextSchema, revision: z.number().int().min(0).max(2_147_483_647).optional() });
export const saveDraftOutput = z.object({ id: idSchema, name: z.string(), savedAt: z.number(), revision: z.number().int() });
export const discardDraftInput = z.object({ name: nameSchema });
export const discardDraftOutput = z.object({ name: z.string(), discarded: z.boolean() });

export const checkRuleInput = z.object({ text: ruleTextSchema });
export const checkRuleOutput = ruleAnalysisSchema;

/** Publishes an immutable version; the rule's draft, if it has one, is gone with it. Refused: a text equal to the newest version, and one that fails a test case of the rule. */
export const publishRuleInput = z.object({ name: nameSchema, text: ruleTextSchema.min(1, 'an empty rule cannot be published'), note: z.string().trim().max(1000).default('') });
export const publishRuleOutput = z.object({ id: idSchema, name: z.string(), version: ruleVersionNumberSchema, digest: digestSchema });

export const getRuleVersionInput = z.object({ name: nameSchema, version: ruleVersionNumberSchema });
export const ruleVersionSchema = ruleVersionItemSchema.extend({
  name: z.string(),
  text: z.string(),
  analysis: ruleAnalysisSchema,
  /** The cases that it passed when it was published. */
  tests: z.array(ruleTestSchema),
});

export type RuleAnalysis = z.infer<typeof ruleAnalysisSchema>;
export type RuleTest = z.infer<typeof ruleTestSchema>;
export type RuleTestOutcome = z.infer<typeof ruleTestOutcomeSchema>;
export type RuleItem = z.infer<typeof ruleItemSchema>;
export type RuleDetail = z.infer<typeof ruleSchema>;
export type RuleVersion = z.infer<typeof ruleVersionSchema>;
