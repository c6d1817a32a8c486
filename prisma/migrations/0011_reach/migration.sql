-- AlterTable
ALTER TABLE "members" ADD COLUMN     "fleetIds" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "invitations" ADD COLUMN     "fleetIds" TEXT[] DEFAULT ARRAY[]::TEXT[];

-- AlterTable
ALTER TABLE "api_tokens" ADD COLUMN     "fleetIds" TEXT[] DEFAULT ARRAY[]::TEXT[];
