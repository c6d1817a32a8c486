export { welcomeJoiners } from './service.ts';
