import { bookingsEn } from './texts/bookings';
import { commonEn, problemEn, statusEn } from './texts/common';
import { deadLettersEn } from './texts/deadletters';
import { inboxEn } from './texts/inbox';
import { homeEn, shellEn, signInEn } from './texts/shell';
import { plansEn } from './texts/plans';
import { runEn } from './texts/run';
import { runsEn } from './texts/runs';
import { schedulesEn } from './texts/schedules';
import { settingsEn } from './texts/settings';
import { signalsEn } from './texts/signals';
import { systemEn } from './texts/system';

export const en = {
  common: commonEn,
  problem: problemEn,
  status: statusEn,
  shell: shellEn,
  signIn: signInEn,
  home: homeEn,
  runs: runsEn,
  run: runEn,
  signals: signalsEn,
  plans: plansEn,
  schedules: schedulesEn,
  deadLetters: deadLettersEn,
  bookings: bookingsEn,
  inbox: inboxEn,
  settings: settingsEn,
  system: systemEn,
};
