import { digestSchema, nameSchema, settingsSchema } from '@selvedge/edge-runtime/protocol';
import { z } from 'zod';
import { alertSettingsSchema, createChannelInput, createRouteInput, secretReferenceSchema } from '../alerts/schema.ts';
import { rolloutPolicySchema } from '../deployments/schema.ts';
import { selectorTextSchema } from '../fleets/schema.ts';
import { idSchema } from '../kernel/wire.ts';
import { aliasSchema, modelVersionNumberSchema } from '../models/schema.ts';
import { ruleTextSchema } from '../rules/schema.ts';

/** What is taken of documents at once. Lines are those of one change that are shown; deployments beyond `plansMax` are compared without a plan. */
export const documentLimits = { documentsMax: 1000, filesMax: 1000, fileBytesMax: 512 * 1024, bytesMax: 4 * 1024 ** 2, depthMax: 20, yamlAliasesMax: 50, faultsMax: 20, linesMax: 300, plansMax: 50 } as const;

const noteSchema = z.string().trim().max(1000);
/** A part of a document with the members of `schema` and no others: a name that is mistyped is not passed over. */
function membersOf(schema: z.ZodObject) {
  const known = Object.keys(schema.shape);
  return z.record(z.string(), z.unknown()).superRefine((value, { addIssue }) => {
    for (const name of Object.keys(value)) if (!known.includes(name)) addIssue({ code: 'custom', path: [name], message: `there is no “${name}”; there are ${known.join(', ')}` });
  });
}

/** Checked as what a node takes and kept as written: a fleet's other settings stay as they are. */
const partialSettingsSchema = membersOf(settingsSchema).superRefine((value, { addIssue }) => {
  for (const { path, message } of settingsSchema.safeParse(value).error?.issues ?? []) addIssue({ code: 'custom', path, message });
});

export const ruleDocumentSchema = z.strictObject({
  kind: z.literal('Rule'),
  name: nameSchema,
  text: ruleTextSchema.min(1, 'an empty rule cannot be published'),
  /** Kept with the version that is published. */
  note: noteSchema.optional(),
});

/** A model by reference: its versions are uploaded; a document says which of them each alias means, by number or by digest. */
export const modelDocumentSchema = z.strictObject({ kind: z.literal('Model'), name: nameSchema, aliases: z.record(aliasSchema, z.union([modelVersionNumberSchema, digestSchema])).refine((aliases) => Object.keys(aliases).length > 0, 'it has to name at least one alias') });

export const fleetDocumentSchema = z.strictObject({ kind: z.literal('Fleet'), name: nameSchema, selector: selectorTextSchema, settings: partialSettingsSchema.optional() });

/** `name` for the latest version of a rule, or for the text that a document beside this one gives it; `name@7` for an exact one. */
const ruleReferenceTextSchema = z.string().regex(/^[a-z0-9][a-z0-9._/-]{0,62}(@(latest|[1-9]\d{0,8}))?$/, 'it has to be the name of a rule, or name@7 for an exact version');
export const deploymentDocumentSchema = z.strictObject({
  kind: z.literal('Deployment'),
  fleet: nameSchema,
  rules: z.array(ruleReferenceTextSchema).max(1000),
  settings: partialSettingsSchema.optional(),
  policy: membersOf(rolloutPolicySchema).pipe(rolloutPolicySchema).optional(),
  note: noteSchema.optional(),
});

const secret = secretReferenceSchema.optional();
/** Where a channel goes. What is secret is named, or left out of one that is there: then it stays as it is. */
const documentedChannelSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('webhook'), url: secret, secret }),
  z.strictObject({ kind: z.literal('slack'), url: secret }),
  z.strictObject({ kind: z.literal('pagerduty'), routingKey: secret, url: secret }),
  z.strictObject({ kind: z.literal('email'), smtp: secret, from: z.email(), to: z.array(z.email()).min(1).max(20) }),
]);
export const channelDocumentSchema = z.strictObject({ kind: z.literal('Channel'), name: createChannelInput.shape.name, settings: documentedChannelSchema });

/** A route whole: what is left out is as in a new one. Channels and the fleet go by their names. */
export const routeDocumentSchema = z.strictObject({ kind: z.literal('Route'), ...createRouteInput.shape, fleet: nameSchema.optional(), channels: z.array(createChannelInput.shape.name).min(1).max(10) });

/** There is one of an organization, so it has no name. */
export const alertSettingsDocumentSchema = z.strictObject({ kind: z.literal('AlertSettings'), ...alertSettingsSchema.shape });

/** Something that is wanted, as people write it down. */
export const documentSchema = z.discriminatedUnion('kind', [ruleDocumentSchema, modelDocumentSchema, fleetDocumentSchema, channelDocumentSchema, routeDocumentSchema, alertSettingsDocumentSchema, deploymentDocumentSchema]);
export const documentKindSchema = z.enum(['Rule', 'Model', 'Fleet', 'Channel', 'Route', 'AlertSettings', 'Deployment']);

/** In which order documents can be applied: rules name models, a route its channels and its fleet, and a deployment needs its rules and its fleet. */
export const documentOrder: readonly DocumentKind[] = ['Model', 'Rule', 'Fleet', 'Channel', 'Route', 'AlertSettings', 'Deployment'];

/** What is written down of what is there. */
export const exportedKindSchema = documentKindSchema.extract(['Channel', 'Route', 'AlertSettings']);
export const exportDocumentsInput = z.object({ kind: z.array(exportedKindSchema).max(exportedKindSchema.options.length).optional() });
/** `omitted` says of what there is no document, and why. */
export const exportDocumentsOutput = z.object({ documents: z.array(documentSchema), omitted: z.array(z.string()) });

/** What one document would change. Of the kind it is, a name says which; a deployment is known by its fleet's, and alert settings are called `alerts`. */
export const documentChangeSchema = z.object({
  kind: documentKindSchema,
  name: z.string(),
  action: z.enum(['create', 'change', 'same']),
  /** For people: `+`, `-`, `~` before what is added, removed and changed, `!` before what blocks, `#` before remarks. */
  lines: z.array(z.string()),
  /** Why it cannot be done; nothing can before that is mended. */
  blocked: z.string().nullable(),
  /** Why nobody does it by itself: a person has to say so. */
  held: z.string().nullable(),
  /** The plan of a deployment, where one was asked for and can be made. */
  plan: digestSchema.nullable(),
});

const documentsSchema = z
  .array(documentSchema)
  .min(1, 'there is no document')
  .max(documentLimits.documentsMax)
  .refine((documents) => new Set(documents.map((document) => labelOf({ kind: document.kind, name: nameOfDocument(document) }))).size === documents.length, 'something stands in them twice');
export const diffDocumentsInput = z.object({ documents: documentsSchema });
export const diffDocumentsOutput = z.object({ changes: z.array(documentChangeSchema) });
export const applyDocumentsInput = diffDocumentsInput;
export const appliedDocumentSchema = z.object({ kind: documentKindSchema, name: z.string(), action: z.enum(['create', 'change', 'same']), did: z.string(), deployment: idSchema.nullable() });
export const applyDocumentsOutput = z.object({ applied: z.array(appliedDocumentSchema) });

export type Document = z.infer<typeof documentSchema>;
export type DocumentKind = z.infer<typeof documentKindSchema>;
export type RuleDocument = z.infer<typeof ruleDocumentSchema>;
export type ModelDocument = z.infer<typeof modelDocumentSchema>;
export type FleetDocument = z.infer<typeof fleetDocumentSchema>;
export type DeploymentDocument = z.infer<typeof deploymentDocumentSchema>;
export type ChannelDocument = z.infer<typeof channelDocumentSchema>;
export type RouteDocument = z.infer<typeof routeDocumentSchema>;
export type AlertSettingsDocument = z.infer<typeof alertSettingsDocumentSchema>;
export type ExportedKind = z.infer<typeof exportedKindSchema>;
export type DocumentChange = z.infer<typeof documentChangeSchema>;
export type AppliedDocument = z.infer<typeof appliedDocumentSchema>;

export function nameOfDocument(document: Document): string {
  switch (document.kind) {
    case 'Deployment':
      return document.fleet;
    case 'AlertSettings':
      return 'alerts';
    default:
      return document.name;
  }
}

/** As people read it: `rule/pump-watch`, `deployment of pump-loop`. */
export function labelOf({ kind, name }: { kind: DocumentKind; name: string }): string {
  return kind === 'Deployment' ? `deployment of ${name}` : kind === 'AlertSettings' ? 'alert settings' : `${kind.toLowerCase()}/${name}`;
}
