-- CreateEnum
CREATE TYPE "deployment_wave_gate" AS ENUM ('Judging', 'Stopped', 'Undecided', 'Lifted');

-- AlterTable
ALTER TABLE "deployment_waves" ADD COLUMN     "gate" "deployment_wave_gate" NOT NULL DEFAULT 'Judging',
ADD COLUMN     "lookedAt" TIMESTAMPTZ(3),
ADD COLUMN     "looks" INTEGER NOT NULL DEFAULT 0;

-- CreateTable
CREATE TABLE "deployment_looks" (
    "deploymentId" TEXT NOT NULL,
    "wave" INTEGER NOT NULL,
    "look" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "verdicts" JSONB NOT NULL,
    "evidence" JSONB NOT NULL,

    CONSTRAINT "deployment_looks_pkey" PRIMARY KEY ("deploymentId","wave","look")
);

-- AddForeignKey
ALTER TABLE "deployment_looks" ADD CONSTRAINT "deployment_looks_deploymentId_fkey" FOREIGN KEY ("deploymentId") REFERENCES "deployments"("id") ON DELETE CASCADE ON UPDATE CASCADE;
