/** Limits and lifetimes of the room, each with its unit. */
export const identityLimits = {
  loginBodyBytes: 64 * 1024,
  graphBodyBytes: 1024 * 1024,
  outstandingDeviceCodes: 10_000,
  outstandingDeviceCodesPerSource: 500,
  outstandingAuthorizationCodes: 1000,
  outstandingAuthorizationCodesPerUser: 50,
  outstandingSessions: 5000,
  outstandingSessionsPerUser: 100,
  outstandingRefreshTokens: 20_000,
  outstandingRefreshTokensPerUser: 1000,
  /** Tokens longer than this are refused unread. */
  tokenCharacters: 16 * 1024,
  /** Verified tokens remembered per generation; two generations live. */
  verifiedTokens: 10_000,
  passwordCharacters: 256,
  failedSignInsBeforeLock: 10,
  accountsUnderWatch: 10_000,
  /** Password and secret checks that run at once, and that may wait for their turn. */
  concurrentSecretChecks: 4,
  waitingSecretChecks: 256,
  secretsPerObject: 100,
  /** As Entra takes of an application that is used from other tenants too. */
  identifierUrisPerApplication: 50,
  pageItems: 999,
  defaultPageItems: 100,
  idsPerRequest: 1000,
  groupIdsPerCheck: 20,
  membersPerBind: 20,
  filterCharacters: 4096,
  filterDepth: 50,
  filterConditions: 500,
} as const;

/** How long things live. */
export const lifetimes = {
  accessTokenMs: 3_600_000,
  /** Entra dates tokens back by this much so that a reader's slow clock does no harm. */
  backdateMs: 300_000,
  clockSkewMs: 300_000,
  authorizationCodeMs: 600_000,
  deviceCodeMs: 900_000,
  devicePollIntervalSeconds: 1,
  sessionMs: 24 * 3_600_000,
  refreshTokenMs: 90 * 24 * 3_600_000,
  /** A refresh token that was exchanged stays usable this long, for clients that share it or lost the answer. */
  supersededRefreshTokenMs: 24 * 3_600_000,
  signInLockMs: 60_000,
  /** The age at which another signing key takes over. */
  signingKeyMs: 30 * 24 * 3_600_000,
  signingKeyCheckMs: 3_600_000,
  /** Expired codes, sessions and refresh tokens leave the store this often. */
  sweepMs: 600_000,
  /** The next key is made this long after a start, off the path of the first request. */
  nextKeyDelayMs: 5_000,
  secretMs: 2 * 365 * 24 * 3_600_000,
} as const;
