import { Activity, CalendarRange, CheckCheck, Clock, House, MailWarning, MessagesSquare, Settings2, Waypoints, Workflow, type LucideIcon } from 'lucide-react';

export interface Section {
  to: '/' | '/runs' | '/approvals' | '/plans' | '/schedules' | '/dead-letters' | '/bookings' | '/inbox' | '/system' | '/settings';
  label: 'home' | 'runs' | 'approvals' | 'plans' | 'schedules' | 'deadLetters' | 'bookings' | 'inbox' | 'settings' | 'system';
  icon: LucideIcon;
  /** Shown only to who may. */
  permission?: string;
}

export const sections: Section[] = [
  { to: '/', label: 'home', icon: House },
  { to: '/runs', label: 'runs', icon: Activity, permission: 'runs.read' },
  { to: '/approvals', label: 'approvals', icon: CheckCheck, permission: 'approvals.decide' },
  { to: '/plans', label: 'plans', icon: Workflow, permission: 'plans.read' },
  { to: '/schedules', label: 'schedules', icon: Clock, permission: 'schedules.read' },
  { to: '/dead-letters', label: 'deadLetters', icon: MailWarning, permission: 'dead-letters.read' },
  { to: '/bookings', label: 'bookings', icon: CalendarRange, permission: 'bookings.read' },
  { to: '/inbox', label: 'inbox', icon: MessagesSquare, permission: 'conversations.read' },
  { to: '/system', label: 'system', icon: Waypoints, permission: 'projections.read' },
  { to: '/settings', label: 'settings', icon: Settings2 },
];
