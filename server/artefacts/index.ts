export { artefactSurface } from './download-surface.ts';
export type { AuthorizeArtefact } from './download-surface.ts';
export { uploadExpiry } from './jobs.ts';
export { claimArtefact } from './repository.ts';
export { artefactPath, completedUpload, openArtefact, storeArtefact } from './service.ts';
export { uploadRoutes } from './upload-routes.ts';
