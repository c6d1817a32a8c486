export { readAlertSettings, readChannels, readRoutes } from './by-name.ts';
export type { KeptChannel, NamedRoute } from './by-name.ts';
export { secretNamed, secretsIn } from './channel-settings.ts';
export { startAlertLoop } from './loop.ts';
export { changeChannel, changeRoute, createChannel, createRoute, removeChannel, removeRoute } from './notification-settings.ts';
export { raiseForDetections, raiseForLoss } from './raise.ts';
export { missingSecrets } from './secrets.ts';
export { setAlertSettings } from './service.ts';
