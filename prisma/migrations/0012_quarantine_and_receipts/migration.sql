-- AlterEnum
ALTER TYPE "alert_source" ADD VALUE 'nodesQuarantined';

-- AlterTable
ALTER TABLE "nodes" ADD COLUMN     "failedGeneration" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN     "failuresInARow" INTEGER NOT NULL DEFAULT 0,
ADD COLUMN     "quarantinedAt" TIMESTAMPTZ(3),
ADD COLUMN     "quarantinedBecause" TEXT,
ADD COLUMN     "quarantinedBy" TEXT,
ADD COLUMN     "receiptsThrough" BIGINT NOT NULL DEFAULT 0;

-- Few are in quarantine; finding them must not read every node.
CREATE INDEX "nodes_in_quarantine" ON "nodes" ("organizationId") WHERE "quarantinedAt" IS NOT NULL;
