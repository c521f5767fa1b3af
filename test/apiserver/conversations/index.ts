import { admissionConversations } from './admission.ts';
import { customConversations } from './custom.ts';
import { definitionConversations } from './definitions.ts';
import { foreignConversations } from './foreign.ts';
import { formConversations } from './forms.ts';
import { jobConversations } from './jobs.ts';
import { kindConversations } from './kinds.ts';
import { limitConversations } from './limits.ts';
import { mutatingConversations } from './mutating.ts';
import { nameConversations } from './names.ts';
import { patches } from './patches.ts';
import { paths } from './paths.ts';
import type { Conversation } from './play.ts';
import { podSecurityConversations } from './pod-security.ts';
import { podConversations } from './pods.ts';
import { quotaConversations } from './quotas.ts';
import { refusals } from './refusals.ts';
import { reviewConversations } from './reviews.ts';
import { serviceConversations } from './services.ts';
import { sizeConversations } from './sizes.ts';
import { statusConversations } from './statuses.ts';
import { switchedConversations } from './switched.ts';
import { textConversations } from './texts.ts';
import { tokenConversations } from './tokens.ts';
import { warningConversations } from './warnings.ts';
import { wrongConversations } from './wrong.ts';

/** Every conversation, by its subject. */
export const conversations: Readonly<Record<string, readonly Conversation[]>> = {
  refusals,
  forms: formConversations,
  foreign: foreignConversations,
  statuses: statusConversations,
  patches,
  paths,
  services: serviceConversations,
  sizes: sizeConversations,
  jobs: jobConversations,
  admission: admissionConversations,
  custom: customConversations,
  definitions: definitionConversations,
  mutating: mutatingConversations,
  names: nameConversations,
  kinds: kindConversations,
  'pod-security': podSecurityConversations,
  quotas: quotaConversations,
  limits: limitConversations,
  reviews: reviewConversations,
  pods: podConversations,
  switched: switchedConversations,
  texts: textConversations,
  tokens: tokenConversations,
  warnings: warningConversations,
  wrong: wrongConversations,
};
