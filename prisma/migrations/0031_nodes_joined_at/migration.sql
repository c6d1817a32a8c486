-- AlterTable
ALTER TABLE "nodes" ADD COLUMN     "joinedAt" TIMESTAMPTZ(3);
