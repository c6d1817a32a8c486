-- AlterEnum
ALTER TYPE "signing_key_state" ADD VALUE 'Proposed';

-- AlterTable
ALTER TABLE "signing_keys" ADD COLUMN     "holder" TEXT;

-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "bundleThreshold" INTEGER NOT NULL DEFAULT 1;

-- CreateTable
CREATE TABLE "key_set_proposals" (
    "organizationId" TEXT NOT NULL,
    "payload" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "key_set_proposals_pkey" PRIMARY KEY ("organizationId")
);

-- CreateTable
CREATE TABLE "held_signatures" (
    "organizationId" TEXT NOT NULL,
    "digest" TEXT NOT NULL,
    "keyId" TEXT NOT NULL,
    "signature" TEXT NOT NULL,
    "addedBy" TEXT NOT NULL,
    "addedAt" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "held_signatures_pkey" PRIMARY KEY ("organizationId","digest","keyId")
);

ALTER TABLE "key_set_proposals" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
ALTER TABLE "held_signatures" ADD FOREIGN KEY ("organizationId") REFERENCES "organizations" ("id") ON DELETE CASCADE;
