import { Activity, BellRing, BookText, Boxes, Braces, DoorOpen, GitBranch, House, LayoutGrid, Radar, Rocket, Server, Settings, type LucideIcon } from 'lucide-react';
import { paths } from '../paths.ts';

/** What the rail counts; named as the overview names its counts. */
export type CountKey = 'nodes' | 'fleets' | 'rules' | 'models' | 'deployments' | 'enrollments' | 'detections' | 'alerts';

export interface NavigationEntry {
  label: string;
  href: string;
  icon: LucideIcon;
  /** The letter that goes there after `g`. */
  key: string;
  count?: CountKey;
  /** The count is of things that wait for a person. */
  hot?: boolean;
  /** Other words people look for it by. */
  also: readonly string[];
}

export interface NavigationGroup {
  label: string | null;
  entries: readonly NavigationEntry[];
}

/** The rail, the palette and the `g` keys, from one list. */
export const navigation: readonly NavigationGroup[] = [
  {
    label: null,
    entries: [
      { label: 'Overview', href: paths.overview(), icon: House, key: 'o', also: ['home', 'start'] },
      { label: 'Detections', href: paths.detections(), icon: Radar, key: 'd', also: ['events'] },
      { label: 'Alerts', href: paths.alerts(), icon: BellRing, key: 't', count: 'alerts', hot: true, also: ['incidents', 'notifications', 'acknowledge'] },
      { label: 'Live', href: paths.live(), icon: Activity, key: 'l', also: ['charts', 'metrics', 'streams'] },
    ],
  },
  {
    label: 'Fleet',
    entries: [
      { label: 'Nodes', href: paths.nodes(), icon: Server, key: 'n', count: 'nodes', also: ['machines', 'agents'] },
      { label: 'Fleets', href: paths.fleets(), icon: LayoutGrid, key: 'f', count: 'fleets', also: ['selector', 'groups'] },
      { label: 'Enrolment', href: paths.enrolment(), icon: DoorOpen, key: 'e', count: 'enrollments', hot: true, also: ['approve', 'join', 'enrollment', 'tokens'] },
      { label: 'Deployments', href: paths.deployments(), icon: Rocket, key: 'p', count: 'deployments', also: ['rollouts', 'releases'] },
    ],
  },
  {
    label: 'Build',
    entries: [
      { label: 'Rules', href: paths.rules(), icon: Braces, key: 'r', count: 'rules', also: ['SiddhiQL', 'editor'] },
      { label: 'Models', href: paths.models(), icon: Boxes, key: 'm', count: 'models', also: ['ONNX', 'upload'] },
      { label: 'Repositories', href: paths.repositories(), icon: GitBranch, key: 'i', also: ['git', 'gitops', 'sync', 'drift', 'documents'] },
    ],
  },
  {
    label: 'Know',
    entries: [
      { label: 'Audit', href: paths.audit(), icon: BookText, key: 'a', also: ['history', 'who did what'] },
      { label: 'Settings', href: paths.settings(), icon: Settings, key: 's', also: ['members', 'tokens', 'keys', 'sessions', 'notifications'] },
    ],
  },
];

export const navigationEntries: readonly NavigationEntry[] = navigation.flatMap((group) => group.entries);

/** The entry whose page, or a page below it, is at this path. */
export function entryAt(pathname: string): NavigationEntry | undefined {
  if (pathname === '/') return navigationEntries.find((entry) => entry.href === '/');
  return navigationEntries.find((entry) => entry.href !== '/' && (pathname === entry.href || pathname.startsWith(`${entry.href}/`)));
}
