-- AlterEnum
ALTER TYPE "alert_source" ADD VALUE 'repositoryFailing';
ALTER TYPE "alert_source" ADD VALUE 'repositoryDrifted';
