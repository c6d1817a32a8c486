-- AlterTable
ALTER TABLE "deployments" ADD COLUMN     "excludedBecause" TEXT;
