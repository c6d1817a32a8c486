-- AlterTable
ALTER TABLE "assignments" ADD COLUMN     "labels" JSONB;
