import { NextResponse, type NextRequest } from 'next/server';

/** Runs before every page and tells it its own address, so that a person who must sign in first comes back to it afterwards. */
export function proxy(request: NextRequest): NextResponse {
  const headers = new Headers(request.headers);
  headers.set('x-selvedge-path', request.nextUrl.pathname + request.nextUrl.search);
  return NextResponse.next({ request: { headers } });
}

export const config = { matcher: ['/((?!_next/|icon).*)'] };
