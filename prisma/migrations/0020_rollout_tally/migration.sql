-- DropIndex
DROP INDEX "deployment_nodes_deploymentId_state_wave_idx";

-- DropIndex
DROP INDEX "deployment_nodes_deploymentId_wave_nodeName_idx";

-- AlterTable
ALTER TABLE "deployments" ADD COLUMN     "tally" JSONB;

-- CreateIndex
CREATE INDEX "deployment_nodes_deploymentId_state_wave_nodeName_idx" ON "deployment_nodes"("deploymentId", "state", "wave", "nodeName");

-- CreateIndex
CREATE INDEX "deployment_nodes_deploymentId_state_requestedAt_idx" ON "deployment_nodes"("deploymentId", "state", "requestedAt");

-- Few failed the last time; a wave that passes forgives those of its nodes that did.
CREATE INDEX "nodes_with_failures" ON "nodes" ("fleetId") WHERE "failuresInARow" > 0;
