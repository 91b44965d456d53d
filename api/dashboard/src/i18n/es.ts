import type { en } from './en';
import type { Texts } from './texts/texts';
import { bookingsEs } from './texts/bookings';
import { commonEs, problemEs, statusEs } from './texts/common';
import { deadLettersEs } from './texts/deadletters';
import { inboxEs } from './texts/inbox';
import { homeEs, shellEs, signInEs } from './texts/shell';
import { plansEs } from './texts/plans';
import { runEs } from './texts/run';
import { runsEs } from './texts/runs';
import { schedulesEs } from './texts/schedules';
import { settingsEs } from './texts/settings';
import { signalsEs } from './texts/signals';
import { systemEs } from './texts/system';

export const es: Texts<typeof en> = {
  common: commonEs,
  problem: problemEs,
  status: statusEs,
  shell: shellEs,
  signIn: signInEs,
  home: homeEs,
  runs: runsEs,
  run: runEs,
  signals: signalsEs,
  plans: plansEs,
  schedules: schedulesEs,
  deadLetters: deadLettersEs,
  bookings: bookingsEs,
  inbox: inboxEs,
  settings: settingsEs,
  system: systemEs,
};
