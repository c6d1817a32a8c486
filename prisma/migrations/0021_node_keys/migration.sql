-- CreateEnum
CREATE TYPE "former_key_reason" AS ENUM ('Rotated', 'Reenrolled');

-- AlterTable
ALTER TABLE "enrollment_tokens" ADD COLUMN     "nodeId" TEXT;

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "nodeKeyDays" INTEGER;

-- AlterTable
ALTER TABLE "nodes" ADD COLUMN     "keyRevokedAt" TIMESTAMPTZ(3),
ADD COLUMN     "keyRotationRequestedAt" TIMESTAMPTZ(3),
ADD COLUMN     "keySince" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

-- CreateTable
CREATE TABLE "node_former_keys" (
    "publicKey" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "nodeId" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "since" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3) NOT NULL,
    "because" "former_key_reason" NOT NULL,
    "shownAt" TIMESTAMPTZ(3),

    CONSTRAINT "node_former_keys_pkey" PRIMARY KEY ("publicKey")
);

-- CreateIndex
CREATE INDEX "node_former_keys_nodeId_until_idx" ON "node_former_keys"("nodeId", "until");

-- CreateIndex
CREATE INDEX "enrollment_tokens_nodeId_idx" ON "enrollment_tokens"("nodeId");

-- CreateIndex
CREATE INDEX "nodes_organizationId_keySince_idx" ON "nodes"("organizationId", "keySince");

-- Keys so far are as old as their nodes.
UPDATE "nodes" SET "keySince" = "enrolledAt";

ALTER TABLE "node_former_keys" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
ALTER TABLE "enrollment_tokens" ADD FOREIGN KEY ("nodeId") REFERENCES "nodes" ("id") ON DELETE CASCADE;
