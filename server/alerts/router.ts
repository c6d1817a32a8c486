import { procedure, router } from '../trpc/procedures.ts';
import { changeChannel, changeRoute, createChannel, createRoute, removeChannel, removeRoute, testChannel } from './notification-settings.ts';
import { listAlerts, listDeliveries, readAlert, readNotifications } from './reads.ts';
import { findAlertSettings } from './repository.ts';
import { alertIdInput, alertSchema, alertSettingsSchema, byIdOutput, changeChannelInput, changeRouteInput, createChannelInput, createRouteInput, listAlertsInput, listAlertsOutput, listDeliveriesInput, listDeliveriesOutput, listSecretsOutput, muteAlertInput, notificationsOutput, secretByNameInput, secretByNameOutput, setSecretInput } from './schema.ts';
import { readSecrets, removeSecret, setSecret } from './secrets.ts';
import { actOnAlert, setAlertSettings } from './service.ts';

const tag = 'Alerts';
const settingsTag = 'Notifications';

export const alertsRouter = router({
  list: procedure('alerts:read')
    .meta({ rest: { method: 'GET', path: '/alerts', tag, summary: 'List alerts, the last to happen first' } })
    .input(listAlertsInput)
    .output(listAlertsOutput)
    .query(({ ctx, input }) => listAlerts(ctx.deps.db, ctx.actor, input)),
  get: procedure('alerts:read')
    .meta({ rest: { method: 'GET', path: '/alerts/{id}', tag, summary: 'Read an alert' } })
    .input(alertIdInput)
    .output(alertSchema)
    .query(({ ctx, input }) => readAlert(ctx.deps.db, ctx.actor, input.id)),
  acknowledge: procedure('alerts:write')
    .meta({ rest: { method: 'POST', path: '/alerts/{id}/acknowledge', tag, summary: 'Take an alert on' } })
    .input(alertIdInput)
    .output(alertSchema)
    .mutation(({ ctx, input }) => actOnAlert(ctx.deps, ctx.actor, 'acknowledge', input)),
  resolve: procedure('alerts:write')
    .meta({ rest: { method: 'POST', path: '/alerts/{id}/resolve', tag, summary: 'End an alert; what happens again opens another' } })
    .input(alertIdInput)
    .output(alertSchema)
    .mutation(({ ctx, input }) => actOnAlert(ctx.deps, ctx.actor, 'resolve', input)),
  mute: procedure('alerts:write')
    .meta({ rest: { method: 'POST', path: '/alerts/{id}/mute', tag, summary: 'Tell nobody of an alert for some minutes' } })
    .input(muteAlertInput)
    .output(alertSchema)
    .mutation(({ ctx, input }) => actOnAlert(ctx.deps, ctx.actor, 'mute', input)),
});

export const notificationsRouter = router({
  get: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/notifications', tag: settingsTag, summary: 'Read channels and routes' } })
    .output(notificationsOutput)
    .query(({ ctx }) => readNotifications(ctx.deps.db, ctx.actor)),
  createChannel: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/notifications/channels', tag: settingsTag, summary: 'Add a webhook, e-mail, Slack or PagerDuty channel' } })
    .input(createChannelInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => createChannel(ctx.deps, ctx.actor, input)),
  changeChannel: procedure('settings:write')
    .meta({ rest: { method: 'PATCH', path: '/notifications/channels/{id}', tag: settingsTag, summary: 'Name a channel otherwise, or have it go elsewhere' } })
    .input(changeChannelInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => changeChannel(ctx.deps, ctx.actor, input)),
  removeChannel: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/notifications/channels/{id}', tag: settingsTag, summary: 'Remove a channel' } })
    .input(alertIdInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => removeChannel(ctx.deps, ctx.actor, input.id)),
  testChannel: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/notifications/channels/{id}/test', tag: settingsTag, summary: 'Send a test by a channel; the deliveries say how it went' } })
    .input(alertIdInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => testChannel(ctx.deps, ctx.actor, input.id)),
  secrets: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/notifications/secrets', tag: settingsTag, summary: 'List the secrets that channels name, without their values' } })
    .output(listSecretsOutput)
    .query(({ ctx }) => readSecrets(ctx.deps, ctx.actor.organizationId)),
  setSecret: procedure('settings:write')
    .meta({ rest: { method: 'PUT', path: '/notifications/secrets/{name}', tag: settingsTag, summary: 'Keep a secret under a name, for channels that name it' } })
    .input(setSecretInput)
    .output(secretByNameOutput)
    .mutation(({ ctx, input }) => setSecret(ctx.deps, ctx.actor, input)),
  removeSecret: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/notifications/secrets/{name}', tag: settingsTag, summary: 'Forget a secret that no channel names' } })
    .input(secretByNameInput)
    .output(secretByNameOutput)
    .mutation(({ ctx, input }) => removeSecret(ctx.deps, ctx.actor, input.name)),
  createRoute: procedure('settings:write')
    .meta({ rest: { method: 'POST', path: '/notifications/routes', tag: settingsTag, summary: 'Say whom to tell of what' } })
    .input(createRouteInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => createRoute(ctx.deps, ctx.actor, input)),
  changeRoute: procedure('settings:write')
    .meta({ rest: { method: 'PUT', path: '/notifications/routes/{id}', tag: settingsTag, summary: 'Put another route in the place of one' } })
    .input(changeRouteInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => changeRoute(ctx.deps, ctx.actor, input)),
  removeRoute: procedure('settings:write')
    .meta({ rest: { method: 'DELETE', path: '/notifications/routes/{id}', tag: settingsTag, summary: 'Remove a route' } })
    .input(alertIdInput)
    .output(byIdOutput)
    .mutation(({ ctx, input }) => removeRoute(ctx.deps, ctx.actor, input.id)),
  alerts: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/settings/alerts', tag: 'Settings', summary: 'After how long without a connection there is an alert of a node' } })
    .output(alertSettingsSchema)
    .query(async ({ ctx }) => ({ offlineMinutes: (await findAlertSettings(ctx.deps.db, ctx.actor.organizationId)).offlineMinutes })),
  setAlerts: procedure('settings:write')
    .meta({ rest: { method: 'PUT', path: '/settings/alerts', tag: 'Settings', summary: 'Say after how long without a connection there is an alert of a node' } })
    .input(alertSettingsSchema)
    .output(alertSettingsSchema)
    .mutation(({ ctx, input }) => setAlertSettings(ctx.deps, ctx.actor, input)),
  deliveries: procedure('settings:read')
    .meta({ rest: { method: 'GET', path: '/notifications/deliveries', tag: settingsTag, summary: 'List what was told or is to be, newest first' } })
    .input(listDeliveriesInput)
    .output(listDeliveriesOutput)
    .query(({ ctx, input }) => listDeliveries(ctx.deps.db, ctx.actor.organizationId, input)),
});
