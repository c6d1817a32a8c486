-- AlterEnum
ALTER TYPE "alert_source" ADD VALUE 'breakGlass';

-- CreateTable
CREATE TABLE "break_glass_codes" (
    "id" TEXT NOT NULL,
    "organizationId" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "codeDigest" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "revokedAt" TIMESTAMPTZ(3),
    "usedAt" TIMESTAMPTZ(3),
    "endsAt" TIMESTAMPTZ(3),
    "usedBy" TEXT,
    "reason" TEXT,
    "address" TEXT,
    "userId" TEXT,

    CONSTRAINT "break_glass_codes_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "break_glass_codes_codeDigest_key" ON "break_glass_codes"("codeDigest");

-- CreateIndex
CREATE UNIQUE INDEX "break_glass_codes_userId_key" ON "break_glass_codes"("userId");

-- CreateIndex
CREATE INDEX "break_glass_codes_organizationId_createdAt_idx" ON "break_glass_codes"("organizationId", "createdAt");

-- CreateIndex
CREATE INDEX "break_glass_codes_endsAt_idx" ON "break_glass_codes"("endsAt");

-- AddForeignKey
ALTER TABLE "break_glass_codes" ADD CONSTRAINT "break_glass_codes_organizationId_fkey" FOREIGN KEY ("organizationId") REFERENCES "organizations"("id") ON DELETE CASCADE ON UPDATE CASCADE;
