export { sealAgain } from './service.ts';
