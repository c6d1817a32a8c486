-- AlterTable
ALTER TABLE "organizations" ADD COLUMN     "offlineMinutes" INTEGER NOT NULL DEFAULT 5;
