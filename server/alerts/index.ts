export { startAlertLoop } from './loop.ts';
export { raiseForDetections, raiseForLoss } from './raise.ts';
