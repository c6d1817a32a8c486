import { z } from 'zod';
import { cursorSchema, idSchema, pageInput, pageOf, permissionSchema } from '../kernel/wire.ts';

export const alertSourceSchema = z.enum(['detection', 'nodesOffline', 'rolloutSuspended', 'rolloutWaiting', 'recordsLost', 'tokenExpiring', 'nodesQuarantined', 'breakGlass', 'repositoryFailing', 'repositoryDrifted']);
export const alertStateSchema = z.enum(['Open', 'Acknowledged', 'Resolved']);
export const severitySchema = z.enum(['info', 'warning', 'critical']);

export const alertSchema = z.object({
  id: idSchema,
  source: alertSourceSchema,
  severity: severitySchema,
  title: z.string(),
  detail: z.string(),
  rule: z.string().nullable(),
  stream: z.string().nullable(),
  node: z.object({ id: idSchema, name: z.string() }).nullable(),
  fleet: z.object({ id: idSchema, name: z.string() }).nullable(),
  deployment: idSchema.nullable(),
  state: alertStateSchema,
  /** How often it happened, or how many things it is about now. */
  count: z.number().int(),
  firstAt: z.number(),
  lastAt: z.number(),
  mutedUntil: z.number().nullable(),
  acknowledged: z.object({ by: z.string(), at: z.number() }).nullable(),
  resolved: z.object({ by: z.string(), at: z.number() }).nullable(),
  can: z.object({ acknowledge: permissionSchema, resolve: permissionSchema, mute: permissionSchema }),
});

export const listAlertsInput = pageInput.extend({ state: z.array(alertStateSchema).max(3).optional(), severity: z.array(severitySchema).max(3).optional(), source: z.array(alertSourceSchema).max(alertSourceSchema.options.length).optional() });
export const listAlertsOutput = pageOf(alertSchema).extend({ open: z.number().int() });
export const alertIdInput = z.object({ id: idSchema });
export const muteAlertInput = alertIdInput.extend({ minutes: z.number().int().min(1).max(10_080) });

/** After how many minutes without a connection there is an alert of a node; at most a month. */
export const alertSettingsSchema = z.object({ offlineMinutes: z.number().int().min(1).max(43_200) });

export const secretNameSchema = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'it has to be of letters, digits, “_”, “.” and “-”, 64 at most');
/** A secret by its name, in the place of the secret itself. */
export const secretReferenceSchema = z.string().regex(/^\$\{secret:[A-Za-z0-9_.-]{1,64}\}$/, 'it has to name a secret, as ${secret:NAME}: what is secret does not stand here itself');

function orReference(plain: z.ZodString | z.ZodURL, error: string) {
  return z.union([plain, secretReferenceSchema], { error });
}

const url = orReference(z.url({ protocol: /^https?$/ }).max(2048), 'It has to be an address that begins with http:// or https://, or ${secret:NAME}.');
const defaultPagerUrl = 'https://events.pagerduty.com/v2/enqueue';
/** A channel as it is given, what is secret in it itself or by the name of a secret; what was given itself is never given back. */
export const channelSettingsSchema = z.discriminatedUnion('kind', [
  /** With a secret, each message carries `X-Selvedge-Signature: sha256=` and the HMAC of its body. */
  z.object({ kind: z.literal('webhook'), url, secret: orReference(z.string().min(16).max(256), 'It has to have 16 to 256 characters, or be ${secret:NAME}.').optional() }),
  z.object({ kind: z.literal('slack'), url }),
  /** `url` for services that speak the same; PagerDuty's own without it. */
  z.object({ kind: z.literal('pagerduty'), routingKey: z.string().min(8).max(256), url: url.default(defaultPagerUrl) }),
  /** `smtp` as `smtps://user:password@host:465`. With `smtp:` a password is given after STARTTLS alone. */
  z.object({ kind: z.literal('email'), smtp: orReference(z.url({ protocol: /^smtps?$/ }).max(2048), 'It has to be as smtps://user:password@host:465, or ${secret:NAME}.'), from: z.email(), to: z.array(z.email()).min(1).max(20) }),
]);

/** A named secret of notifications; its value is never given back. */
export const notificationSecretSchema = z.object({ name: z.string(), setBy: z.string(), setAt: z.number(), usedBy: z.array(z.string()) });
export const listSecretsOutput = z.object({ secrets: z.array(notificationSecretSchema) });
export const secretByNameInput = z.object({ name: secretNameSchema });
export const setSecretInput = secretByNameInput.extend({ secret: z.string().min(1).max(2048) });
export const secretByNameOutput = z.object({ name: z.string() });

const nameSchema = z.string().trim().min(1).max(100);
export const channelSchema = z.object({ id: idSchema, name: z.string(), kind: z.enum(['webhook', 'email', 'slack', 'pagerduty']), target: z.string(), createdBy: z.string(), createdAt: z.number() });
export const createChannelInput = z.object({ name: nameSchema, settings: channelSettingsSchema });
/** What is left out stays. Settings are given whole: those that are there are never given back. */
export const changeChannelInput = createChannelInput.partial().extend({ id: idSchema });
export const routeSchema = z.object({
  id: idSchema,
  name: z.string(),
  severityMin: severitySchema,
  sources: z.array(alertSourceSchema),
  rule: z.string().nullable(),
  fleet: z.object({ id: idSchema, name: z.string() }).nullable(),
  channels: z.array(z.object({ id: idSchema, name: z.string() })),
  tellsResolved: z.boolean(),
});
export const createRouteInput = z.object({
  name: nameSchema,
  severityMin: severitySchema.default('warning'),
  /** Every source when empty. */
  sources: z.array(alertSourceSchema).max(alertSourceSchema.options.length).default([]),
  rule: z.string().max(256).optional(),
  fleet: idSchema.optional(),
  channels: z.array(idSchema).min(1).max(10),
  tellsResolved: z.boolean().default(true),
});
export const changeRouteInput = createRouteInput.extend({ id: idSchema });
export const notificationsOutput = z.object({ channels: z.array(channelSchema), routes: z.array(routeSchema), can: z.object({ change: permissionSchema }) });

/** `testResolved` ends what a test opened at a far end that keeps incidents. */
export const deliveryEventSchema = z.enum(['opened', 'resolved', 'test', 'testResolved']);
export const deliverySchema = z.object({
  id: idSchema,
  channel: z.object({ id: idSchema, name: z.string() }),
  alert: z.object({ id: idSchema, title: z.string() }).nullable(),
  event: deliveryEventSchema,
  state: z.enum(['Pending', 'Delivered', 'Failed']),
  attempts: z.number().int(),
  nextAt: z.number().nullable(),
  error: z.string().nullable(),
  createdAt: z.number(),
  deliveredAt: z.number().nullable(),
});
export const listDeliveriesInput = z.object({ cursor: cursorSchema.optional(), limit: z.number().int().min(1).max(200).default(50), channel: idSchema.optional() });
export const listDeliveriesOutput = pageOf(deliverySchema);
export const byIdOutput = z.object({ id: idSchema });

export type AlertSource = z.infer<typeof alertSourceSchema>;
export type Severity = z.infer<typeof severitySchema>;
export type AlertItem = z.infer<typeof alertSchema>;
export type ChannelSettings = z.infer<typeof channelSettingsSchema>;
export type NotificationSecret = z.infer<typeof notificationSecretSchema>;
export type Channel = z.infer<typeof channelSchema>;
export type Route = z.infer<typeof routeSchema>;
export type DeliveryEvent = z.infer<typeof deliveryEventSchema>;
export type Delivery = z.infer<typeof deliverySchema>;
