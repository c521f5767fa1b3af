import type { Random } from '../../base/index.ts';
import type { HttpResponse } from '../../http/contract.ts';

/** Text that was escaped and may stand in a page. */
class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | Html | readonly Html[] | undefined;

/** Escapes every value that is not itself made by `html`. */
function html(strings: TemplateStringsArray, ...values: Part[]): Html {
  const filled = strings.map((text, at) => text + (at < values.length ? render(values[at]) : ''));
  return new Html(filled.join(''));
}

function render(value: Part): string {
  if (value === undefined) return '';
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escapeHtml(value);
  return value.map((one) => one.text).join('');
}

function escapeHtml(text: string): string {
  const entities: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (one) => entities[one] ?? one);
}

const style = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { display: grid; place-items: center; min-height: 100vh; margin: 0; background: Canvas; color: CanvasText; }
  main { width: min(26rem, calc(100vw - 3rem)); padding: 2rem 0; }
  h1 { font-size: 1.4rem; margin: 0 0 .25rem; } p { margin: .25rem 0 1rem; }
  label { display: block; margin: .9rem 0 .2rem; font-size: .9rem; }
  input { box-sizing: border-box; width: 100%; padding: .55rem .65rem; font: inherit; border: 1px solid GrayText; border-radius: 4px; }
  button { margin: 1.2rem .5rem 0 0; padding: .55rem 1.2rem; font: inherit; border: 1px solid #0b5cad; border-radius: 4px; background: #0b5cad; color: #fff; cursor: pointer; }
  button.quiet { background: transparent; color: inherit; border-color: GrayText; }
  .error { border-left: 4px solid #b3261e; padding-left: .75rem; } code { overflow-wrap: anywhere; }`;

export interface Page {
  readonly title: string;
  readonly content: Html;
  readonly status?: number;
  /** Sends the first form of the page at once. */
  readonly autoSubmit?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A whole page that no other site can frame, and that runs no script but its own. */
export function page(
  random: Random,
  { title, content, status = 200, autoSubmit = false, headers = {} }: Page,
): HttpResponse {
  const nonce = Buffer.from(random.bytes(16)).toString('base64');
  const script = autoSubmit ? `<script nonce="${nonce}">document.forms[0].submit()</script>` : '';
  const text = `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escapeHtml(title)}</title><style nonce="${nonce}">${style}</style></head><body><main><h1>${escapeHtml(title)}</h1>${content.text}</main>${script}</body></html>`;
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': `default-src 'none'; style-src 'nonce-${nonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; frame-ancestors 'none'`,
      'x-frame-options': 'DENY',
      'x-content-type-options': 'nosniff',
      // Not `no-referrer`: browsers would then post our own forms with `Origin: null`.
      'referrer-policy': 'same-origin',
      ...headers,
    },
    body: Buffer.from(text),
  };
}

export interface SignInForm {
  readonly action: string;
  /** Carried along unseen. */
  readonly hidden: Readonly<Record<string, string>>;
  /** What the user signs in to. */
  readonly application: string;
  readonly username?: string;
  /** A user who is signed in already and may go on without a password. */
  readonly signedIn?: string;
  readonly mustChange?: boolean;
  readonly error?: string;
}

/** The sign-in form, with or without a session to continue. */
export function signInContent(form: SignInForm): Html {
  return html`<p>to continue to <strong>${form.application}</strong></p>${errorContent(form.error)}
    <form method="post" action="${form.action}">${hiddenFields(form.hidden)}
    ${form.signedIn === undefined ? passwordFields(form) : continueFields(form.signedIn)}
    <button name="action" value="cancel" class="quiet" formnovalidate>Cancel</button></form>`;
}

function passwordFields({ username = '', mustChange = false }: SignInForm): Html {
  const change = html`<p>Choose another password before you go on.</p>
    <label for="new">New password</label><input id="new" name="new_password" type="password" autocomplete="new-password" required>
    <label for="again">New password again</label><input id="again" name="new_password_again" type="password" autocomplete="new-password" required>`;
  return html`<label for="user">User name</label>
    <input id="user" name="username" autocomplete="username" value="${username}" required autofocus>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required>
    ${mustChange ? change : undefined}<button name="action" value="password">Sign in</button>`;
}

function continueFields(signedIn: string): Html {
  return html`<button name="action" value="continue" autofocus>Continue as ${signedIn}</button>
    <button name="action" value="other" class="quiet">Use another account</button>`;
}

/** Asks for the code that a device shows. */
export function userCodeContent(form: {
  readonly action: string;
  readonly hidden: Readonly<Record<string, string>>;
  readonly code: string;
  readonly error?: string;
}): Html {
  return html`<p>Enter the code that your application or device shows.</p>${errorContent(form.error)}
    <form method="post" action="${form.action}">${hiddenFields(form.hidden)}<label for="code">Code</label>
    <input id="code" name="user_code" value="${form.code}" autocomplete="off" autocapitalize="characters" spellcheck="false" required autofocus>
    <button name="action" value="code">Next</button></form>`;
}

/** A form that brings the answer to the application's own address. */
export function formPostContent(action: string, fields: Readonly<Record<string, string>>): Html {
  return html`<p>You are being signed in.</p>
    <form method="post" action="${action}">${hiddenFields(fields)}<noscript><button>Continue</button></noscript></form>`;
}

export function messageContent(...lines: string[]): Html {
  return html`${lines.map((line) => html`<p>${line}</p>`)}`;
}

export function errorContent(error: string | undefined): Html | undefined {
  return error === undefined ? undefined : html`<p class="error" role="alert">${error}</p>`;
}

function hiddenFields(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  );
}
