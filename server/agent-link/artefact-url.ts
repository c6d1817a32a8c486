/**
 * Where a node fetches artefacts: at the control plane's public address. When that is only this machine's own (nothing was
 * configured), at the address by which the node's connection came, since that is one which the node can reach.
 */
export function artefactUrlFor(publicUrl: string, hostHeader: string | undefined): string {
  const address = new URL('/artefacts', publicUrl);
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(address.hostname);
  const named = hostHeader !== undefined && /^(?:[\w.-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?$/i.test(hostHeader);
  return local && named ? `${address.protocol}//${hostHeader}/artefacts` : address.href;
}
